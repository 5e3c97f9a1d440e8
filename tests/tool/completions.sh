#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The shells' completions know what the tool knows: every command and option,
# with its value or without, and nothing else.

. "$(dirname "$0")/tool.sh"

completions=$top_srcdir/contrib/completions
bash_file=$completions/bash/otp-enroll
zsh_file=$completions/zsh/_otp-enroll
fish_file=$completions/fish/otp-enroll.fish
export LC_ALL=C

# The tool under its name, with the configuration of this test.
mkdir "$scratch/bin"
printf '#!/bin/sh\nexec "%s" --conf "%s" "$@"\n' "$OTP_ENROLL" "$conf" \
    >"$scratch/bin/otp-enroll"
chmod +x "$scratch/bin/otp-enroll"
PATH=$scratch/bin:$PATH

commands=$("$OTP_ENROLL" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' | sort)

# Each command with what the tool says it does.
summaries=$("$OTP_ENROLL" --help | sed -nE 's/^  ([a-z]+)  +(.*)/\1 \2/p' | sort)

# helped COMMAND: its options and those of all, as "--qr=" or "--print".
helped() {
	{
		"$OTP_ENROLL" "$1" --help
		"$OTP_ENROLL" --help
	} | grep -oE '(^|[^a-z-])--[a-z][a-z-]*=?' |
	    grep -oE -- '--[a-z-]+=?' |
	    awk '{ name = $0; sub(/=/, "", name)
		if (!(name in all) || /=/) all[name] = $0 }
		END { for (name in all) print all[name] }' | sort
}

# in_bash WORD...: what bash offers for the last one.
in_bash() {
	bash -c '
		. "$0"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_otp_enroll otp-enroll "${COMP_WORDS[COMP_CWORD]}" \
		    "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
		test ${#COMPREPLY[@]} = 0 || printf "%s\n" "${COMPREPLY[@]}"
	' "$bash_file" "$@" | sort
}

if have bash; then
	check 'bash__reads_it' bash -n "$bash_file"
	check 'bash__offers_the_commands' same "$commands" \
	    "$(in_bash otp-enroll '')"
	check 'bash__offers_the_commands_behind_an_option' same "$commands" \
	    "$(in_bash otp-enroll --conf = /x '')"
	for command in $commands; do
		check "bash__offers_the_options_of_$command" same \
		    "$(helped "$command")" "$(in_bash otp-enroll "$command" --)"
	done
	check 'bash__completes_a_command' same 'recovery
remove
resume
resync' "$(in_bash otp-enroll re)"
	check 'bash__completes_an_option' same '--no-confirm' \
	    "$(in_bash otp-enroll new alice --no-)"
	check 'bash__completes_a_value' same 'png' \
	    "$(in_bash otp-enroll new alice --qr = p)"
	check 'bash__offers_values' same 'ascii
none
png
svg
utf8' "$(in_bash otp-enroll new --qr =)"
	check 'bash__offers_values_behind_a_blank' same 'SHA1
SHA256
SHA512' "$(in_bash otp-enroll new --algorithm '')"
	check 'bash__completes_a_user' same "$user" \
	    "$(in_bash otp-enroll status "$user" | grep -x "$user")"
	check 'bash__completes_a_user_behind_an_option' same "$user" \
	    "$(in_bash otp-enroll new --qr = none "$user" |
		grep -x "$user")"
	check 'bash__offers_no_second_user' same '' \
	    "$(in_bash otp-enroll status alice '')"
	check 'bash__offers_no_user_where_there_is_none' same '' \
	    "$(in_bash otp-enroll init '')"
	check 'bash__completes_a_file' same "$scratch/bin" \
	    "$(in_bash otp-enroll new --batch = "$scratch/b")"
	"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
	for name in one two; do
		enroll new --print --no-confirm --add --label=$name alice
	done
	check 'bash__offers_tokens' same '1
2' "$(in_bash otp-enroll remove alice --token =)"
	check 'bash__offers_no_tokens_of_nobody' same '' \
	    "$(in_bash otp-enroll remove zoe --token =)"
	# As bash itself does it when it meets the command.
	loaded() {
		bash -ic ". '$bash_file'; complete -p otp-enroll" 2>/dev/null |
		    grep -q -- '-F _otp_enroll otp-enroll'
	}
	check 'bash__is_told_whose_it_is' loaded
