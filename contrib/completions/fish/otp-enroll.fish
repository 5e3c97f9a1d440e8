# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Completion of otp-enroll for fish: commands, options, their values, users, and
# the tokens of a user whose status the caller may see. A test compares the lists
# with the tool's own help.

set -l commands new invite show verify status check recovery unlock suspend resume exempt devices address resync remove adopt import init fleet
set -l seen __fish_seen_subcommand_from

function __otp_enroll_tokens
    set -l words (commandline -opc | string match -v -- '-*')
    if test (count $words) -ge 3
        otp-enroll status $words[3] 2>/dev/null </dev/null |
            string replace -rf '^ +([0-9]) +[th]otp .*"(.*)"$' '$1\t$2'
    end
end

# At most one user.
function __otp_enroll_wants_user
    set -l words (commandline -opc | string match -v -- '-*')
    test (count $words) -eq 2; and not contains -- init $words; and not contains -- fleet $words
end

complete -c otp-enroll -f
complete -c otp-enroll -l conf -r -F -d 'the configuration file'
complete -c otp-enroll -l help -d 'show help'
complete -c otp-enroll -l version -d 'show the version'
complete -c otp-enroll -n __otp_enroll_wants_user -a '(__fish_complete_users)'
complete -c otp-enroll -n "not $seen $commands" -a new -d 'enroll a user: show a QR code and confirm it with a first code'
complete -c otp-enroll -n "not $seen $commands" -a invite -d 'invite a user to enroll at a login'
complete -c otp-enroll -n "not $seen $commands" -a show -d 'show the QR code of a token again'
complete -c otp-enroll -n "not $seen $commands" -a verify -d 'say whether a code is correct, and if not, why'
complete -c otp-enroll -n "not $seen $commands" -a status -d 'show an account\'s status (no secrets)'
complete -c otp-enroll -n "not $seen $commands" -a check -d 'say why logins fail and how to fix it; changes nothing'
complete -c otp-enroll -n "not $seen $commands" -a recovery -d 'create new recovery codes; the old ones stop working'
complete -c otp-enroll -n "not $seen $commands" -a unlock -d 'unblock an account after too many wrong codes'
complete -c otp-enroll -n "not $seen $commands" -a suspend -d 'refuse a user, whatever the code'
complete -c otp-enroll -n "not $seen $commands" -a resume -d 'end a suspension'
complete -c otp-enroll -n "not $seen $commands" -a exempt -d 'for some time, do not ask a user for codes'
complete -c otp-enroll -n "not $seen $commands" -a devices -d 'list or forget devices that are not asked for a code'
complete -c otp-enroll -n "not $seen $commands" -a address -d 'list, add or remove addresses to which codes are sent'
complete -c otp-enroll -n "not $seen $commands" -a resync -d 'find the counter of an HOTP token from two consecutive codes'
complete -c otp-enroll -n "not $seen $commands" -a remove -d 'remove tokens and recovery codes'
complete -c otp-enroll -n "not $seen $commands" -a adopt -d 'accept seed files that something else put into the store'
complete -c otp-enroll -n "not $seen $commands" -a import -d 'import tokens from other programs, apps and lists'
complete -c otp-enroll -n "not $seen $commands" -a init -d 'create an empty store'
complete -c otp-enroll -n "not $seen $commands" -a fleet -d 'set up the PostgreSQL database that hosts share'

