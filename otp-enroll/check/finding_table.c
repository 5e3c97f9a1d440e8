/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that 'check' can find. */
#include "config.h"

#include "otp-enroll/check/finding_table.h"

#include "otp-enroll/cli/i18n.h"

#define START_SOCKET                                                       \
	N_("Run 'systemctl enable --now pam_otp-deliver.socket'; without " \
	   "systemd, see pam_otp_deliver(5).")

#define START_DAEMON                                                     \
	N_("Run 'systemctl enable --now pam_otpd-user.socket'; without " \
	   "systemd, see pam_otpd(8).")

const struct otp_finding_row otp_finding_rows[OTP_FOUND_COUNT] = {
	/* host */
	[OTP_FOUND_CONFIGURATION] = { "configuration", OTP_LEVEL_OK,
	    N_("The configuration file {where} is valid."), NULL },
	[OTP_FOUND_NO_CONFIGURATION] = { "configuration", OTP_LEVEL_OK,
	    N_("There is no {where}; the defaults apply."), NULL },
	[OTP_FOUND_CONFIGURATION_INVALID] = { "configuration-invalid",
	    OTP_LEVEL_FAULT, N_("{why}. Every login is refused."), "{cause}" },
	[OTP_FOUND_STORE] = { "store", OTP_LEVEL_OK,
	    N_("The store {where} can be used."), NULL },
	[OTP_FOUND_STORE_NOT_CHECKED] = { "store-not-checked", OTP_LEVEL_NOTE,
	    N_("The store {where} belongs to another user and was not "
	       "checked."),
	    N_("Run this as root: 'sudo otp-enroll check'.") },
	[OTP_FOUND_STORE_READABLE] = { "store-readable", OTP_LEVEL_WARNING,
	    N_("{where} has mode {what}: other users can see who is enrolled."),
	    N_("Run 'chmod 700 {where}'.") },
	[OTP_FOUND_STORE_READ_ONLY] = { "store-read-only", OTP_LEVEL_FAULT,
	    N_("{where} is on a disk that is mounted read-only. Used codes "
	       "cannot be recorded, so every login is refused."),
	    N_("Run 'mount -o remount,rw {more}'; if that fails, 'dmesg' shows "
	       "the errors of the disk.") },
	[OTP_FOUND_FILE_SYSTEM_TRUSTED] = { "file-system-trusted",
	    OTP_LEVEL_WARNING,
	    N_("{where} is on a file system ({what}) that other machines may "
	       "use; 'file_system_is_local' accepts it."),
	    N_("OK if only this machine can use it. Otherwise one code could "
	       "work twice: move the store to a local disk.") },
	[OTP_FOUND_FILE_SYSTEM_OPTION] = { "file-system-trusted",
	    OTP_LEVEL_NOTE,
	    N_("'file_system_is_local' is set, but {where} is on {what}, which "
	       "does not need it."),
	    N_("Remove that option from the configuration file.") },
	[OTP_FOUND_STORE_IN_MEMORY] = { "store-in-memory", OTP_LEVEL_WARNING,
	    N_("{where} is in memory ({what}). All tokens are lost at the next "
	       "boot."),
	    N_("Set 'store' in the configuration file to a folder on a "
	       "disk.") },
	[OTP_FOUND_STORE_ON_OVERLAY] = { "store-on-overlay", OTP_LEVEL_WARNING,
	    N_("{where} is on {what}. If its upper layer is discarded, used "
	       "codes are valid again."),
	    N_("Mount a disk or a volume there.") },
	[OTP_FOUND_STORE_COPIES] = { "store-copy-on-write", OTP_LEVEL_WARNING,
	    N_("{where} is on {what}, which does not overwrite data in place. "
	       "If the disk is full, every login is refused."),
	    N_("Run 'chattr +C {where}/state' to have new state files "
	       "overwritten in place.") },
	[OTP_FOUND_STORE_ALWAYS_COPIES] = { "store-copy-on-write",
	    OTP_LEVEL_NOTE,
	    N_("{where} is on {what}, which does not overwrite data in place. "
	       "If the disk is full, every login is refused."),
	    N_("Keep space free there, or move the store to ext4 or XFS.") },
	[OTP_FOUND_DISK_FULL] = { "disk-full", OTP_LEVEL_WARNING,
	    N_("{where} is on a disk with less than 1 MiB free. Users cannot "
	       "be enrolled."),
	    N_("Free some space there; 'df {where}' shows how much is used.") },
	[OTP_FOUND_LEFT_OVER] = { "left-over", OTP_LEVEL_WARNING,
	    N_("{where} is left over from an interrupted command, and may "
	       "contain a secret."),
	    N_("Run 'rm {where}', unless someone is running otp-enroll "
	       "now.") },
	[OTP_FOUND_SELINUX_LABEL] = { "selinux-label", OTP_LEVEL_WARNING,
	    N_("{where} has the SELinux type {what}, which login programs may "
	       "not use."),
	    N_("Load the policy module of pam_otp, then run 'restorecon -Rv "
	       "{where}'. Denials are listed by 'ausearch -m avc -ts "
	       "recent'.") },
	[OTP_FOUND_CLOCK] = { "clock", OTP_LEVEL_OK,
	    N_("The clock shows {what} and is synchronised."), NULL },
	[OTP_FOUND_CLOCK_WRONG] = { "clock-wrong", OTP_LEVEL_FAULT,
	    N_("The clock shows {what}, which is wrong, so every TOTP code is "
	       "refused."),
	    N_("Set it with 'timedatectl set-ntp true' or 'date -u -s ...'.") },
	[OTP_FOUND_CLOCK_UNSYNCHRONISED] = { "clock-unsynchronised",
	    OTP_LEVEL_NOTE,
	    N_("The clock shows {what} and is not being synchronised (no "
	       "NTP)."),
	    N_("Compare it with another clock; 'timedatectl' or 'chronyc "
	       "tracking' tells more.") },
	[OTP_FOUND_CLOSED] = { "nologin", OTP_LEVEL_FAULT,
	    N_("There is a file {where}, so only root can log in."),
	    N_("If neither a boot nor maintenance is under way, run 'rm "
	       "{where}'.") },
	/* pam.d */
	[OTP_FOUND_SERVICE] = { "service", OTP_LEVEL_OK,
	    N_("{what} asks for a code: {where}."), NULL },
	[OTP_FOUND_NO_SERVICE] = { "no-service", OTP_LEVEL_WARNING,
	    N_("No service in {where} uses {what}, so users are not asked for "
	       "codes."),
	    N_("Add 'auth required {what}' after the password line, for "
	       "example in {where}/sshd; see pam_otp(8).") },
	[OTP_FOUND_NOT_ASKING] = { "no-service", OTP_LEVEL_WARNING,
	    N_("No service {more} in {where} uses {what}, so it does not ask "
	       "for codes."),
	    N_("Add 'auth required {what}' after the password line in "
	       "{where}/{more}; see pam_otp(8).") },
	[OTP_FOUND_PAM_UNREADABLE] = { "pam-unreadable", OTP_LEVEL_WARNING,
	    N_("{where} cannot be read ({why}) and was not checked."),
	    N_("Run this as root, and check that it is a regular file.") },
	[OTP_FOUND_PAM_LINE] = { "pam-line", OTP_LEVEL_FAULT,
	    N_("{where}: the line is invalid or too long, so its stack fails."),
	    N_("Write it as in pam.d(5): type, control, module, arguments.") },
	[OTP_FOUND_PAM_CONTROL] = { "pam-control", OTP_LEVEL_FAULT,
	    N_("{where}: the control [{what}] is invalid, so every result "
	       "counts as a failure."),
	    N_("Write it as in pam.d(5), or simply 'required'.") },
	[OTP_FOUND_PAM_INCLUDE] = { "pam-include", OTP_LEVEL_FAULT,
	    N_("{where}: {what} cannot be included ({cause}), so the stack "
	       "fails."),
	    N_("Correct the name, or remove the line.") },
	[OTP_FOUND_PAM_TOO_LONG] = { "pam-too-long", OTP_LEVEL_WARNING,
	    N_("{where} has more than {what} lines with the files it includes, "
	       "and was not checked."),
	    N_("Check whether a file includes itself.") },
	[OTP_FOUND_PAM_TYPE] = { "pam-type", OTP_LEVEL_FAULT,
	    N_("{where}: {what} works in 'auth' lines only, so the stack of "
	       "this line fails."),
	    N_("Change the type to 'auth', or remove the line.") },
	[OTP_FOUND_PAM_JUMP] = { "pam-jump", OTP_LEVEL_WARNING,
	    N_("{where}: {what} jumps into or out of an included file, whose "
	       "lines count one by one."),
	    N_("Include that file as a 'substack', which counts as one line, "
	       "or keep the jump within one file.") },
	[OTP_FOUND_MODULE_MISSING] = { "module-missing", OTP_LEVEL_FAULT,
	    N_("{where}: the module {what} does not exist, so every stack with "
	       "this line fails."),
	    N_("Install it, or remove the line.") },
	[OTP_FOUND_MODULE_MISPLACED] = { "module-misplaced", OTP_LEVEL_FAULT,
	    N_("{where}: {what} is not in the folder where PAM looks for "
	       "modules, so every login with it fails."),
	    N_("Write the full path there: {more}") },
	[OTP_FOUND_MODULE_WRITABLE] = { "module-writable", OTP_LEVEL_FAULT,
	    N_("{where}: users other than root can write to the module {what}, "
	       "and so become root."),
	    N_("Run 'chown root: {what} && chmod go-w {what}', and check what "
	       "the file contains.") },
	[OTP_FOUND_MODULE_INVALID] = { "module-invalid", OTP_LEVEL_FAULT,
	    N_("{where}: {what} is not a module for this machine, so its stack "
	       "fails."),
	    N_("Install the module that was built for this machine.") },
	[OTP_FOUND_OPTION] = { "option", OTP_LEVEL_FAULT,
	    N_("{where}: {why}. Every login through this line is refused."),
	    N_("Correct or remove that option; see pam_otp(8) and "
	       "pam_otp.conf(5).") },
	[OTP_FOUND_STORE_DIFFERS] = { "store-differs", OTP_LEVEL_WARNING,
	    N_("{where}: the configuration file is {what}, and its store is "
	       "{more}, not the one checked here."),
	    N_("Check that one too: 'otp-enroll check --conf={what}'.") },
	[OTP_FOUND_LOGIN_FAILS] = { "login-fails", OTP_LEVEL_FAULT,
	    N_("{what}: logins fail even with the right password and code "
	       "({where})."),
	    N_("Look for a later line that refuses them. The password must "
	       "come first, then the code, and no 'pam_deny.so' may be "
	       "reached.") },
	[OTP_FOUND_WRONG_CODE_ACCEPTED] = { "wrong-code-accepted",
	    OTP_LEVEL_FAULT, N_("{where}: {what} accepts wrong codes."),
	    N_("Begin the line with 'auth required'.") },
	[OTP_FOUND_FAILS_OPEN] = { "fails-open", OTP_LEVEL_FAULT,
	    N_("{where}: if codes cannot be checked, {what} lets everyone in."),
	    N_("Begin the line with 'auth required'.") },
	[OTP_FOUND_CODE_SKIPPED] = { "code-skipped", OTP_LEVEL_FAULT,
	    N_("{where}: {what} ends or skips lines, so {more} does not ask "
	       "for a code."),
	    N_("Move the line of pam_otp.so to where every successful login "
	       "reaches it, after '@include' or 'substack', or make that line "
	       "'requisite'.") },
	[OTP_FOUND_CODE_EXEMPT] = { "code-exempt", OTP_LEVEL_NOTE,
	    N_("{where}: {what} decides which users {more} asks for a code."),
	    N_("OK if intended. Otherwise remove that line.") },
	[OTP_FOUND_CODE_UNCLEAR] = { "code-unclear", OTP_LEVEL_WARNING,
	    N_("{where}: {what} may let users of {more} in without a code. "
	       "This module is not known here, so it is unclear which users."),
	    N_("See the manual page of that module. To ask everyone for a "
	       "code, "
	       "make that line 'requisite'.") },
	[OTP_FOUND_ROOT_EXEMPT] = { "root-exempt", OTP_LEVEL_WARNING,
	    N_("{what} does not ask root for a code ({where})."),
	    N_("OK if intended. Otherwise change the lines that depend on the "
	       "user, listed as code-exempt.") },
	[OTP_FOUND_USERS_EXEMPT] = { "users-exempt", OTP_LEVEL_WARNING,
	    N_("{what} does not ask ordinary users for a code ({where})."),
	    N_("OK if intended. Otherwise change the lines that depend on the "
	       "user, listed as code-exempt.") },
	[OTP_FOUND_UNDECIDED] = { "undecided", OTP_LEVEL_WARNING,
	    N_("{where}: {what} has too many conditions to follow them all, so "
	       "it is not known whether it asks everyone for a code."),
	    N_("Use fewer conditions, or test the service with a wrong code "
	       "for each kind of user.") },
	[OTP_FOUND_CODE_TWICE] = { "code-twice", OTP_LEVEL_FAULT,
	    N_("{where}: {what} asks for a code again after the first one was "
	       "accepted, and refuses the same code."),
	    N_("Keep one line of pam_otp.so.") },
	[OTP_FOUND_CODE_FIRST] = { "code-first", OTP_LEVEL_WARNING,
	    N_("{where}: {what} asks for the code before the password, so "
	       "anyone can have accounts blocked by typing wrong codes. A "
	       "program that sends the password first cannot log in."),
	    N_("Move the line to after the line for the password.") },
	[OTP_FOUND_ONE_FIELD] = { "one-field", OTP_LEVEL_WARNING,
	    N_("{where}: {what} sends the password in answer to every "
	       "question, so the code is refused."),
	    N_("Move the line to before the line for the password and add "
	       "'forward_pass': users then type the code right after the "
	       "password. See pam_otp(8).") },
	[OTP_FOUND_PASSWORD_OPTIONAL] = { "password-optional",
	    OTP_LEVEL_WARNING,
	    N_("{what}: a correct code is enough, even with a wrong password "
	       "({where})."),
	    N_("Make the password line 'requisite', or use '@include "
	       "common-auth' as Debian does.") },
	[OTP_FOUND_CODE_ONLY] = { "code-only", OTP_LEVEL_NOTE,
	    N_("{what} asks for a code and for nothing else ({where})."),
	    N_("OK if intended. Otherwise put a 'requisite' line for the "
	       "password before it.") },
	[OTP_FOUND_NULLOK_REFUSED] = { "nullok-refused", OTP_LEVEL_WARNING,
	    N_("{where}: {what} refuses users who are not enrolled, although "
	       "'nullok' is set."),
	    N_("Another line has to succeed: write 'ignore=ignore' in the "
	       "control, and see pam_otp(8) for 'pam_permit.so'.") },
	[OTP_FOUND_NULLOK] = { "nullok", OTP_LEVEL_NOTE,
	    N_("{where}: {what} does not ask users for a code if they are not "
	       "enrolled."),
	    N_("Remove 'nullok' when all users are enrolled.") },
	[OTP_FOUND_GROUPS] = { "groups", OTP_LEVEL_NOTE,
	    N_("{where}: {what} asks only some users for a code, because of "
	       "'{more}'."),
	    N_("OK if the others are to be let in without one.") },
	[OTP_FOUND_GROUPS_REFUSED] = { "groups-refused", OTP_LEVEL_WARNING,
	    N_("{where}: {what} refuses users whom '{more}' leaves out."),
	    N_("If they are to be let in, another line has to succeed: see "
	       "pam_otp(8) for 'pam_permit.so'.") },
	[OTP_FOUND_GROUP_UNKNOWN] = { "group-unknown", OTP_LEVEL_FAULT,
	    N_("{where}: '{more}' names a group that does not exist, {what}. "
	       "Every login is refused."),
	    N_("Correct the name, or run 'groupadd {what}'.") },
	[OTP_FOUND_GROUP_ASKED] = { "group-asked", OTP_LEVEL_OK,
	    N_("{where}: {what} asks {user} for a code, as far as groups "
	       "decide."),
	    NULL },
	[OTP_FOUND_GROUP_LEFT_OUT] = { "group-not-asked", OTP_LEVEL_NOTE,
	    N_("{where}: {what} does not ask {user} for a code, who is in none "
	       "of these groups: {more}."),
	    N_("OK if intended. Otherwise add {user} to one of them; that "
	       "counts from the next login on.") },
	[OTP_FOUND_GROUP_EXEMPT] = { "group-not-asked", OTP_LEVEL_NOTE,
	    N_("{where}: {what} does not ask {user} for a code, who is in "
	       "{more} ('exempt_groups')."),
	    N_("OK if intended. Otherwise remove {user} from that group; that "
	       "counts from the next login on.") },
	[OTP_FOUND_REMEMBERS_KEYS] = { "known-devices", OTP_LEVEL_NOTE,
	    N_("{where}: after a correct code, a key alone logs in to {what} "
	       "until 'remember_for' is over."),
	    N_("OK if intended. A stolen key, or root where an agent is "
	       "forwarded to, is enough then; 'remember=key+host' also demands "
	       "the address.") },
	[OTP_FOUND_FRESH] = { "fresh-login", OTP_LEVEL_NOTE,
	    N_("{where}: {what} does not ask users who gave a code on this "
	       "host a short time ago ('fresh_for')."),
	    N_("OK if intended. Otherwise remove 'fresh_for' there.") },
	[OTP_FOUND_ENVIRONMENT] = { "environment", OTP_LEVEL_WARNING,
	    N_("{where}: {what} lets users set variables before {more} reads "
	       "which key was used ('remember')."),
	    N_("Remove 'user_readenv' there, or move the line after the "
	       "code.") },
	[OTP_FOUND_SHARED_STACK] = { "shared-stack", OTP_LEVEL_WARNING,
	    N_("{where}: every service that includes this file asks for a "
	       "code: {what}."),
	    N_("Put the line only into the files of services that should ask. "
	       "Programs such as cron cannot answer, and screen lockers need "
	       "pam_otpd.") },
	[OTP_FOUND_DELIVER_UNGUARDED] = { "deliver-unguarded",
	    OTP_LEVEL_WARNING,
	    N_("{where}: {what} sends messages ('{more}') even after a wrong "
	       "password."),
	    N_("Let a wrong password end the stack: make its line "
	       "'requisite', or put 'auth requisite pam_deny.so' after it as "
	       "in Debian's common-auth.") },
	[OTP_FOUND_DELIVER_NEVER] = { "deliver-never", OTP_LEVEL_WARNING,
	    N_("{where}: {what} never sends a message ('{more}'), because no "
	       "line before this one asks for a password."),
	    N_("Move the line to after the line for the password, or remove "
	       "'{more}'.") },
	[OTP_FOUND_ENROLL_UNGUARDED] = { "enroll-unguarded", OTP_LEVEL_WARNING,
	    N_("{where}: {what} takes an invitation ('enroll') even after a "
	       "wrong password."),
	    N_("Let a wrong password end the stack: make its line "
	       "'requisite', or put 'auth requisite pam_deny.so' after it as "
	       "in Debian's common-auth.") },
	[OTP_FOUND_ENROLL_NEVER] = { "enroll-never", OTP_LEVEL_WARNING,
	    N_("{where}: {what} never takes an invitation ('enroll'), because "
	       "no line before this one asks for a password."),
	    N_("Move the line to after the line for the password, or write "
	       "'enroll=no' in it.") },
	/* programs that are not root */
	[OTP_FOUND_LOCKER_BLIND] = { "locker", OTP_LEVEL_NOTE,
	    N_("{where}: {what} shows no messages, and takes no recovery "
	       "codes."),
	    N_("OK if users know that they type the code right after the "
	       "password; see pam_otp_admin(7).") },
	[OTP_FOUND_LOCKER_ONE_TEXT] = { "locker", OTP_LEVEL_NOTE,
	    N_("{where}: {what} has one field, and takes no recovery codes."),
	    N_("OK if users know that they type the code right after the "
	       "password; see pam_otp_admin(7).") },
	[OTP_FOUND_LOCKER_ASKS] = { "locker", OTP_LEVEL_OK,
	    N_("{what} asks for the password, then for the code, and does not "
	       "say which ({where})."),
	    NULL },
	[OTP_FOUND_LOCKER_OTHER] = { "locker-unknown", OTP_LEVEL_NOTE,
	    N_("{where}: some versions of {what} ask for the code, and others "
	       "send the password in its place."),
	    N_("Test it while you are logged in on a text console. If it "
	       "sends the password, use 'forward_pass'; see "
	       "pam_otp_admin(7).") },
	[OTP_FOUND_LOCKER_UNKNOWN] = { "locker-unknown", OTP_LEVEL_NOTE,
	    N_("{where}: it is not known whether {what} asks for the code, and "
	       "whether it needs pam_otpd."),
	    N_("Test it while you are logged in on a text console. If the log "
	       "has 'reason=no-daemon', run 'systemctl enable --now "
	       "pam_otpd-user.socket'.") },
	[OTP_FOUND_LOCKER_STORE] = { "locker-store", OTP_LEVEL_FAULT,
	    N_("{where}: this line names the store {more}, but {what} does not "
	       "run as root, and pam_otpd uses another store, so every code is "
	       "refused."),
	    N_("Remove 'conf' from this line, or write 'store = {more}' in "
	       "/etc/security/pam_otp.conf.") },
	[OTP_FOUND_DAEMON] = { "daemon", OTP_LEVEL_OK,
	    N_("pam_otpd answers at {where}."), NULL },
	[OTP_FOUND_DAEMON_ABSENT] = { "daemon", OTP_LEVEL_FAULT,
	    N_("There is no socket {where}. {what} needs it, since it does not "
	       "run as root, and refuses every code."),
	    START_DAEMON },
	[OTP_FOUND_DAEMON_SILENT] = { "daemon", OTP_LEVEL_FAULT,
	    N_("pam_otpd does not answer at {where}. {what} needs it, since it "
	       "does not run as root, and refuses every code."),
	    N_("See why with 'systemctl status pam_otpd.service'. Then run "
	       "'systemctl stop pam_otpd.service' and 'systemctl restart "
	       "pam_otpd-user.socket'; without systemd, see pam_otpd(8).") },
	[OTP_FOUND_DAEMON_UNUSED] = { "daemon", OTP_LEVEL_WARNING,
	    N_("pam_otpd does not answer at {where}, so programs that need it "
	       "refuse every code."),
	    N_("See why with 'systemctl status pam_otpd.service'. If no "
	       "program needs it, disable its socket with 'systemctl disable "
	       "--now'; without systemd, remove {where}.") },
	[OTP_FOUND_DAEMON_FOREIGN] = { "daemon-foreign", OTP_LEVEL_FAULT,
	    N_("A process of another user listens at {where}. No code is sent "
	       "there, so programs that are not root are refused."),
	    N_("Find that process with 'ss -xlp', and end it. pam_otpd runs as "
	       "root.") },
	[OTP_FOUND_DAEMON_VERSION] = { "daemon-version", OTP_LEVEL_FAULT,
	    N_("The pam_otpd that answers at {where} is another version, so "
	       "programs that do not run as root refuse every code."),
	    N_("Install the same version of all packages, then run 'systemctl "
	       "restart pam_otpd.service'.") },
	[OTP_FOUND_DAEMON_DISABLED] = { "daemon-disabled", OTP_LEVEL_WARNING,
	    N_("{what} is not enabled: after the next boot, programs that do "
	       "not run as root will refuse every code."),
	    N_("Run 'systemctl enable {what}'.") },
	[OTP_FOUND_DAEMON_SANDBOX] = { "daemon-sandbox", OTP_LEVEL_WARNING,
	    N_("The sandbox of {what} is weaker than in its package: {where} "
	       "was changed."),
	    N_("Find the file that does this with 'systemctl cat {what}', and "
	       "remove those lines.") },
	[OTP_FOUND_DAEMON_STORE] = { "daemon-store", OTP_LEVEL_FAULT,
	    N_("{what} cannot write to {where}, so programs that do not run as "
	       "root refuse every code."),
	    N_("Run 'systemctl edit {what}', write '[Service]' and "
	       "'ReadWritePaths={where}', then run 'systemctl restart "
	       "{what}'.") },
	/* delivery */
	[OTP_FOUND_SOCKET] = { "delivery-socket", OTP_LEVEL_OK,
	    N_("The socket {where} takes messages that are to be sent."),
	    NULL },
	[OTP_FOUND_SOCKET_ABSENT] = { "delivery-socket", OTP_LEVEL_WARNING,
	    N_("There is no socket {where}, so no message can be sent."),
	    START_SOCKET },
	[OTP_FOUND_SOCKET_SILENT] = { "delivery-socket", OTP_LEVEL_WARNING,
	    N_("No program listens at the socket {where}, so no message can "
	       "be sent."),
	    START_SOCKET },
	[OTP_FOUND_SOCKET_OPEN] = { "delivery-open", OTP_LEVEL_WARNING,
	    N_("{where} is not root's alone: other users can have messages "
	       "sent."),
	    N_("Run 'chown root: {where} && chmod 600 {where}'.") },
	[OTP_FOUND_PROGRAMS_REFUSED] = { "delivery-folder", OTP_LEVEL_WARNING,
	    N_("No message can be sent, since otp-deliver does not trust the "
	       "folder of its programs: {what}."),
	    N_("Run 'chown root: {where} && chmod go-w {where}', and check "
	       "what the folder contains.") },
	[OTP_FOUND_PROGRAMS_LINK] = { "delivery-folder", OTP_LEVEL_WARNING,
	    N_("No message can be sent, since otp-deliver does not trust the "
	       "folder of its programs: {what}."),
	    N_("Replace the link {where} with a real folder.") },
	[OTP_FOUND_PROGRAM_ABSENT] = { "delivery-program", OTP_LEVEL_WARNING,
	    N_("Nothing can be sent to addresses of the kind '{what}:', since "
	       "there is no program {where}."),
	    N_("Install the package otp-deliver, or put a program there; see "
	       "pam_otp_deliver(5).") },
	[OTP_FOUND_PROGRAM_REFUSED] = { "delivery-program", OTP_LEVEL_WARNING,
	    N_("{where} is not run, so nothing is sent to addresses of the "
	       "kind '{what}:': it must be an executable file of root's that "
	       "no other user can write to."),
	    N_("Run 'chown root: {where} && chmod 755 {where}', and check what "
	       "the file contains.") },
	[OTP_FOUND_SMS_PREFIXES] = { "sms-prefixes", OTP_LEVEL_NOTE,
	    N_("{what} has the address {more}, which could not be added with "
	       "today's 'sms_prefixes'. Codes are still sent to it."),
	    N_("OK if intended. 'otp-enroll address {what} --remove={where}' "
	       "removes it.") },
	/* sshd */
	[OTP_FOUND_SSHD] = { "sshd", OTP_LEVEL_OK,
	    N_("sshd can ask for codes ({where})."), NULL },
	[OTP_FOUND_SSHD_ALWAYS] = { "sshd", OTP_LEVEL_OK,
	    N_("sshd asks for codes in every login ({where}), which unattended "
	       "programs (BatchMode) cannot answer."),
	    NULL },
	[OTP_FOUND_SSHD_NOT_CHECKED] = { "sshd-not-checked", OTP_LEVEL_NOTE,
	    N_("sshd tells its settings only to root, so they were not "
	       "checked."),
	    N_("Run this as root: 'sudo otp-enroll check'.") },
	[OTP_FOUND_SSHD_UNREADABLE] = { "sshd-unreadable", OTP_LEVEL_NOTE,
	    N_("{where} cannot be read ({why}), so it is unknown whether sshd "
	       "asks for codes."),
	    N_("Run this as root.") },
	[OTP_FOUND_SSHD_SILENT] = { "sshd-unreadable", OTP_LEVEL_NOTE,
	    N_("sshd does not tell its settings ({what}), so it is unknown "
	       "whether it asks for codes."),
	    N_("Check again while sshd is running.") },
	[OTP_FOUND_SSHD_INVALID] = { "sshd-invalid", OTP_LEVEL_FAULT,
	    N_("sshd does not accept its configuration ({what}). After its "
	       "next restart, there are no logins by ssh."),
	    N_("Correct that line, then run 'sshd -t' until it is silent.") },
	[OTP_FOUND_SSHD_REFUSES] = { "sshd-refuses", OTP_LEVEL_FAULT,
	    N_("sshd refuses {user} because of {what} ({where})."),
	    N_("If {user} is to log in by ssh, change {what} there, then run "
	       "'systemctl reload ssh' (or sshd).") },
	[OTP_FOUND_SSHD_NO_ROOT] = { "sshd-refuses", OTP_LEVEL_NOTE,
	    N_("sshd refuses {user} because of {what} ({where})."),
	    N_("OK if intended: administrators log in as themselves, then use "
	       "sudo.") },
	[OTP_FOUND_SSHD_MATCH] = { "sshd-match", OTP_LEVEL_NOTE,
	    N_("{where}: a setting in a Match block decides for some logins "
	       "how sshd asks for codes."),
	    N_("See what applies to a user with 'otp-enroll check USER', or "
	       "with 'sshd -T -C user=USER,host=HOST,addr=ADDRESS'.") },
	[OTP_FOUND_SSHD_NO_PAM] = { "sshd-no-pam", OTP_LEVEL_FAULT,
	    N_("sshd does not use PAM, so it never asks for a code ({where})."),
	    N_("Write 'UsePAM yes' there, then run 'systemctl reload ssh' (or "
	       "sshd).") },
	[OTP_FOUND_SSHD_NO_CODE] = { "sshd-no-code", OTP_LEVEL_FAULT,
	    N_("No authentication method of sshd asks for a code "
	       "({where}{cause})."),
	    N_("Write 'KbdInteractiveAuthentication yes' there, then run "
	       "'systemctl reload ssh' (or sshd).") },
	[OTP_FOUND_SSHD_NO_CODE_LISTED] = { "sshd-no-code", OTP_LEVEL_FAULT,
	    N_("No authentication method of sshd asks for a code "
	       "({where}{cause})."),
	    N_("Write 'KbdInteractiveAuthentication yes' and "
	       "'AuthenticationMethods publickey,keyboard-interactive' there, "
	       "then run 'systemctl reload ssh' (or sshd).") },
	[OTP_FOUND_SSHD_NO_PROMPT] = { "sshd-no-prompt", OTP_LEVEL_FAULT,
	    N_("Password logins over ssh cannot succeed: sshd sends the "
	       "password where the code is expected ({where}{cause})."),
	    N_("Write 'KbdInteractiveAuthentication yes' and "
	       "'PasswordAuthentication no' there, then run 'systemctl reload "
	       "ssh' (or sshd).") },
	[OTP_FOUND_SSHD_NO_PROMPT_LISTED] = { "sshd-no-prompt", OTP_LEVEL_FAULT,
	    N_("Password logins over ssh cannot succeed: sshd sends the "
	       "password where the code is expected ({where}{cause})."),
	    N_("Write 'KbdInteractiveAuthentication yes' and "
	       "'AuthenticationMethods publickey,keyboard-interactive' there, "
	       "then run 'systemctl reload ssh' (or sshd).") },
	[OTP_FOUND_SSHD_PASSWORD] = { "sshd-password", OTP_LEVEL_WARNING,
	    N_("sshd also asks for passwords itself. It then sends the "
	       "password where the code is expected, and the login is refused "
	       "({where}{cause})."),
	    N_("Write 'PasswordAuthentication no' there, then run 'systemctl "
	       "reload ssh' (or sshd).") },
	[OTP_FOUND_SSHD_KEY_ONLY] = { "sshd-key-only", OTP_LEVEL_NOTE,
	    N_("SSH keys alone log in, without a code ({where}{cause})."),
	    N_("OK if intended. To require both, write 'AuthenticationMethods "
	       "publickey,keyboard-interactive' there.") },
	[OTP_FOUND_SSHD_CODE_ONLY] = { "sshd-code-only", OTP_LEVEL_FAULT,
	    N_("A code alone logs in by ssh, without a key or a password "
	       "({where}{cause})."),
	    N_("Write 'AuthenticationMethods publickey,keyboard-interactive' "
	       "there, or put a 'requisite' line for the password before the "
	       "code.") },
	[OTP_FOUND_SSHD_ROOT] = { "sshd-root", OTP_LEVEL_WARNING,
	    N_("sshd does not pass on what root types (PermitRootLogin "
	       "{what}), so every code that root enters is refused ({where})."),
	    N_("With 'AuthenticationMethods publickey,keyboard-interactive', "
	       "write 'PermitRootLogin yes' there.") },
	[OTP_FOUND_SSHD_AGENT] = { "sshd-agent", OTP_LEVEL_NOTE,
	    N_("sshd lets users forward their agents to this host, where root "
	       "can then log in with their keys wherever 'remember=key' knows "
	       "them ({where})."),
	    N_("If users do not need that, write 'AllowAgentForwarding no' "
	       "there, then run 'systemctl reload ssh' (or sshd). To go on to "
	       "another host, 'ssh -J' needs no agent.") },
	[OTP_FOUND_SSHD_GRACE] = { "sshd-grace", OTP_LEVEL_WARNING,
	    N_("sshd ends a login too soon for an invited user to set up an "
	       "app ({where})."),
	    N_("Write 'LoginGraceTime 5m' there, then run 'systemctl reload "
	       "ssh' (or sshd).") },
	[OTP_FOUND_ENROLL_SILENT] = { "enroll-silent", OTP_LEVEL_WARNING,
	    N_("{what} shows no messages, so users who are invited cannot "
	       "enroll there ({where})."),
	    N_("Remove 'silent' or 'enroll=invited'.") },
	/* an account */
	[OTP_FOUND_ENROLLED] = { "enrolled", OTP_LEVEL_OK,
	    N_("{what} is enrolled: {where}."), NULL },
	[OTP_FOUND_UNKNOWN_USER] = { "unknown-user", OTP_LEVEL_FAULT,
	    N_("There is no user {what} on this host, so every code is "
	       "refused."),
	    N_("Check the spelling with 'getent passwd'.") },
	[OTP_FOUND_OTHER_NAME] = { "other-name", OTP_LEVEL_NOTE,
	    N_("{where} is another name for {what}, whose tokens are used."),
	    N_("Nothing to do; but 'nullok' does not apply to {where}.") },
	[OTP_FOUND_NOT_ENROLLED] = { "not-enrolled", OTP_LEVEL_FAULT,
	    N_("{what} is not enrolled and cannot log in where a code is "
	       "required."),
	    N_("Run 'otp-enroll new {user}'.") },
	[OTP_FOUND_NOT_ENROLLED_LET_IN] = { "not-enrolled", OTP_LEVEL_NOTE,
	    N_("{what} is not enrolled and is let in without a code."),
	    N_("Run 'otp-enroll new {user}'.") },
	[OTP_FOUND_NOT_ENROLLED_EXEMPT] = { "not-enrolled", OTP_LEVEL_NOTE,
	    N_("{what} is not enrolled. Without a code, they can log in only "
	       "where a condition exempts them, as {more} in {where}."),
	    N_("OK if they are exempt. Otherwise run 'otp-enroll new "
	       "{user}'.") },
	[OTP_FOUND_NOT_ENROLLED_SYSTEM] = { "not-enrolled", OTP_LEVEL_NOTE,
	    N_("{what} is not enrolled. It is an account of the system, with "
	       "the shell {where}."),
	    N_("OK if no person logs in with it. Otherwise run 'otp-enroll new "
	       "{user}'.") },
	[OTP_FOUND_RENAMED] = { "renamed", OTP_LEVEL_FAULT,
	    N_("{what} is not enrolled, but {where} is: a former name of the "
	       "same account (uid {more})."),
	    N_("Run 'otp-enroll adopt {user} --from={where}'.") },
	[OTP_FOUND_NO_SEED] = { "no-seed", OTP_LEVEL_FAULT,
	    N_("The seed file of {what} was removed without otp-enroll, so "
	       "every code is refused."),
	    N_("Put it back, make another with 'otp-enroll new --replace "
	       "{user}', or remove the rest with 'otp-enroll remove "
	       "{user}'.") },
	[OTP_FOUND_NO_STATE] = { "no-state", OTP_LEVEL_FAULT,
	    N_("A token of {what} has not been adopted, so its codes are "
	       "refused."),
	    N_("Run 'otp-enroll adopt {user}'. If a state file was lost, add "
	       "'--force'; otherwise used codes become valid again.") },
	[OTP_FOUND_UID] = { "uid", OTP_LEVEL_FAULT,
	    N_("The state file of {what} belongs to uid {where}, but the "
	       "account has uid {more}, so every code is refused."),
	    N_("If it is the same person, run 'otp-enroll adopt --force "
	       "{user}', otherwise 'otp-enroll remove --purge {user}'.") },
	[OTP_FOUND_MOVING] = { "moving", OTP_LEVEL_FAULT,
	    N_("A move of {what} between two stores was interrupted, so codes "
	       "may be refused in both."),
	    N_("Run 'otp-enroll fleet import {user}' or 'otp-enroll fleet "
	       "export {user}' again, whichever it was.") },
	[OTP_FOUND_SUSPENDED] = { "suspended", OTP_LEVEL_NOTE,
	    N_("{what} is suspended, so services that ask for codes refuse "
	       "every login."),
	    N_("If the user is to log in again, run 'otp-enroll resume "
	       "{user}'.") },
	[OTP_FOUND_INVITED] = { "invited", OTP_LEVEL_NOTE,
	    N_("{what} is invited until {where}, and can enroll at a login "
	       "through a service with 'enroll=invited'."),
	    N_("Nothing to do. A new invitation cancels this one.") },
	[OTP_FOUND_INVITATION_ENDED] = { "invited", OTP_LEVEL_WARNING,
	    N_("The invitation of {what} expired at {where}."),
	    N_("Run 'otp-enroll invite {user}' for a new one (if enrolled, "
	       "with --replace).") },
	[OTP_FOUND_EXEMPT] = { "exempt", OTP_LEVEL_NOTE,
	    N_("{what} is exempt until {where}, and is not asked for codes. "
	       "The reason: {more}."),
	    N_("To end that, run 'otp-enroll exempt {user} --end'.") },
	[OTP_FOUND_EXEMPT_SOON] = { "exempt", OTP_LEVEL_WARNING,
	    N_("The exemption of {what} ends soon, at {where}. The reason: "
	       "{more}."),
	    N_("Enroll the user with 'otp-enroll new {user}', or extend "
	       "the exemption with 'otp-enroll exempt {user} --until=TIME "
	       "--reason=TEXT'.") },
	[OTP_FOUND_EXEMPT_ENDED] = { "exempt", OTP_LEVEL_NOTE,
	    N_("The exemption of {what} ended at {where}. The reason was: "
	       "{more}."),
	    N_("OK if intended; 'otp-enroll exempt {user} --end' removes the "
	       "entry.") },
	[OTP_FOUND_LOCKED] = { "locked-out", OTP_LEVEL_FAULT,
	    N_("{what} is locked out: {where} wrong codes in a row, the last "
	       "one {more}."),
	    N_("Run 'otp-enroll unlock {user}', or use a recovery code at the "
	       "login.") },
	[OTP_FOUND_BLOCKED] = { "blocked", OTP_LEVEL_FAULT,
	    N_("{what} is blocked for another {where} after wrong codes, the "
	       "last one {more}."),
	    N_("Run 'otp-enroll unlock {user}', or use a recovery code at the "
	       "login.") },
	[OTP_FOUND_OTHERS_LOCKED] = { "locked-out", OTP_LEVEL_FAULT,
	    N_("{what} is locked out in programs that are not root, such as "
	       "screen lockers: {where} wrong codes in a row, the last one "
	       "{more}."),
	    N_("Run 'otp-enroll unlock {user}', or use a recovery code "
	       "there.") },
	[OTP_FOUND_OTHERS_BLOCKED] = { "blocked", OTP_LEVEL_FAULT,
	    N_("{what} is blocked for another {where} in programs that are not "
	       "root, such as screen lockers, after wrong codes, the last one "
	       "{more}."),
	    N_("Run 'otp-enroll unlock {user}', or use a recovery code "
	       "there.") },
	[OTP_FOUND_LOCKED_BY] = { "lock-timeout", OTP_LEVEL_FAULT,
	    N_("The state file of {where} is locked by {what}, so logins "
	       "fail."),
	    N_("Find out what that process is, then end it with 'kill -KILL "
	       "{more}', which works even if it is stopped.") },
	[OTP_FOUND_LOCKED_BY_UNKNOWN] = { "lock-timeout", OTP_LEVEL_FAULT,
	    N_("The state file of {where} is locked by a process that cannot "
	       "be found, so logins fail."),
	    N_("Look for a stopped login (state T in 'ps ax'), and end it: "
	       "'kill -KILL PID'.") },
	[OTP_FOUND_FAILURES] = { "failures", OTP_LEVEL_NOTE,
	    N_("{what} has {where} wrong codes in a row, the last one {more}."),
	    N_("See why a code is wrong with 'otp-enroll verify {user}'.") },
	[OTP_FOUND_CLOCK_BEHIND] = { "clock-behind", OTP_LEVEL_FAULT,
	    N_("The last code that {what} used was {where} in the future: the "
	       "clock was wrong then or is wrong now. Codes are refused until "
	       "{more}."),
	    N_("Set the clock with 'timedatectl'. If it is right now, run "
	       "'otp-enroll adopt --force {user}'.") },
	[OTP_FOUND_DEVICE_CLOCK] = { "device-clock", OTP_LEVEL_NOTE,
	    N_("The clock of \"{what}\" was {where} when it was last used "
	       "({more})."),
	    N_("Turn on automatic time on the device; 'otp-enroll verify "
	       "{user}' tells how far it is off.") },
	[OTP_FOUND_COUNTER_UNKNOWN] = { "counter-unknown", OTP_LEVEL_FAULT,
	    N_("The counter of \"{where}\" of {what} is unknown, so its codes "
	       "are refused."),
	    N_("Run 'otp-enroll resync {user}' with two of its codes.") },
	[OTP_FOUND_LENGTHS] = { "lengths", OTP_LEVEL_FAULT,
	    N_("{what} has codes of different lengths, which {where} cannot "
	       "split from the password ('forward_pass')."),
	    N_("Remove a token with 'otp-enroll remove --token=NUMBER "
	       "{user}'.") },
	[OTP_FOUND_NO_RECOVERY] = { "no-recovery", OTP_LEVEL_NOTE,
	    N_("{what} has no recovery codes left."),
	    N_("Run 'otp-enroll recovery {user}'.") },
	[OTP_FOUND_EXPIRED] = { "account-expired", OTP_LEVEL_WARNING,
	    N_("The account {what} expired on {where}, so every login is "
	       "refused."),
	    N_("If the user is to log in again, run 'chage -E -1 {what}'.") },
	[OTP_FOUND_PASSWORD_EXPIRED] = { "password-expired", OTP_LEVEL_WARNING,
	    N_("The password of {what} expired and was not changed in time, so "
	       "every login is refused."),
	    N_("Set a new one with 'passwd {what}'.") },
	[OTP_FOUND_PASSWORD_EMPTY] = { "password-empty", OTP_LEVEL_WARNING,
	    N_("The password of {what} is empty, so where PAM accepts that, a "
	       "code alone logs in."),
	    N_("Set one with 'passwd {what}'.") },
	[OTP_FOUND_PASSWORD_LOCKED] = { "password-locked", OTP_LEVEL_WARNING,
	    N_("The password of {what} is locked, so logins that ask for it "
	       "are refused."),
	    N_("If the user is to log in with it, run 'usermod -U {what}'.") },
	[OTP_FOUND_NO_PASSWORD] = { "no-password", OTP_LEVEL_NOTE,
	    N_("{what} has no password, so logins that ask for it are "
	       "refused."),
	    N_("OK if the user has an SSH key. Otherwise set one with 'passwd "
	       "{what}'.") },
	[OTP_FOUND_NO_SHELL] = { "shell", OTP_LEVEL_NOTE,
	    N_("The shell of {what} is {where}, which ends every session at "
	       "once."),
	    N_("OK for accounts of services. Otherwise run 'chsh -s /bin/sh "
	       "{what}'.") },
	[OTP_FOUND_SHELL_MISSING] = { "shell", OTP_LEVEL_WARNING,
	    N_("The shell of {what}, {where}, cannot be run, so sshd refuses "
	       "the user."),
	    N_("Install it, or run 'chsh -s /bin/sh {what}'.") },
	[OTP_FOUND_MALFORMED] = { "malformed-answers", OTP_LEVEL_NOTE,
	    N_("In the last hour, {what} was asked for a code and answered "
	       "with something else ({where} times)."),
	    N_("Ask the user what was typed: it was not 6 to 8 digits, and "
	       "perhaps a password. 'journalctl -S -1h SYSLOG_FACILITY=10' "
	       "shows when and where.") },
	/* a fleet's database */
	[OTP_FOUND_FLEET] = { "fleet", OTP_LEVEL_OK,
	    N_("The database on {where} can be used."), NULL },
	[OTP_FOUND_FLEET_CONFIGURATION] = { "fleet-configuration",
	    OTP_LEVEL_FAULT, N_("{why}. The database is not used."),
	    N_("Correct the file; see fleet.conf(5).") },
	[OTP_FOUND_FLEET_PLUGIN_ABSENT] = { "fleet-plugin", OTP_LEVEL_FAULT,
	    N_("{where} is not installed, and nothing else can use the "
	       "database."),
	    N_("Install it; configure builds it if libpq is there.") },
	[OTP_FOUND_FLEET_PLUGIN_OTHER] = { "fleet-plugin", OTP_LEVEL_FAULT,
	    N_("{where} is of another version of pam_otp."),
	    N_("Install all of pam_otp in one version.") },
	[OTP_FOUND_FLEET_PLUGIN_BROKEN] = { "fleet-plugin", OTP_LEVEL_FAULT,
	    N_("{where} cannot be loaded: {why}."),
	    N_("Install it again, and libpq.") },
	[OTP_FOUND_FLEET_UNREACHABLE] = { "fleet-unreachable", OTP_LEVEL_FAULT,
	    N_("The database on {where} cannot be used: {why}."),
	    N_("See whether a server runs there that accepts writes, what its "
	       "log says, and whether fleet.conf(5) and its pg_hba.conf "
	       "agree.") },
	[OTP_FOUND_FLEET_SERVER] = { "fleet-server", OTP_LEVEL_FAULT,
	    N_("The server on {where} is older than PostgreSQL 15."),
	    N_("Upgrade it.") },
	[OTP_FOUND_FLEET_STANDBY] = { "fleet-standby", OTP_LEVEL_WARNING,
	    N_("The server on {where} has no synchronous standby. If it is "
	       "lost, so are the codes that were used last: they are accepted "
	       "again."),
	    N_("Set synchronous_standby_names in its postgresql.conf.") },
	[OTP_FOUND_FLEET_OWN_HOST] = { "fleet-own-host", OTP_LEVEL_NOTE,
	    N_("The database runs on this host ({where}), whose root can read "
	       "the tokens of all hosts."),
	    N_("OK if users cannot log in here. Otherwise run it on a host of "
	       "its own.") },
	[OTP_FOUND_FLEET_CLOCK_AHEAD] = { "fleet-clock", OTP_LEVEL_FAULT,
	    N_("The clock of {where} is {what} seconds ahead of this host's."),
	    N_("Set both with NTP: 'timedatectl set-ntp true'.") },
	[OTP_FOUND_FLEET_CLOCK_BEHIND] = { "fleet-clock", OTP_LEVEL_FAULT,
	    N_("The clock of {where} is {what} seconds slower than this "
	       "host's."),
	    N_("Set both with NTP: 'timedatectl set-ntp true'.") },
	[OTP_FOUND_FLEET_EMPTY] = { "fleet-empty", OTP_LEVEL_FAULT,
	    N_("The database on {where} has none of pam_otp's tables."),
	    N_("Run 'otp-enroll fleet init' as a superuser of the server.") },
	[OTP_FOUND_FLEET_EARLIER] = { "fleet-version", OTP_LEVEL_FAULT,
	    N_("The database on {where} is of an earlier version of pam_otp."),
	    N_("Run 'otp-enroll fleet upgrade' as a superuser of the "
	       "server.") },
	[OTP_FOUND_FLEET_LATER] = { "fleet-version", OTP_LEVEL_WARNING,
	    N_("The database on {where} is of a later version of pam_otp."),
	    N_("Install that version on this host.") },
	[OTP_FOUND_FLEET_SHARED] = { "fleet-shared", OTP_LEVEL_WARNING,
	    N_("The database on {where} has tables, functions or extensions "
	       "that are not pam_otp's."),
	    N_("Move them to a database of their own.") },
	[OTP_FOUND_FLEET_RESTORED] = { "rolled-back", OTP_LEVEL_FAULT,
	    N_("The database on {where} was restored from a backup, and every "
	       "host refuses it."),
	    N_("Run 'otp-enroll fleet restored' as an administrator of the "
	       "database.") },
	[OTP_FOUND_FLEET_FORMAT] = { "fleet-format", OTP_LEVEL_FAULT,
	    N_("The database on {where} asks for states in a later format than "
	       "this host can write."),
	    N_("Install a later version on this host.") },
	[OTP_FOUND_FLEET_SUPERUSER] = { "fleet-role", OTP_LEVEL_WARNING,
	    N_("The role {what} of this host is a superuser of the server, and "
	       "can read and change everything there."),
	    N_("Make a role that is not: 'CREATE ROLE host LOGIN IN ROLE "
	       "otp_host', and name it in fleet.conf(5).") },
	[OTP_FOUND_FLEET_POWER] = { "fleet-role", OTP_LEVEL_WARNING,
	    N_("The role {what} of this host may make roles or databases, "
	       "replicate, or bypass row security."),
	    N_("As a superuser of the server: 'ALTER ROLE {what} NOCREATEROLE "
	       "NOCREATEDB NOREPLICATION NOBYPASSRLS'.") },
	[OTP_FOUND_FLEET_OWNER] = { "fleet-role", OTP_LEVEL_WARNING,
	    N_("The role {what} of this host is a member of otp_owner, and can "
	       "change all accounts of all realms."),
	    N_("As a superuser of the server: 'REVOKE otp_owner FROM "
	       "{what}'.") },
	[OTP_FOUND_FLEET_ADMIN] = { "fleet-role", OTP_LEVEL_WARNING,
	    N_("The role {what} of this host is a member of otp_admin, and can "
	       "admit itself to all realms."),
	    N_("As a superuser of the server: 'REVOKE otp_admin FROM "
	       "{what}'.") },
	[OTP_FOUND_FLEET_NO_HOST] = { "fleet-role", OTP_LEVEL_FAULT,
	    N_("The role {what} of this host is not a member of otp_host, and "
	       "can use no account."),
	    N_("As a superuser of the server: 'GRANT otp_host TO {what}'.") },
	[OTP_FOUND_FLEET_REALM] = { "fleet-realm", OTP_LEVEL_FAULT,
	    N_("The role {what} of this host is not admitted to the realm "
	       "{more}."),
	    N_("As an administrator of the database, call otp.admit for that "
	       "role and that realm.") },
};
