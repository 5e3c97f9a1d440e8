/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that `check' can say of what it found. */
#include "finding_table.h"
#include "language.h"

const struct otp_finding_row otp_finding_rows[OTP_FOUND_COUNT] = {
	/* the host */
	[OTP_FOUND_CONFIGURATION] = { "configuration", OTP_LEVEL_OK,
	    N_("The configuration {where} is understood."), NULL },
	[OTP_FOUND_NO_CONFIGURATION] = { "configuration", OTP_LEVEL_OK,
	    N_("There is no {where}: every default holds."), NULL },
	[OTP_FOUND_MISCONFIGURED] = { "misconfigured", OTP_LEVEL_FAULT,
	    N_("{where}: {why}, so every login is refused."),
	    N_("Mend it as pam_otp.conf(5) has it.") },
	[OTP_FOUND_STORE] = { "store", OTP_LEVEL_OK,
	    N_("The store {where} can be used."), NULL },
	[OTP_FOUND_OTHERS_STORE] = { "others-store", OTP_LEVEL_NOTE,
	    N_("The store {where} is another user's, and was not looked at."),
	    N_("Run this as root: `sudo otp-enroll check'.") },
	[OTP_FOUND_OPEN_STORE] = { "open-store", OTP_LEVEL_WARNING,
	    N_("{where} has mode {what}, so that others can see who is "
	       "enrolled."),
	    N_("`chmod 700 {where}'") },
	[OTP_FOUND_READ_ONLY] = { "read-only", OTP_LEVEL_FAULT,
	    N_("{where} is on a disk that is mounted read-only, so no code can "
	       "be spent and every login is refused."),
	    N_("`mount -o remount,rw' that disk, or see its errors with "
	       "`dmesg'.") },
	[OTP_FOUND_FORGETFUL] = { "forgetful-store", OTP_LEVEL_WARNING,
	    N_("{where} is in memory ({what}): at the next boot everybody's "
	       "tokens are gone."),
	    N_("Name a folder on a disk as `store' in the configuration "
	       "file.") },
	[OTP_FOUND_LAYERED] = { "layered-store", OTP_LEVEL_WARNING,
	    N_("{where} is on {what}: if its upper layer is dropped, used "
	       "codes are fresh again."),
	    N_("Mount a disk or a volume of its own there.") },
	[OTP_FOUND_COPYING] = { "copying-store", OTP_LEVEL_WARNING,
	    N_("{where} is on {what}, which writes elsewhere what is "
	       "overwritten: a full disk will refuse every login."),
	    N_("With `chattr +C {where}/state' every new state is overwritten "
	       "in place.") },
	[OTP_FOUND_COPYING_ALWAYS] = { "copying-store", OTP_LEVEL_NOTE,
	    N_("{where} is on {what}, which writes elsewhere what is "
	       "overwritten: a full disk will refuse every login."),
	    N_("Keep room free there, or put the store on ext4 or XFS.") },
	[OTP_FOUND_DISK_FULL] = { "disk-full", OTP_LEVEL_WARNING,
	    N_("{where} is on a disk with less than 1 MiB left: nobody can be "
	       "enrolled."),
	    N_("Make room there; `df {where}' shows how full it is.") },
	[OTP_FOUND_LABEL] = { "label", OTP_LEVEL_WARNING,
	    N_("{where} has the SELinux type {what}, which login programs may "
	       "not use."),
	    N_("`restorecon -Rv {where}', once pam_otp's policy module is "
	       "loaded; `ausearch -m avc -ts recent' shows denials.") },
	[OTP_FOUND_CLOCK] = { "clock", OTP_LEVEL_OK,
	    N_("The clock says {what}, and the kernel takes it for "
	       "synchronised."),
	    NULL },
	[OTP_FOUND_CLOCK_WRONG] = { "clock-wrong", OTP_LEVEL_FAULT,
	    N_("The clock says {what}: no TOTP code is right."),
	    N_("Set it: `timedatectl set-ntp true', or `date -u -s ...'.") },
	[OTP_FOUND_CLOCK_FREE] = { "clock-unsynchronised", OTP_LEVEL_NOTE,
	    N_("The clock says {what}, and nothing keeps it right as far as "
	       "the kernel knows."),
	    N_("Compare it with another one; `timedatectl' or `chronyc "
	       "tracking' tells more.") },
	/* pam.d */
	[OTP_FOUND_SERVICE] = { "service", OTP_LEVEL_OK,
	    N_("{what} asks for a code: {where}."), NULL },
	[OTP_FOUND_NO_SERVICE] = { "no-service", OTP_LEVEL_WARNING,
	    N_("No service below {where} names {what}: nobody is asked for a "
	       "code."),
	    N_("Add `auth required {what}' behind the password's line, e.g. in "
	       "{where}/sshd; see pam_otp(8).") },
	[OTP_FOUND_UNREADABLE] = { "unreadable", OTP_LEVEL_WARNING,
	    N_("{where} cannot be read ({why}), and was not looked at."),
	    N_("Run this as root, and see that it is a file.") },
	[OTP_FOUND_LINE] = { "line", OTP_LEVEL_FAULT,
	    N_("{where}: the line is not understood or too long, so its stack "
	       "fails."),
	    N_("Write it as pam.d(5) has it: type, control, module, "
	       "arguments.") },
	[OTP_FOUND_CONTROL] = { "control", OTP_LEVEL_FAULT,
	    N_("{where}: the control [{what}] is not understood, so whatever "
	       "comes is a failure."),
	    N_("Write it as pam.d(5) has it, or simply `required'.") },
	[OTP_FOUND_INCLUDE] = { "include", OTP_LEVEL_FAULT,
	    N_("{where}: {what} cannot be included ({cause}), so its stack "
	       "fails."),
	    N_("Mend the name, or take the line out.") },
	[OTP_FOUND_TOO_MANY] = { "too-many-lines", OTP_LEVEL_WARNING,
	    N_("{where} has more than {what} lines with what it includes, and "
	       "was not judged."),
	    N_("See whether a file includes itself.") },
	[OTP_FOUND_TYPE] = { "type", OTP_LEVEL_FAULT,
	    N_("{where}: {what} answers `auth' alone, so that this line's "
	       "stack fails."),
	    N_("Write `auth' there, or take the line out.") },
	[OTP_FOUND_MODULE_MISSING] = { "module-missing", OTP_LEVEL_FAULT,
	    N_("{where}: there is no module {what}, so every stack with this "
	       "line fails."),
	    N_("Install it, or take the line out.") },
	[OTP_FOUND_MODULE_ELSEWHERE] = { "module-elsewhere", OTP_LEVEL_FAULT,
	    N_("{where}: PAM looks for {what} in its own folder, where it is "
	       "not, so every login through it fails."),
	    N_("Write the whole path there: {more}") },
	[OTP_FOUND_MODULE_UNSAFE] = { "module-unsafe", OTP_LEVEL_FAULT,
	    N_("{where}: others than root can write to the module {what}: they "
	       "can be root."),
	    N_("`chown root: {what} && chmod 644 {what}', and see what is in "
	       "it.") },
	[OTP_FOUND_MODULE_FOREIGN] = { "module-foreign", OTP_LEVEL_FAULT,
	    N_("{where}: {what} is not a module for this machine, so its stack "
	       "fails."),
	    N_("Install the module that was built for this machine.") },
	[OTP_FOUND_OPTION] = { "option", OTP_LEVEL_FAULT,
	    N_("{where}: {why}, so every login through it is refused."),
	    N_("Mend or remove that option; see pam_otp(8) and "
	       "pam_otp.conf(5).") },
	[OTP_FOUND_OTHER_STORE] = { "other-store", OTP_LEVEL_WARNING,
	    N_("{where}: reads {what}, whose store is {more}, and not the one "
	       "looked at here."),
	    N_("Look there too: `otp-enroll check --conf={what}'.") },
	[OTP_FOUND_NO_LOGIN] = { "no-login", OTP_LEVEL_FAULT,
	    N_("{what}: even a right password and code end in a refusal "
	       "({where})."),
	    N_("Some line behind it refuses; the order is password, code, and "
	       "no `pam_deny.so' that is reached.") },
	[OTP_FOUND_NO_EFFECT] = { "no-effect", OTP_LEVEL_FAULT,
	    N_("{where}: a wrong code lets in through {what}."),
	    N_("Let the line begin with `auth required'.") },
	[OTP_FOUND_FAILS_OPEN] = { "fails-open", OTP_LEVEL_FAULT,
	    N_("{where}: where no code can be verified, everybody is let in "
	       "through {what}."),
	    N_("Let the line begin with `auth required'.") },
	[OTP_FOUND_SKIPPED] = { "skipped", OTP_LEVEL_FAULT,
	    N_("{where}: when {what} says yes, no code is asked for by "
	       "{more}."),
	    N_("Put the line of pam_otp.so where every success comes by: "
	       "behind `@include' or `substack', or make that line "
	       "`requisite'.") },
	[OTP_FOUND_EXCEPTED] = { "excepted", OTP_LEVEL_NOTE,
	    N_("{where}: {what} decides who is not asked for a code by "
	       "{more}."),
	    N_("Nothing, if it is meant; else take that line out.") },
	[OTP_FOUND_CODE_ENOUGH] = { "first-factor-optional", OTP_LEVEL_WARNING,
	    N_("{what}: a right code is enough, whatever comes of the password "
	       "({where})."),
	    N_("Make the password's line `requisite', or keep Debian's "
	       "`@include common-auth'.") },
	[OTP_FOUND_CODE_ALONE] = { "code-alone", OTP_LEVEL_NOTE,
	    N_("{what} asks for a code and for nothing else ({where})."),
	    N_("Nothing, if it is meant; else put a `requisite' password "
	       "before it.") },
	[OTP_FOUND_NULLOK_DENIES] = { "nullok-denies", OTP_LEVEL_WARNING,
	    N_("{where}: who is not enrolled is refused by {what} although "
	       "`nullok' is set."),
	    N_("Some line has to say yes: let the control have "
	       "`ignore=ignore', and see pam_otp(8) for `pam_permit.so'.") },
	[OTP_FOUND_NULLOK] = { "nullok", OTP_LEVEL_NOTE,
	    N_("{where}: who is not enrolled is let in without a code by "
	       "{what}."),
	    N_("When everybody is enrolled, take `nullok' out.") },
	[OTP_FOUND_SHARED] = { "shared-stack", OTP_LEVEL_WARNING,
	    N_("{where}: every service that includes this file asks for a "
	       "code: {what}."),
	    N_("Name the module in the files of those services that are to "
	       "ask; cron, lockers and others cannot answer.") },
	/* sshd */
	[OTP_FOUND_SSHD] = { "sshd", OTP_LEVEL_OK,
	    N_("sshd lets the code be asked for ({where})."), NULL },
	[OTP_FOUND_SSHD_UNREAD] = { "sshd-unread", OTP_LEVEL_NOTE,
	    N_("{where} cannot be read ({why}): whether sshd asks for codes "
	       "is not known."),
	    N_("Run this as root.") },
	[OTP_FOUND_SSHD_MATCH] = { "sshd-match", OTP_LEVEL_NOTE,
	    N_("{where}: what stands behind `Match' was not looked at."),
	    N_("See what holds for a user with `sshd -T -C user=NAME'.") },
	[OTP_FOUND_SSHD_WITHOUT_PAM] = { "sshd-without-pam", OTP_LEVEL_FAULT,
	    N_("sshd does not use PAM, so it asks nobody for a code "
	       "({where})."),
	    N_("Write `UsePAM yes' there, then `systemctl reload ssh' (or "
	       "sshd).") },
	[OTP_FOUND_SSHD_NO_CODE] = { "sshd-no-code", OTP_LEVEL_FAULT,
	    N_("sshd offers no way in on which a code is asked for ({where})."),
	    N_("Write `KbdInteractiveAuthentication yes' there, then "
	       "`systemctl reload ssh' (or sshd).") },
	[OTP_FOUND_SSHD_NO_CODE_LISTED] = { "sshd-no-code", OTP_LEVEL_FAULT,
	    N_("sshd offers no way in on which a code is asked for ({where})."),
	    N_("Write `KbdInteractiveAuthentication yes' and "
	       "`AuthenticationMethods publickey,keyboard-interactive' there, "
	       "then `systemctl reload ssh' (or sshd).") },
	[OTP_FOUND_SSHD_NO_PROMPT] = { "sshd-no-prompt", OTP_LEVEL_FAULT,
	    N_("sshd answers the question for the code with the password, so "
	       "nobody gets in with one ({where})."),
	    N_("Write `KbdInteractiveAuthentication yes' and "
	       "`PasswordAuthentication no' there, then `systemctl reload ssh' "
	       "(or sshd).") },
	[OTP_FOUND_SSHD_NO_PROMPT_LISTED] = { "sshd-no-prompt", OTP_LEVEL_FAULT,
	    N_("sshd answers the question for the code with the password, so "
	       "nobody gets in with one ({where})."),
	    N_("Write `KbdInteractiveAuthentication yes' and "
	       "`AuthenticationMethods publickey,keyboard-interactive' there, "
	       "then `systemctl reload ssh' (or sshd).") },
	[OTP_FOUND_SSHD_PASSWORD] = { "sshd-password", OTP_LEVEL_WARNING,
	    N_("sshd also takes passwords by itself, and then answers the "
	       "question for the code with the password, which is refused "
	       "({where})."),
	    N_("Write `PasswordAuthentication no' there, then `systemctl "
	       "reload ssh' (or sshd).") },
	[OTP_FOUND_SSHD_KEY_ALONE] = { "sshd-key-alone", OTP_LEVEL_NOTE,
	    N_("A key alone gets in by ssh, without a code ({where})."),
	    N_("Nothing, if it is meant; else write `AuthenticationMethods "
	       "publickey,keyboard-interactive' there.") },
	[OTP_FOUND_SSHD_CODE_ALONE] = { "sshd-code-alone", OTP_LEVEL_FAULT,
	    N_("A code alone gets in by ssh, without a key or a password "
	       "({where})."),
	    N_("Write `AuthenticationMethods publickey,keyboard-interactive' "
	       "there, or put a `requisite' password before the code.") },
	[OTP_FOUND_SSHD_ROOT] = { "sshd-root", OTP_LEVEL_WARNING,
	    N_("sshd withholds what root answers (PermitRootLogin {what}), so "
	       "that every code of root is refused ({where})."),
	    N_("With `AuthenticationMethods publickey,keyboard-interactive', "
	       "write `PermitRootLogin yes' there.") },
	/* an account */
	[OTP_FOUND_ENROLLED] = { "enrolled", OTP_LEVEL_OK,
	    N_("{what} is enrolled: {where}."), NULL },
	[OTP_FOUND_UNKNOWN_USER] = { "unknown-user", OTP_LEVEL_FAULT,
	    N_("This host knows no user {what}, so that every code is "
	       "refused."),
	    N_("See how the name is spelt: `getent passwd'.") },
	[OTP_FOUND_SPELLING] = { "spelling", OTP_LEVEL_NOTE,
	    N_("{where} is another name of {what}, whose tokens count."),
	    N_("Nothing; `nullok' does not hold for {where}.") },
	[OTP_FOUND_UNENROLLED] = { "not-enrolled", OTP_LEVEL_FAULT,
	    N_("{what} is not enrolled, so that every code is refused."),
	    N_("`otp-enroll new {user}'") },
	[OTP_FOUND_UNENROLLED_LET_IN] = { "not-enrolled", OTP_LEVEL_NOTE,
	    N_("{what} is not enrolled, and is let in without a code."),
	    N_("`otp-enroll new {user}'") },
	[OTP_FOUND_NO_SEED] = { "no-seed", OTP_LEVEL_FAULT,
	    N_("The seed of {what} was taken away by other means, so that "
	       "every code is refused."),
	    N_("Put it back, or `otp-enroll new --replace {user}' makes "
	       "another, `otp-enroll remove {user}' ends it.") },
	[OTP_FOUND_NO_STATE] = { "no-state", OTP_LEVEL_FAULT,
	    N_("A seed of {what} has not been taken over yet, so that its "
	       "codes are refused."),
	    N_("`otp-enroll adopt {user}'; with `--force' if a state was lost, "
	       "else used codes are fresh again.") },
	[OTP_FOUND_UID] = { "uid", OTP_LEVEL_FAULT,
	    N_("The state of {what} is of another uid ({where}) than the "
	       "account's ({more}), so that every code is refused."),
	    N_("If it is the same person: `otp-enroll adopt --force {user}'; "
	       "if not: `otp-enroll remove --purge {user}'.") },
	[OTP_FOUND_LOCKED] = { "locked", OTP_LEVEL_FAULT,
	    N_("{what} is locked: {where} wrong codes in a row, the last one "
	       "{more}."),
	    N_("`otp-enroll unlock {user}', or a recovery code at the "
	       "login.") },
	[OTP_FOUND_WAITING] = { "waiting", OTP_LEVEL_FAULT,
	    N_("{what} has to wait {where} more after wrong codes, the last "
	       "one {more}."),
	    N_("`otp-enroll unlock {user}', or a recovery code at the "
	       "login.") },
	[OTP_FOUND_HELD] = { "lock-timeout", OTP_LEVEL_FAULT,
	    N_("The state of {where} is {why}, so that logins fail "
	       "meanwhile."),
	    N_("See what that process is, and end it, also if it is stopped: "
	       "`kill -KILL {more}'.") },
	[OTP_FOUND_FAILURES] = { "failures", OTP_LEVEL_NOTE,
	    N_("{what} has {where} wrong codes in a row, the last one {more}."),
	    N_("See what the code is worth: `otp-enroll verify {user}'.") },
	[OTP_FOUND_CLOCK_BEHIND] = { "clock-behind", OTP_LEVEL_FAULT,
	    N_("The clock is behind the last used code of {what} by {where}: "
	       "codes are refused until {more}."),
	    N_("Set the clock right: `timedatectl'. If it is right: "
	       "`otp-enroll adopt --force {user}'.") },
	[OTP_FOUND_DEVICE_CLOCK] = { "device-clock", OTP_LEVEL_NOTE,
	    N_("The clock of \"{what}\" was {where} when last used ({more})."),
	    N_("Let the device set its time by the network; `otp-enroll verify "
	       "{user}' tells how far it is off.") },
	[OTP_FOUND_COUNTER_LOST] = { "counter-lost", OTP_LEVEL_FAULT,
	    N_("Nobody knows how far the token {where} of {what} has counted, "
	       "so that its codes are refused."),
	    N_("`otp-enroll resync {user}' with two of its codes.") },
	[OTP_FOUND_LENGTHS] = { "lengths", OTP_LEVEL_FAULT,
	    N_("{what} has tokens of several lengths, which {where} "
	       "(`forward_pass') cannot split."),
	    N_("Take one away: `otp-enroll remove --token=NUMBER {user}'.") },
	[OTP_FOUND_NO_RECOVERY] = { "no-recovery", OTP_LEVEL_NOTE,
	    N_("{what} has no recovery code left."),
	    N_("`otp-enroll recovery {user}'") },
};

