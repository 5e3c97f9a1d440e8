#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The manual pages and the example of a configuration say what the tables in
# the sources say: every option with its bounds and its default, every reason
# and key of the log, every command and option of the tool; nothing that is not
# there, nothing left out.

. "$(dirname "$0")/lib.sh"

tables=$top_builddir/tests/check/tables
module_page=$top_srcdir/man/pam_otp.8
conf_page=$top_srcdir/man/pam_otp.conf.5
example=$top_srcdir/contrib/pam_otp.conf
export LC_ALL=C

# section PAGE HEADING
section() {
	awk -v heading=".Sh $2" '
		/^\.Sh / { inside = $0 == heading }
		inside' "$1"
}

# options_of PAGE: the names in its list of options.
options_of() {
	section "$1" OPTIONS | awk '$1 == ".It" && $2 == "Cm" { print $3 }' |
	    sort
}

# item PAGE OPTION: what the page says of it, on one line.
item() {
	section "$1" OPTIONS | awk -v name="$2" '
		$1 == ".It" || $1 == ".El" { inside = $3 == name && $1 == ".It" }
		inside { printf "%s ", $0 }'
}

# allowed PLACE: the options that may stand there.
allowed() {
	"$tables" options | awk -v place="$1" \
	    '$2 == place || $2 == "both" { print $1 }' | sort
}

# says PAGE OPTION TEXT
says() {
	item "$1" "$2" | grep -qF -- "$3" || {
		echo "$1: $2: not said: $3"
		return 1
	}
}

# bounds PAGE: each option of the page says its bounds and its default.
bounds() {
	for name in $(options_of "$1"); do
		# shellcheck disable=SC2046
		set -- "$1" $("$tables" options | grep "^$name ")
		case $4 in
		number)
			says "$1" "$name" "$5 to $6" || return 1
			says "$1" "$name" "The default is $7." || return 1
			;;
		flag)
			says "$1" "$name" "The default is $7." || return 1
			;;
		date)
			says "$1" "$name" 'By default there is no such day.' ||
			    return 1
			;;
		esac
	done
}

check 'pages__module_has_every_argument' \
    same "$(allowed argument)" "$(options_of "$module_page")"
check 'pages__module_has_bounds_and_defaults' bounds "$module_page"
check 'pages__module_has_every_argument_in_its_synopsis' \
    same "$(allowed argument)" "$(section "$module_page" SYNOPSIS |
	awk '$1 == ".Op" && $2 == "Cm" { print $3 }' | sort)"
check 'pages__configuration_has_every_option_of_the_file' \
    same "$(allowed file)" "$(options_of "$conf_page")"
check 'pages__configuration_has_bounds_and_defaults' bounds "$conf_page"

fleet_page=$top_srcdir/man/fleet.conf.5
says_fleet() {
	"$tables" fleet | while read -r name place type least most default; do
		case $type in
		number)
			says "$fleet_page" "$name" "$least to $most" || return 1
			;;
		esac
		test "$place" = file || return 1
		test "$default" = - || says "$fleet_page" "$name" \
		    "The default is $default." || return 1
	done
}
check 'pages__fleet_has_every_option' same \
    "$("$tables" fleet | sed 's/ .*//' | sort)" "$(options_of "$fleet_page")"
check 'pages__fleet_has_bounds_and_defaults' says_fleet

# The store's default can be configured; the pages have the usual one.
check 'pages__configuration_has_the_store' says "$conf_page" store \
    "$(sed -n 's/.*with_store=\(\/[^]]*\).*/\1/p' "$top_srcdir/configure.ac" |
	head -n 1)"

# prompts PAGE: the default prompts, as the module has them.
prompts() {
	"$tables" prompts | sed 's/ $//; s/"/\\(dq/g' >"$scratch/prompts"
	test "$(wc -l <"$scratch/prompts")" -eq 5 || return 1
	while read -r prompt; do
		says "$1" prompt ".Dq $prompt\\ \\& " || return 1
	done <"$scratch/prompts"
}
check 'pages__module_has_the_prompts' prompts "$module_page"
check 'pages__configuration_has_the_prompts' prompts "$conf_page"

# --- Configuration files that people copy ---------------------------------

# literal PAGE: what its EXAMPLES show.
literal() {
	section "$1" EXAMPLES | awk '
		/^\.Ed/ { inside = 0 }
		inside
		/^\.Bd/ { inside = 1 }'
}
literal "$conf_page" >"$scratch/literal.conf"
check 'pages__configuration_has_an_example_that_is_read' \
    same "window = 0
lock_after = 50
nullok_until = 1801353600
tries = 3
prompt = Code from your app: " \
    "$("$tables" conf "$scratch/literal.conf" 2>&1)"

