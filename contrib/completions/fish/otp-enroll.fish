# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# fish's completion of otp-enroll: commands, options, what they take, users, and
# the tokens of a user whose `status' one may see. A test compares the lists with
# the tool's own help.

set -l commands new show verify status check recovery unlock resync remove adopt import init
set -l seen __fish_seen_subcommand_from

function __otp_enroll_tokens
    set -l words (commandline -opc | string match -v -- '-*')
    if test (count $words) -ge 3
        otp-enroll status $words[3] 2>/dev/null </dev/null |
            string replace -rf '^ +([0-9]) +[th]otp .*"(.*)"$' '$1\t$2'
    end
end

# No user behind a user.
function __otp_enroll_wants_user
    set -l words (commandline -opc | string match -v -- '-*')
    test (count $words) -eq 2; and not contains -- init $words
end

complete -c otp-enroll -f
complete -c otp-enroll -l conf -r -F -d 'the configuration file'
complete -c otp-enroll -l help -d 'what there is'
complete -c otp-enroll -l version -d 'the version'
complete -c otp-enroll -n __otp_enroll_wants_user -a '(__fish_complete_users)'
complete -c otp-enroll -n "not $seen $commands" -a new -d 'set up a token: show its QR code, check a code, put it in force'
complete -c otp-enroll -n "not $seen $commands" -a show -d 'show the QR code of a token once more'
complete -c otp-enroll -n "not $seen $commands" -a verify -d 'say whether a code is right, and if not, why'
complete -c otp-enroll -n "not $seen $commands" -a status -d 'show how an account stands; never a secret'
complete -c otp-enroll -n "not $seen $commands" -a check -d 'say why a login fails, and what to do; changes nothing'
complete -c otp-enroll -n "not $seen $commands" -a recovery -d 'make a new set of recovery codes; all old ones are dead'
complete -c otp-enroll -n "not $seen $commands" -a unlock -d 'end a wait or lock after too many wrong codes'
complete -c otp-enroll -n "not $seen $commands" -a resync -d 'find the counter of a HOTP token by two successive codes'
complete -c otp-enroll -n "not $seen $commands" -a remove -d 'take tokens and recovery codes away'
complete -c otp-enroll -n "not $seen $commands" -a adopt -d 'take over seeds that were put into the store by other means'
complete -c otp-enroll -n "not $seen $commands" -a import -d 'take over tokens from elsewhere: all of them, or none'
complete -c otp-enroll -n "not $seen $commands" -a init -d 'make an empty store'

complete -c otp-enroll -n "$seen new" -l add -d 'beside the tokens there are'
complete -c otp-enroll -n "$seen new" -l replace -d 'instead of all there is'
complete -c otp-enroll -n "$seen new" -l hotp -d 'a token that counts'
complete -c otp-enroll -n "$seen new" -l totp -d 'a token by the clock'
complete -c otp-enroll -n "$seen new" -l label -x -d 'what the app calls it'
complete -c otp-enroll -n "$seen new" -l issuer -x -d 'who it is for'
complete -c otp-enroll -n "$seen new" -l algorithm -x -a 'SHA1 SHA256 SHA512' -d 'SHA1, SHA256 or SHA512'
complete -c otp-enroll -n "$seen new" -l digits -x -a '6 7 8' -d '6, 7 or 8'
complete -c otp-enroll -n "$seen new" -l period -x -d 'seconds that a code lasts, 15 to 120'
complete -c otp-enroll -n "$seen new" -l counter -x -d 'with --hotp: where to begin'
complete -c otp-enroll -n "$seen new" -l qr -x -a 'utf8 ascii png svg none' -d 'utf8, ascii, png, svg or none'
complete -c otp-enroll -n "$seen new" -l recovery -x -d 'so many recovery codes, 0 to 16'
complete -c otp-enroll -n "$seen new" -l no-confirm -d 'put it in force without asking for a code'
complete -c otp-enroll -n "$seen new" -l print -d 'show secrets although this is no terminal'
complete -c otp-enroll -n "$seen new" -l json -d 'with --no-confirm: one JSON object'
complete -c otp-enroll -n "$seen new" -l batch -r -F -d 'many users, by CSV or JSON lines'
complete -c otp-enroll -n "$seen new" -l self -d 'for the user behind sudo, and nobody else'