const char *const otp_finding_mends[OTP_FINDING_MENDS] = {
	[OTP_ERR_ABSENT] = N_("Put the file there, or mend the name."),
	[OTP_ERR_NAME] = N_("Give the account a shorter name."),
	[OTP_ERR_OWNER] = N_("Where logins run as its owner, as with RADIUS, "
			     "run otp-enroll as that user; else `chown root: "
			     "{where}'."),
	[OTP_ERR_MODE] = N_("`chmod 600 {where}'; a folder of the store has "
			    "700, and one above it `chmod go-w'."),
	[OTP_ERR_LINK] = N_("Put the file itself there, under one name."),
	[OTP_ERR_PARSE] = N_("Mend that line, or begin anew: `otp-enroll new "
			     "--replace {user}'."),
	[OTP_ERR_CHECKSUM] = N_("`otp-enroll adopt --force {user}', after "
				"which no used code is fresh again; where the "
				"seed is lost for good, `otp-enroll remove "
				"--purge {user}'."),
	[OTP_ERR_STORE_VERSION] = N_("Install the later pam_otp that made it; "
				     "if none did: `echo pam_otp store 1 > "
				     "{where}'."),
	[OTP_ERR_STATE_VERSION] =
	    N_("Install the later pam_otp that made it, or "
	       "`otp-enroll adopt --force {user}', after which no used code "
	       "is fresh again; where the seed is lost for good, `otp-enroll "
	       "remove --purge {user}'."),
	[OTP_ERR_FILESYSTEM] = N_("Name a folder on a disk of this host as "
				  "`store' in the configuration file."),
	[OTP_ERR_NO_STORE] = N_("`mount' its disk if it has one, else "
				"`otp-enroll init'."),
	[OTP_ERR_LIMIT] = N_("See whether a limit of this shell is too low: "
			     "`ulimit -a'."),
};