# The files that it names are there.
literal "$fleet_page" | sed "s,/etc/pam_otp,$scratch," >"$scratch/fleet.conf"
(umask 077 && touch "$scratch/authority.pem" "$scratch/password")
check 'pages__fleet_has_an_example_that_is_read' \
    empty "$tables" fleet-conf "$scratch/fleet.conf"

sed -n 's/^# \([a-z_]* = \)/\1/p' "$example" >"$scratch/example.conf"
check 'example__has_every_option_of_the_file' same "$(allowed file)" \
    "$(sed 's/ =.*//' "$scratch/example.conf" | sort)"
example_until=$(date -u -d "$(sed -n 's/^nullok_until = //p' \
    "$scratch/example.conf")" +%s)
check 'example__shows_the_defaults' \
    same "sms_prefixes = +49,+43
nullok_until = $example_until
prompt = $("$tables" prompts | head -n 1)" \
    "$("$tables" conf "$scratch/example.conf" 2>&1)"
check 'example__sets_nothing' \
    same '' "$(grep -v '^#' "$example" | grep .)"

# --- The log --------------------------------------------------------------

# terms PAGE FROM TO: items of LOGGING between two lines that begin so.
terms() {
	section "$1" LOGGING | awk -v from="$2" -v to="$3" '
		index($0, from) == 1 { inside = 1 }
		to != "" && index($0, to) == 1 { exit }
		inside && $1 == ".It" && $2 == "Li" { print $3 }' | sort
}

reasons() {
	{
		"$tables" reasons
		"$tables" outcomes | awk '{ print $1 }'
	} | sort -u
}
check 'pages__module_has_every_reason_once' \
    same "$(reasons)" "$(terms "$module_page" 'The reasons:' '')"

# outcomes: what the module can end with.
outcomes() {
	"$tables" outcomes | LC_ALL=C sort -u
}

# rows PAGE: the table of LOGGING, likewise.
rows() {
	section "$1" LOGGING | sed -nE \
	    's/^\.It Li (.*) Ta Li (.*) Ta Dv (.*) Ta (.*)/\1 \2 \3 \4/p' |
	    LC_ALL=C sort
}
check 'pages__module_has_every_outcome_once' \
    same "$(outcomes)" "$(rows "$module_page")"

keys() {
	"$tables" keys | sort -u
}
check 'pages__module_has_every_key_once' \
    same "$(keys)" "$(terms "$module_page" '.Bl' 'Each reason')"

# --- What the user is told ------------------------------------------------

# told: each message once, with N for a number, HOST for a host.
told() {
	sed -E -e 's/[0-9]{1,3}(\.[0-9]{1,3}){3}/HOST/; s/[0-9]+(-[0-9]+)*/N/g'
}

# messages PAGE: those that the page shows.
messages() {
	section "$1" MESSAGES | sed -n -e 's/^\.Dq Li //p' |
	    sed -e 's/^\\&//' -e 's/ [,;]$//' -e 's/\\(dq/"/g'
}

# messages_agree PAGE: each that the page has is told; each that is told is in
# the page, in one of the forms that it has for one or many, with or without a
# host, before or after the first login.
messages_agree() {
	"$tables" messages | told | sort -u >"$scratch/told"
	messages "$1" | told | sort -u >"$scratch/messages"
	test "$(wc -l <"$scratch/messages")" -ge 8 || return 1
	while read -r message; do
		grep -qF -- "$message" "$scratch/told" ||
			echo "not told: $message"
	done <"$scratch/messages"
	one_form <"$scratch/messages" | sort -u >"$scratch/forms"
	one_form <"$scratch/told" | sort -u | while read -r form; do
		grep -qxF -- "$form" "$scratch/forms" ||
			echo "not in the page: $form"
	done
}
one_form() {
	sed -E -e 's/(,)?( last)? ?from HOST//' -e 's/, \././' \
	    -e 's/ (since your last login N [a-z]+ ago|before your first login)//' \
	    -e 's/N (used |wrong |recovery )code(s?)( was| were)?/N \1codes/'
}
check 'pages__module_has_every_message' empty messages_agree "$module_page"

# --- The tool -------------------------------------------------------------

tool=${OTP_ENROLL:-$top_builddir/otp-enroll/otp-enroll}
tool_page=$top_srcdir/man/otp-enroll.1

# flags_of PAGE COMMAND: the options under its heading in COMMANDS.
flags_of() {
	section "$1" COMMANDS | awk -v name="$2" '
		$1 == ".Ss" { inside = $2 == name }
		inside && $1 == ".It" && $2 == "Fl" { print "-" $3 }' | sort
}

commands_of() {
	section "$1" COMMANDS | awk '$1 == ".Ss" { print $2 }' | sort
}