complete -c otp-enroll -n "$seen new" -l add -d 'add another device'
complete -c otp-enroll -n "$seen new" -l replace -d 'replace all existing devices and recovery codes'
complete -c otp-enroll -n "$seen new" -l hotp -d 'counter-based (a key fob with a button)'
complete -c otp-enroll -n "$seen new" -l totp -d 'time-based (default)'
complete -c otp-enroll -n "$seen new" -l label -x -d 'name of the token in the app'
complete -c otp-enroll -n "$seen new" -l issuer -x -d 'name of the service in the app'
complete -c otp-enroll -n "$seen new" -l algorithm -x -a 'SHA1 SHA256 SHA512' -d 'SHA1, SHA256 or SHA512'
complete -c otp-enroll -n "$seen new" -l digits -x -a '6 7 8' -d '6, 7 or 8'
complete -c otp-enroll -n "$seen new" -l period -x -d 'seconds that a code is valid, 15 to 120'
complete -c otp-enroll -n "$seen new" -l counter -x -d 'with --hotp: first counter'
complete -c otp-enroll -n "$seen new" -l qr -x -a 'utf8 ascii png svg none' -d 'utf8, ascii, png, svg or none'
complete -c otp-enroll -n "$seen new" -l recovery -x -d 'number of recovery codes, 0 to 16'
complete -c otp-enroll -n "$seen new" -l secret -x -a '-' -d 'the secret of an existing device, from standard input'
complete -c otp-enroll -n "$seen new" -l allow-weak -d 'accept such a secret of 10 to 15 bytes'
complete -c otp-enroll -n "$seen new" -l no-confirm -d 'do not ask for a first code'
complete -c otp-enroll -n "$seen new" -l print -d 'show secrets even if this is not a terminal'
complete -c otp-enroll -n "$seen new" -l json -d 'with --no-confirm: one JSON object'
complete -c otp-enroll -n "$seen new" -l batch -r -F -d 'many users, from CSV or JSON lines'
complete -c otp-enroll -n "$seen new" -l notify -d 'send a notice to users who have an address'

complete -c otp-enroll -n "$seen invite" -l until -x -d 'such as 8h or 14d, or a date'
complete -c otp-enroll -n "$seen invite" -l replace -d 'even if the user is enrolled'
complete -c otp-enroll -n "$seen invite" -l batch -r -F -d 'many users: CSV or JSON lines, or -'
complete -c otp-enroll -n "$seen invite" -l print -d 'show secrets even if this is not a terminal'
complete -c otp-enroll -n "$seen invite" -l json -d 'JSON, one object per user'

complete -c otp-enroll -n "$seen show" -l token -x -a '(__otp_enroll_tokens)' -d 'which token, by its label or its number in \'status\''
complete -c otp-enroll -n "$seen show" -l uri -d 'show the URI only'
complete -c otp-enroll -n "$seen show" -l qr -x -a 'utf8 ascii png svg none' -d 'utf8, ascii, png, svg or none'
complete -c otp-enroll -n "$seen show" -l print -d 'show secrets even if this is not a terminal'

complete -c otp-enroll -n "$seen verify" -l token -x -a '(__otp_enroll_tokens)' -d 'check this token only, by its label or its number in \'status\''
complete -c otp-enroll -n "$seen verify" -l json -d 'one JSON object'

complete -c otp-enroll -n "$seen status" -l all -d 'every account in the store, one per line'
complete -c otp-enroll -n "$seen status" -l exempt -d 'accounts with an exemption'
complete -c otp-enroll -n "$seen status" -l invited -d 'accounts with an invitation'
complete -c otp-enroll -n "$seen status" -l orphans -d 'files of accounts that no longer exist or were renamed'
complete -c otp-enroll -n "$seen status" -l json -d 'one JSON object per account, one per line'

complete -c otp-enroll -n "$seen check" -l service -x -d 'check only this service of pam.d, such as sudo'
complete -c otp-enroll -n "$seen check" -l root -r -F -d 'check the pam.d and sshd_config of the image in DIR'
complete -c otp-enroll -n "$seen check" -l named -d 'only print the lines that name pam_otp.so'
complete -c otp-enroll -n "$seen check" -l json -d 'one JSON object'

complete -c otp-enroll -n "$seen recovery" -l count -x -d 'number of recovery codes, 0 to 16'
complete -c otp-enroll -n "$seen recovery" -l add -x -d 'create this many more; the old ones stay'
complete -c otp-enroll -n "$seen recovery" -l for -x -d 'how long those work: such as 12h, or up to a date'
complete -c otp-enroll -n "$seen recovery" -l print -d 'show secrets even if this is not a terminal'
complete -c otp-enroll -n "$seen recovery" -l json -d 'one JSON object'
complete -c otp-enroll -n "$seen recovery" -l yes -d 'do not ask whether to go on'