else
	skip 'bash' 'bash is missing'
fi

# --- zsh ---

# written COMMAND: the options in zsh's table.
written() {
	{
		tr '\n\t' '  ' <"$zsh_file" |
		    grep -oE "[^a-z]$1\) +options='[^']*'" |
		    sed "s/.*options='//; s/'\$//" | tr ' ' '\n'
		sed -n 's/^	options="$options \(.*\)"$/\1/p' "$zsh_file" |
		    tr ' ' '\n'
	} | grep . | sort
}
check 'zsh__has_the_commands' same "$commands" \
    "$(sed -n "s/^	    '\([a-z]*\):.*/\1/p" "$zsh_file" | sort)"
check 'zsh__says_what_each_command_does' same "$summaries" \
    "$(sed -n "s/^	    '\([a-z]*\):\(.*\)'\$/\1 \2/p" "$zsh_file" |
	sed "s/\\\\:/:/g; s/'\\\\''/'/g" | sort)"
for command in $commands; do
	check "zsh__has_the_options_of_$command" same "$(helped "$command")" \
	    "$(written "$command")"
done
check 'zsh__is_told_whose_it_is' same '#compdef otp-enroll' \
    "$(head -n 1 "$zsh_file")"
if have zsh; then
	check 'zsh__reads_it' zsh -n "$zsh_file"
else
	skip 'zsh__reads_it' 'zsh is missing'
fi

# --- fish ---

# listed COMMAND: the options in fish's list.
listed() {
	{
		grep -F "\"\$seen $1\" -l " "$fish_file"
		grep -E '^complete -c otp-enroll -l ' "$fish_file"
	} | sed -nE 's/.* -l ([a-z-]+) (-[xr] )?.*/--\1 \2/p' |
	    sed -E 's/ -[xr] $/=/; s/ $//' | sort
}
check 'fish__has_the_commands' same "$commands" \
    "$(sed -n 's/.*not $seen $commands" -a \([a-z]*\) .*/\1/p' \
	"$fish_file" | sort)"
check 'fish__says_what_each_command_does' same "$summaries" \
    "$(sed -n "s/.*not \$seen \$commands\" -a \([a-z]*\) -d '\(.*\)'\$/\1 \2/p" \
	"$fish_file" | sed "s/\\\\'/'/g" | sort)"
for command in $commands; do
	check "fish__has_the_options_of_$command" same "$(helped "$command")" \
	    "$(listed "$command")"
done
# in_fish LINE: what fish offers for it.
in_fish() {
	HOME=$scratch fish -c "source '$fish_file'; complete -C '$1'" |
	    cut -f1 | sort
}
if have fish; then
	check 'fish__reads_it' fish -n "$fish_file"
	check 'fish__offers_the_commands' same "$commands" \
	    "$(in_fish 'otp-enroll ')"
	check 'fish__offers_options' same "$(helped new | tr -d =)" \
	    "$(in_fish 'otp-enroll new --' | tr -d =)"
	check 'fish__offers_values' same 'ascii
none
png
svg
utf8' "$(in_fish 'otp-enroll new --qr=' | sed 's/.*=//' | sort)"
	check 'fish__completes_a_user' same "$user" \
	    "$(in_fish "otp-enroll status $user" | grep -x "$user")"
	check 'fish__offers_no_second_user' same '' \
	    "$(in_fish 'otp-enroll status alice ')"
	check 'fish__offers_tokens' same '1
2' "$(in_fish 'otp-enroll remove alice --token=' | sed 's/.*=//')"
else
	skip 'fish' 'fish is missing'
fi

# The check itself can fail.
(
	sed "s/ --no-confirm//" "$bash_file"
) >"$scratch/less"
flagged() {
	bash_file=$scratch/less
	says_no same "$(helped new)" "$(in_bash otp-enroll new --)"
}
if have bash; then
	check 'completions__flag_an_option_left_out' flagged
fi
finish