# helped [COMMAND]: the options that the tool's own help names.
helped() {
	# shellcheck disable=SC2086
	"$tool" $1 --help | grep -oE '(^|[^a-z-])--[a-z][a-z-]*' |
	    grep -oE -- '--[a-z-]+' | sort -u
}

commands=$("$tool" --help | awk '/^  [a-z]/ { print $1 }' | sort)
check 'pages__tool_has_every_command' \
    same "$commands" "$(commands_of "$tool_page")"
check 'pages__tool_has_the_options_of_all_commands' same "$(helped '')" \
    "$(section "$tool_page" OPTIONS |
	awk '$1 == ".It" && $2 == "Fl" { print "-" $3 }' | sort)"
for command in $commands; do
	check "pages__tool_has_every_option_of_$command" \
	    same "$(helped "$command")" "$(flags_of "$tool_page" "$command")"
done

# sourced COMMAND: the options that it takes, by its source.
sourced() {
	cat "$top_srcdir"/otp-enroll/cmd_*.c | tr '\n' ' ' |
	    sed 's/const struct otp_command otp_/\n&/g' |
	    sed -n "/\.name = \"$1\"/"'s/.*\.takes = {\([^}]*\)}.*/\1/p' | tr ',' '\n' |
	    sed -n 's/.*"\([a-z-]*\)".*/--\1/p' | sort
}
for command in $commands; do
	check "help__has_every_option_of_$command" \
	    same "$(sourced "$command")" "$(helped "$command")"
done

# actions: what the tool writes to the audit log.
actions() {
	grep -hoE 'otp_audit(_former|_exemption|_invitation|_address)?\([^;]*' "$top_srcdir"/otp-enroll/*.c \
	    "$top_srcdir"/otp-enroll/*/*.c | grep -oE '"[a-z-]+"' | tr -d '"'
	grep -hoE 'return [^;]*"(enrolled|added|replaced)"[^;]*' \
	    "$top_srcdir/otp-enroll/cmd_new.c" | grep -oE '"[a-z]+"' |
	    tr -d '"'
}
check 'pages__tool_has_every_action' same "$(actions | sort -u)" \
    "$(section "$tool_page" DIAGNOSTICS | sed -n '/^\.Li action/,/^\.Li by/p' |
	awk '$1 == ".Li" && $2 != "action" && $2 != "by" { print $2 }' | sort)"

# The options of other commands, and statuses, of examples in the pages.
shown() {
	grep -hE '^(\.Dl # |# )otp-enroll' "$tool_page" | sed 's/^\.Dl //'
}
examples() {
	shown | while read -r _ _ command rest; do
		for word in $rest; do
			case $word in
			--*) helped "$command" | grep -qx -- "${word%%=*}" ||
				echo "$command $word" ;;
			esac
		done
	done
}
check 'pages__tool_has_examples' test "$(shown | wc -l)" -ge 5
check 'pages__tool_has_examples_with_options_that_exist' empty examples

# --- The check itself can fail --------------------------------------------

sed '/^\.It Cm nodelay/d' "$module_page" >"$scratch/less.8"
check 'pages__flags_an_option_left_out' \
    says_no same "$(allowed argument)" "$(options_of "$scratch/less.8")"
sed 's/^\.It Cm nodelay/.It Cm window\n&/' "$module_page" >"$scratch/more.8"
check 'pages__flags_an_option_in_the_wrong_place' \
    says_no same "$(allowed argument)" "$(options_of "$scratch/more.8")"
sed 's/10 to 100/10 to 99/' "$conf_page" >"$scratch/bounds.5"
check 'pages__flags_a_wrong_bound' says_no bounds "$scratch/bounds.5"
sed 's/The default is 100/The default is 50/' "$conf_page" >"$scratch/default.5"
check 'pages__flags_a_wrong_default' says_no bounds "$scratch/default.5"
sed 's/^\.It Li lengths/.It Li length/' "$module_page" >"$scratch/reason.8"
check 'pages__flags_a_wrong_reason' says_no same "$(reasons)" \
    "$(terms "$scratch/reason.8" 'The reasons:' '')"
sed 's/^\(\.It Li conversation Ta Li refused Ta Dv PAM_\)CONV/\1AUTH/' \
    "$module_page" >"$scratch/outcome.8"
check 'pages__flags_a_wrong_outcome' \
    says_no same "$(outcomes)" "$(rows "$scratch/outcome.8")"

sed 's/Try again in 17 s/Try again in a while/' "$module_page" \
    >"$scratch/message.8"
check 'pages__flags_another_message' \
    says_no empty messages_agree "$scratch/message.8"
sed '/^\.It Fl -purge/d' "$tool_page" >"$scratch/less.1"
check 'pages__flags_an_option_of_the_tool_left_out' says_no \
    same "$(helped remove)" "$(flags_of "$scratch/less.1" remove)"

finish