complete -c otp-enroll -n "$seen exempt" -l until -x -d 'such as 8h or 14d, or a date'
complete -c otp-enroll -n "$seen exempt" -l reason -x -d 'why; it is logged at each login'
complete -c otp-enroll -n "$seen exempt" -l end -d 'ask the user again, from now on'

complete -c otp-enroll -n "$seen devices" -l forget -x -a 'all 1 2 3 4 5 6 7 8' -d 'ask again from device N of the list, or from all'

complete -c otp-enroll -n "$seen address" -l add -x -d 'such as alice@example.org or +491701234567'
complete -c otp-enroll -n "$seen address" -l no-confirm -d 'with --add: send and ask for nothing'
complete -c otp-enroll -n "$seen address" -l remove -x -a '1 2 3 4' -d 'remove address N of the list'
complete -c otp-enroll -n "$seen address" -l test -d 'send a message to each address'

complete -c otp-enroll -n "$seen resync" -l token -x -a '(__otp_enroll_tokens)' -d 'which HOTP token, by its label or its number in \'status\''

complete -c otp-enroll -n "$seen remove" -l token -x -a '(__otp_enroll_tokens)' -d 'only this one, by its label or its number in \'status\''
complete -c otp-enroll -n "$seen remove" -l purge -d 'also delete the record of used codes and failures'
complete -c otp-enroll -n "$seen remove" -l force -d 'with --purge: also if a move was interrupted'
complete -c otp-enroll -n "$seen remove" -l yes -d 'do not ask whether to go on'

complete -c otp-enroll -n "$seen adopt" -l all -d 'every seed file in the store'
complete -c otp-enroll -n "$seen adopt" -l from -x -d 'move what USER had under this former name'
complete -c otp-enroll -n "$seen adopt" -l force -d 'also repair a damaged or missing state, or one of another uid'
complete -c otp-enroll -n "$seen adopt" -l notify -d 'send a notice to users who have an address'
complete -c otp-enroll -n "$seen adopt" -l print -d 'with --force: show secrets even if this is not a terminal'

complete -c otp-enroll -n "$seen import" -l format -x -a 'uri google-authenticator users.oath csv json' -d 'uri, google-authenticator, users.oath, csv or json'
complete -c otp-enroll -n "$seen import" -l file -r -F -d 'the file to read, "-" for standard input'
complete -c otp-enroll -n "$seen import" -l users -r -F -d 'google-authenticator: the users named in FILE, or "-"'
complete -c otp-enroll -n "$seen import" -l all-users -d 'google-authenticator: every user on this host'
complete -c otp-enroll -n "$seen import" -l except -x -a '(__fish_complete_users)' -d 'not this user'
complete -c otp-enroll -n "$seen import" -l pick -x -d 'the token of an export or a list that is the user\'s'
complete -c otp-enroll -n "$seen import" -l replace -d 'replace existing tokens'
complete -c otp-enroll -n "$seen import" -l allow-weak -d 'accept secrets of 10 to 15 bytes'
complete -c otp-enroll -n "$seen import" -l recovery -x -d 'number of new recovery codes, 0 to 16'
complete -c otp-enroll -n "$seen import" -l notify -d 'send a notice to users who have an address'
complete -c otp-enroll -n "$seen import" -l dry-run -d 'only say what would be done'
complete -c otp-enroll -n "$seen import" -l print -d 'show recovery codes even if this is not a terminal'
complete -c otp-enroll -n "$seen import" -l json -d 'one JSON object per user, one per line'
complete -c otp-enroll -n "$seen fleet" -a 'init upgrade check restored import export'
complete -c otp-enroll -n "$seen fleet" -l file -r -F -d 'instead of /etc/pam_otp/fleet.conf'
complete -c otp-enroll -n "$seen fleet" -l role -x -d 'connect as this role'
complete -c otp-enroll -n "$seen fleet" -l all -d 'with import and export: every account'
complete -c otp-enroll -n "$seen fleet" -l yes -d 'do not ask whether to go on'
complete -c otp-enroll -n "$seen fleet" -l json -d 'with check: print one JSON object'