complete -c otp-enroll -n "$seen show" -l token -x -a '(__otp_enroll_tokens)' -d 'of several: its label, or its number in `status\''
complete -c otp-enroll -n "$seen show" -l uri -d 'the URI alone'
complete -c otp-enroll -n "$seen show" -l qr -x -a 'utf8 ascii png svg none' -d 'utf8, ascii, png, svg or none'
complete -c otp-enroll -n "$seen show" -l print -d 'show secrets although this is no terminal'

complete -c otp-enroll -n "$seen verify" -l token -x -a '(__otp_enroll_tokens)' -d 'by this one only: its label, or its number in `status\''
complete -c otp-enroll -n "$seen verify" -l json -d 'one JSON object'

complete -c otp-enroll -n "$seen status" -l all -d 'every account in the store, a line each'
complete -c otp-enroll -n "$seen status" -l orphans -d 'seeds and states of accounts that are gone or renamed'
complete -c otp-enroll -n "$seen status" -l json -d 'a JSON object for each account, a line each'

complete -c otp-enroll -n "$seen check" -l root -r -F -d 'look at the pam.d and sshd_config below DIR, of an image'
complete -c otp-enroll -n "$seen check" -l json -d 'one JSON object'

complete -c otp-enroll -n "$seen recovery" -l count -x -d 'so many, 0 to 16'
complete -c otp-enroll -n "$seen recovery" -l print -d 'show secrets although this is no terminal'
complete -c otp-enroll -n "$seen recovery" -l json -d 'one JSON object'

complete -c otp-enroll -n "$seen resync" -l token -x -a '(__otp_enroll_tokens)' -d 'of several HOTP tokens: its label, or its number in `status\''

complete -c otp-enroll -n "$seen remove" -l token -x -a '(__otp_enroll_tokens)' -d 'this one only: its label, or its number in `status\''
complete -c otp-enroll -n "$seen remove" -l purge -d 'forget failures and used codes too'

complete -c otp-enroll -n "$seen adopt" -l all -d 'every seed in the store'
complete -c otp-enroll -n "$seen adopt" -l from -x -d 'what USER had under this former name'
complete -c otp-enroll -n "$seen adopt" -l force -d 'also make fit again: a damaged state, one of another uid, times'
complete -c otp-enroll -n "$seen adopt" -l print -d 'with --force: show secrets although this is no terminal'

complete -c otp-enroll -n "$seen import" -l format -x -a 'uri google-authenticator users.oath' -d 'uri, google-authenticator or users.oath'
complete -c otp-enroll -n "$seen import" -l file -r -F -d 'what to read, "-" for standard input'
complete -c otp-enroll -n "$seen import" -l users -r -F -d 'google-authenticator: of the users named in FILE, or "-"'
complete -c otp-enroll -n "$seen import" -l all-users -d 'google-authenticator: of every user on this host'
complete -c otp-enroll -n "$seen import" -l except -x -a '(__fish_complete_users)' -d 'not of this one'
complete -c otp-enroll -n "$seen import" -l replace -d 'instead of what is in force'
complete -c otp-enroll -n "$seen import" -l allow-weak -d 'secrets of 10 to 15 bytes, too'
complete -c otp-enroll -n "$seen import" -l recovery -x -d 'make so many recovery codes, 0 to 16'
complete -c otp-enroll -n "$seen import" -l dry-run -d 'only say what would be done'
complete -c otp-enroll -n "$seen import" -l print -d 'show recovery codes although this is no terminal'
complete -c otp-enroll -n "$seen import" -l json -d 'one JSON object for each user, a line each'
