/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/fault.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "otp-enroll/cli/fill.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void clause_fill(struct otp_fault_text *clause, const char *text,
    const struct otp_fault *fault);
static bool errno_is_news(enum otp_err err, const struct otp_fault *fault);
static const char *mode_advice(const struct otp_fault *fault);
static bool is_of_store(const char *where);
static bool is_torn(enum otp_err err, enum otp_detail detail);

/* What an error is, where no detail says it more exactly. */
static const char *const errors[] = {
	[OTP_OK] = N_("no error"),
	[OTP_ERR_ABSENT] = N_("there is no such file"),
	[OTP_ERR_EXISTS] = N_("already exists"),
	[OTP_ERR_FULL] =
	    N_("an account has at most 8 tokens and 16 recovery codes"),
	[OTP_ERR_CHANCE] = N_("codes would be too easy to guess"),
	[OTP_ERR_SUSPENDED] = N_("the account is suspended"),
	[OTP_ERR_NAME] = N_("the name cannot be used as a file name"),
	[OTP_ERR_OWNER] = N_("belongs to another user"),
	[OTP_ERR_MODE] =
	    N_("is accessible to others, or is not a regular file"),
	[OTP_ERR_LINK] = N_("is a symbolic link, or has hard links"),
	[OTP_ERR_PARSE] = N_("is not valid"),
	[OTP_ERR_CHECKSUM] = N_("the state file is damaged"),
	[OTP_ERR_STORE_VERSION] = N_("the store has an unknown version"),
	[OTP_ERR_STATE_VERSION] = N_("the state file has an unknown version"),
	[OTP_ERR_UID] = N_("the state file belongs to another account"),
	[OTP_ERR_FILESYSTEM] = N_("a store cannot be on this file system"),
	[OTP_ERR_NO_STORE] = N_("there is no store"),
	[OTP_ERR_NO_STATE] = N_("the seed file has not been adopted yet"),
	[OTP_ERR_LIMIT] = N_("a system limit was reached"),
	[OTP_ERR_LENGTHS] = N_("the tokens have codes of different lengths"),
	[OTP_ERR_LOCK_TIMEOUT] = N_("is locked by another process"),
	[OTP_ERR_READ] = N_("cannot be read"),
	[OTP_ERR_WRITE] = N_("cannot be written"),
	[OTP_ERR_CLOCK] = N_("the clock cannot be read"),
	[OTP_ERR_CRYPTO] = N_("the cryptographic library failed"),
	[OTP_ERR_OPTION] = N_("an option is invalid"),
	[OTP_ERR_NO_DAEMON] = N_("pam_otpd does not answer"),
	[OTP_ERR_DAEMON_VERSION] = N_("pam_otpd has another version"),
	[OTP_ERR_DENIED] = N_("pam_otpd does not allow it"),
	[OTP_ERR_DATABASE] = N_("the database does not answer"),
	[OTP_ERR_CONFLICT] = N_("another process changed it in the meantime"),
	[OTP_ERR_ROLLED_BACK] =
	    N_("the database was restored from a backup, or lost commits"),
	[OTP_ERR_MOVED] = N_("the account was moved to another store"),
	[OTP_ERR_NOMEM] = N_("there is not enough memory"),
};

_Static_assert(COUNT(errors) == OTP_ERR_NOMEM + 1, "an error has no text");

/*
 * {1} and {2} are the fault's numbers, {mode} is the first as an octal mode,
 * {name} its name.
 */
/* NOLINTBEGIN(bugprone-suspicious-missing-comma): texts of two lines */
static const char *const details[] = {
	[OTP_DETAIL_NONE] = "",
	[OTP_DETAIL_NOT_A_FLAG] = N_("takes yes or no, or no value"),
	[OTP_DETAIL_RANGE] = N_("must be a number from {1} to {2}"),
	[OTP_DETAIL_NOT_A_DATE] = N_("must be a date such as 2027-12-31"),
	[OTP_DETAIL_TIME_RANGE] =
	    N_("must be a time such as 14d, in the range {name}"),
	[OTP_DETAIL_NOT_A_CHOICE] = N_("must be no, key or key+host"),
	[OTP_DETAIL_NOT_A_LIST] = N_("must be names with a comma between them"),
	[OTP_DETAIL_NO_VALUE] = N_("needs a value"),
	[OTP_DETAIL_TOO_LONG] = N_("is too long"),
	[OTP_DETAIL_NOT_PRINTABLE] = N_("must be printable UTF-8"),
	[OTP_DETAIL_NOT_ABSOLUTE] = N_("must be an absolute path"),
	[OTP_DETAIL_DOTS] = N_("must not contain \".\" or \"..\""),
	[OTP_DETAIL_UNKNOWN_OPTION] = N_("is not an option"),
	[OTP_DETAIL_ARGUMENT_ONLY] =
	    N_("belongs on the module's line, not in the configuration file"),
	[OTP_DETAIL_FILE_ONLY] =
	    N_("belongs in the configuration file, not on the module's line"),
	[OTP_DETAIL_TWICE] = N_("is given twice"),
	[OTP_DETAIL_ODD_QUOTE] = N_("has an unmatched quotation mark"),
	[OTP_DETAIL_VIRTUAL_USERS] =
	    N_("cannot be combined with virtual_users"),
	[OTP_DETAIL_FORWARD_PASS] = N_("cannot be combined with forward_pass"),
	[OTP_DETAIL_ABOVE_LOCK_AFTER] = N_("must not be above lock_after"),
	[OTP_DETAIL_NOT_PREFIXES] =
	    N_("must be a list of prefixes such as +49,+43"),
	[OTP_DETAIL_OTHER_STORE] =
	    N_("names another store than that of pam_otpd"),
	[OTP_DETAIL_OTHER_RULES] = N_("has another value than pam_otpd uses"),
	[OTP_DETAIL_UNKNOWN_GROUP] =
	    N_("names a group that does not exist, {name}"),
	[OTP_DETAIL_MISSING] = N_("is missing"),
	[OTP_DETAIL_NOT_HOSTS] =
	    N_("must be names of hosts, or the directory of one socket"),
	[OTP_DETAIL_NOT_ADDRESSES] =
	    N_("must have an IP address for each host, in their order"),
	[OTP_DETAIL_SOCKET] =
	    N_("cannot be combined with the directory of a socket"),
	[OTP_DETAIL_TOO_LARGE] = N_("is larger than {1} KiB"),
	[OTP_DETAIL_EMPTY] = N_("is empty"),
	[OTP_DETAIL_LINE_TOO_LONG] = N_("the line is longer than 1023 bytes"),
	[OTP_DETAIL_NUL_BYTE] = N_("there is a NUL byte in it"),
	[OTP_DETAIL_CARRIAGE_RETURN] =
	    N_("the line ends in a carriage return (CRLF)"),
	[OTP_DETAIL_NO_NEWLINE] = N_("the last line does not end in a newline"),
	[OTP_DETAIL_NOT_OTPAUTH] = N_("not an otpauth:// URI"),
	[OTP_DETAIL_CONTROL_CHARACTER] =
	    N_("there is a control character or a '#' in it"),
	[OTP_DETAIL_KIND] = N_("the type must be totp or hotp"),
	[OTP_DETAIL_ALGORITHM] =
	    N_("the algorithm must be SHA1, SHA256 or SHA512"),
	[OTP_DETAIL_DIGITS] = N_("codes must have 6, 7 or 8 digits"),
	[OTP_DETAIL_PERIOD] =
	    N_("the period must be 15 to 120 s, and only totp has one"),
	[OTP_DETAIL_COUNTER] =
	    N_("the counter must be a 64-bit number, and only hotp has one"),
	[OTP_DETAIL_PERIOD_OR_COUNTER] =
	    N_("the period or counter does not fit the type"),
	[OTP_DETAIL_NO_COUNTER] = N_("hotp needs a counter"),
	[OTP_DETAIL_NO_SECRET] = N_("there is no secret"),
	[OTP_DETAIL_NOT_BASE32] = N_("the secret is not base32"),
	[OTP_DETAIL_BAD_SECRET] =
	    N_("the secret is not base32, or is longer than 64 bytes"),
	[OTP_DETAIL_SECRET_SHORT] =
	    N_("the secret has {1} bytes, and must have at least 10"),
	[OTP_DETAIL_SECRET_LONG] = N_("the secret has more than 64 bytes"),
	[OTP_DETAIL_SECRET_SIZE] =
	    N_("the secret must have 10 to 64 bytes, and not all of them zero"),
	[OTP_DETAIL_LABEL] = N_("the label must have 1 to 255 bytes"),
	[OTP_DETAIL_LABEL_ENCODING] =
	    N_("the label is badly encoded, or is longer than 255 bytes"),
	[OTP_DETAIL_ISSUER_LONG] = N_("the issuer is longer than 255 bytes"),
	[OTP_DETAIL_ISSUER] =
	    N_("the issuer is empty, badly encoded or too long"),
	[OTP_DETAIL_PARAMETER_TWICE] = N_("a parameter is given twice"),
	[OTP_DETAIL_NO_TOKEN] = N_("there is no token in it"),
	[OTP_DETAIL_TOO_MANY_TOKENS] = N_("an account has at most 8 tokens"),
	[OTP_DETAIL_SAME_SECRET] = N_("a line above has the same secret"),
	[OTP_DETAIL_TOO_MANY_RECOVERY_CODES] =
	    N_("an account has at most 16 recovery codes"),
	[OTP_DETAIL_BAD_RECOVERY_CODE] = N_("not a valid recovery line"),
	[OTP_DETAIL_SAME_RECOVERY_CODE] =
	    N_("a line above has the same recovery code"),
	[OTP_DETAIL_TOO_MANY_ADDRESSES] =
	    N_("an account has at most 4 addresses"),
	[OTP_DETAIL_SAME_ADDRESS] =
	    N_("a line above has the same address, or the same secret"),
	[OTP_DETAIL_BAD_INVITATION] = N_("not an invitation"),
	[OTP_DETAIL_SECOND_INVITATION] =
	    N_("an account has at most one invitation"),
	[OTP_DETAIL_ADDRESS] =
	    N_("not an address: use user@example.org, +491701234567 or a URI"),
	[OTP_DETAIL_ADDRESS_LONG] = N_("the address is longer than 247 bytes"),
	[OTP_DETAIL_ADDRESS_SECRET] =
	    N_("not a valid deliver line: its secret must be base32 of 20 "
	       "bytes"),
	[OTP_DETAIL_MAIL_ADDRESS] = N_("not a plain mail address"),
	[OTP_DETAIL_PHONE_NUMBER] =
	    N_("a telephone number must be + and 7 to 15 digits, with the "
	       "country code"),
	[OTP_DETAIL_NOT_GOOGLE] =
	    N_("neither an option nor a scratch code; skipped"),
	[OTP_DETAIL_NO_KIND] =
	    N_("there is neither TOTP_AUTH nor HOTP_COUNTER, so no code of "
	       "this secret was ever accepted"),
	[OTP_DETAIL_HOTP_COUNTER] = N_("HOTP_COUNTER is out of range"),
	[OTP_DETAIL_STEP_SIZE] = N_("STEP_SIZE must be 1 to 60"),
	[OTP_DETAIL_STEP_SIZE_SHORT] =
	    N_("a STEP_SIZE of less than 15 s is not supported"),
	[OTP_DETAIL_USED_STEP] = N_("a used step is out of range"),
	[OTP_DETAIL_DROPPED_TIME_SKEW] =
	    N_("TIME_SKEW is not imported: clocks must be right here"),
	[OTP_DETAIL_DROPPED_WINDOW_SIZE] =
	    N_("WINDOW_SIZE is not imported: pam_otp.conf sets the window for "
	       "all accounts"),
	[OTP_DETAIL_DROPPED_RATE_LIMIT] =
	    N_("RATE_LIMIT is not imported: pam_otp.conf sets the delays for "
	       "all accounts"),
	[OTP_DETAIL_DROPPED_OPTION] =
	    N_("the option '{name}' is not known and not imported"),
	[OTP_DETAIL_DROPPED_SCRATCH_CODES] = N_(
	    "scratch codes are not imported: 8 digits are too easy to guess"),
	[OTP_DETAIL_UNKNOWN_TYPE] =
	    N_("the type is '{name}', not HOTP, HOTP/T30 or HOTP/T60"),
	[OTP_DETAIL_COLUMNS] = N_("there are more than {1} columns"),
	[OTP_DETAIL_RECORD_COLUMNS] =
	    N_("there are {1} columns, and a record has 4 to 9"),
	[OTP_DETAIL_HALF_BYTE] =
	    N_("the key has an odd number of hexadecimal digits"),
	[OTP_DETAIL_PIN] = N_("there is a PIN, which pam_otp cannot check"),
	[OTP_DETAIL_DIGITS_VALUE] =
	    N_("the number of digits is '{name}', not 6, 7 or 8"),
	[OTP_DETAIL_PERIOD_VALUE] =
	    N_("the period is '{name}', not 15 to 120 s"),
	[OTP_DETAIL_COUNTER_VALUE] =
	    N_("the counter is '{name}', not a number within its range"),
	[OTP_DETAIL_LAST_CODE] = N_("column {1} is not a last code"),
	[OTP_DETAIL_TIME] = N_("column {1} is not a time"),
	[OTP_DETAIL_FAILURES] = N_("column {1} is not a number of failures"),
	[OTP_DETAIL_LABEL_OR_SECRET] =
	    N_("a label is too long, or two tokens have the same secret"),
	[OTP_DETAIL_SECRET_CHARACTER] =
	    N_("character {1} of {2} in the secret is '{name}', which does not "
	       "belong there"),
	[OTP_DETAIL_SECRET_LENGTH] =
	    N_("the number of characters in the secret, {1}, does not make "
	       "whole bytes: one is missing, or there is one too many"),
	[OTP_DETAIL_SECRET_ENCODING] =
	    N_("a '%' in the secret is not followed by two hexadecimal digits "
	       "of a character"),
	[OTP_DETAIL_URI_TOO_LONG] =
	    N_("label, issuer and secret are too long together"),
	[OTP_DETAIL_LINE_LONGER] = N_("the line is longer than {1} bytes"),
	[OTP_DETAIL_TEXT_BEFORE] =
	    N_("'{name}' is before the otpauth:// URI: remove it"),
	[OTP_DETAIL_STRAY_CHARACTER] =
	    N_("character {1} of the URI is '{name}', which must be written as "
	       "%23, or removed"),
	[OTP_DETAIL_STRAY_CONTROL] =
	    N_("character {1} of the URI is '{name}', a control character: "
	       "remove it"),
	[OTP_DETAIL_UNKNOWN_KIND] =
	    N_("the type is '{name}', not totp or hotp"),
	[OTP_DETAIL_UNKNOWN_ALGORITHM] =
	    N_("the algorithm is '{name}', not SHA1, SHA256 or SHA512"),
	[OTP_DETAIL_PARAMETER_REPEATED] =
	    N_("the parameter '{name}' is given twice"),
	[OTP_DETAIL_PARAMETER_HTML] =
	    N_("the parameter '{name}' begins with 'amp;': each '&' was "
	       "written as in HTML; write '&' alone"),
	[OTP_DETAIL_PARAMETER_SUSPECT] =
	    N_("the parameter '{name}' is not known and may change the codes: "
	       "correct its name, or remove it"),
	[OTP_DETAIL_STEAM] =
	    N_("a Steam token, whose codes are letters that pam_otp does not "
	       "make; enroll the user with 'otp-enroll new'"),
	[OTP_DETAIL_CHANGED_AROUND] =
	    N_("blanks, quotes or invisible characters around the URI were "
	       "left out"),
	[OTP_DETAIL_CHANGED_PREFIX] =
	    N_("'{name}' before the URI was left out"),
	[OTP_DETAIL_CHANGED_LABEL] =
	    N_("the token has no label and is named '{name}'"),
	[OTP_DETAIL_CHANGED_GROUPS] =
	    N_("blanks or dashes in the secret were left out"),
	[OTP_DETAIL_CHANGED_CASE] =
	    N_("the secret was converted to upper case"),
	[OTP_DETAIL_CHANGED_PADDING] =
	    N_("the '=' after the secret were left out"),
	[OTP_DETAIL_CHANGED_BITS] =
	    N_("unused bits of the secret's last character were left out"),
	[OTP_DETAIL_CHANGED_ALGORITHM] =
	    N_("the algorithm '{name}' was rewritten in the usual way"),
	[OTP_DETAIL_CHANGED_KIND] = N_("the parameter '{name}' does not belong "
				       "to this type and was left out"),
	[OTP_DETAIL_CHANGED_ISSUER] = N_("the empty issuer was left out"),
	[OTP_DETAIL_CHANGED_PARAMETER] =
	    N_("the parameter '{name}' is not known and was left out"),
	[OTP_DETAIL_CHANGED_LOOKALIKE] =
	    N_("0, 1 and 8 in the secret were read as O, L and B, as "
	       "google-authenticator does"),
	[OTP_DETAIL_CHANGED_ENCODING] =
	    N_("label or issuer was converted from {name} to UTF-8"),
	[OTP_DETAIL_NOT_UTF8] =
	    N_("label or issuer is not UTF-8: convert the file, for example "
	       "with 'iconv -f ISO-8859-1 -t UTF-8'"),
	[OTP_DETAIL_PIN_ELSEWHERE] =
	    N_("the PIN '+', a password that is checked elsewhere, is not "
	       "imported: pam_otp asks for the code alone"),
	[OTP_DETAIL_PICTURE] =
	    N_("a picture or PDF: give the text of its QR code, for example "
	       "'zbarimg --raw FILE | otp-enroll import USER'"),
	[OTP_DETAIL_ENCRYPTED] =
	    N_("an encrypted export: export it from the app without a "
	       "password, import that, and delete the file"),
	[OTP_DETAIL_UTF32] =
	    N_("UTF-32 text: convert it with 'iconv -f UTF-32 -t UTF-8 FILE'"),
	[OTP_DETAIL_UTF16] =
	    N_("UTF-16 text: convert it with 'iconv -f UTF-16 -t UTF-8 FILE'"),
	[OTP_DETAIL_BINARY] = N_(
	    "not a text file; an app's export must be one without a password"),
	[OTP_DETAIL_PSKC] =
	    N_("a PSKC file (RFC 6030), which is not read: get the list as "
	       "CSV, or convert it with 'pskctool'"),
	[OTP_DETAIL_AUTHY] =
	    N_("an export of Authy, which keeps its secrets encrypted; enroll "
	       "the user with 'otp-enroll new'"),
	[OTP_DETAIL_BATTLE_NET] =
	    N_("a Battle.net token, whose secret only works there; enroll the "
	       "user with 'otp-enroll new'"),
	[OTP_DETAIL_APP_PUSH] =
	    N_("an activation of an app's own service, which has no secret; "
	       "enroll the user with 'otp-enroll new'"),
	[OTP_DETAIL_MOTP] =
	    N_("a Mobile-OTP token, whose codes pam_otp does not make; enroll "
	       "the user with 'otp-enroll new'"),
	[OTP_DETAIL_XML] = N_(
	    "an XML file, which is not read: export otpauth:// URIs or JSON"),
	[OTP_DETAIL_SECRET_ALONE] =
	    N_("a secret alone: enter it with 'otp-enroll new --secret=- "
	       "USER', which also takes --digits, --period and the like"),
	[OTP_DETAIL_NOT_RECOGNISED] =
	    N_("this format is not recognized; otp-enroll(1) lists those that "
	       "are read, and --format names one"),
	[OTP_DETAIL_CSV_HEADLESS] =
	    N_("a list without column names: put a first line above it, such "
	       "as 'serial,secret,kind,digits,period'"),
	[OTP_DETAIL_CSV_HEADER] = N_("the first line does not name a column "
				     "'secret', 'base32' or 'hex'"),
	[OTP_DETAIL_COLUMN_TWICE] =
	    N_("the column '{name}' means the same as one before it"),
	[OTP_DETAIL_COLUMN_SUSPECT] =
	    N_("the column '{name}' is not known and may change the codes: "
	       "correct its name, or remove it"),
	[OTP_DETAIL_CHANGED_COLUMN] =
	    N_("the column '{name}' is not known and was left out"),
	[OTP_DETAIL_FIELDS] =
	    N_("there are {2} fields where the first line names {1}"),
	[OTP_DETAIL_SECRET_AMBIGUOUS] =
	    N_("the secret may be base32 or hexadecimal: name its column "
	       "'base32' or 'hex'"),
	[OTP_DETAIL_MIGRATION_DATA] = N_("the transfer's data is incomplete or "
					 "damaged: scan its QR code again"),
	[OTP_DETAIL_MIGRATION_FIELD] = N_(
	    "field {1} of the transfer is not known and may change the codes"),
	[OTP_DETAIL_MIGRATION_VERSION] =
	    N_("the transfer has version {1}, which is not known"),
	[OTP_DETAIL_TOO_MANY_LINES] =
	    N_("there are more than {1} tokens in it"),
	[OTP_DETAIL_MIGRATION_BATCHES] =
	    N_("part {1} of {2} of the transfer is missing: scan all of its QR "
	       "codes"),
	[OTP_DETAIL_MIGRATION_AGAIN] =
	    N_("part {1} of {2} of the transfer was read before; skipped"),
	[OTP_DETAIL_JSON_INVALID] =
	    N_("not valid JSON; perhaps the file was cut short"),
	[OTP_DETAIL_JSON_UNKNOWN] =
	    N_("JSON, but not an export of Aegis, 2FAS, FreeOTP+ or andOTP: "
	       "export otpauth:// URIs"),
	[OTP_DETAIL_JSON_VALUE] =
	    N_("the value of '{name}' is of the wrong type"),
	[OTP_DETAIL_JSON_BYTE] =
	    N_("byte {1} of {2} of the secret is not a byte"),
	[OTP_DETAIL_JSON_MISSING] = N_("'{name}' is missing"),
	[OTP_DETAIL_CHANGED_JSON_KEY] =
	    N_("'{name}' is not known and was left out"),
	[OTP_DETAIL_SECOND_NAME] =
	    N_("has another name, a hard link, which may be another user's"),
	[OTP_DETAIL_FOLDER_WRITABLE] =
	    N_("others can write to a directory above it (mode {mode})"),
	[OTP_DETAIL_FOLDER_OWNER] =
	    N_("a directory above it belongs to uid {1}"),
	[OTP_DETAIL_NAMES_USERS] =
	    N_("a file in this format names its users, so it is not read from "
	       "a home directory: give it on standard input"),
	[OTP_DETAIL_MAYBE_CUT] =
	    N_("the last line does not end in a newline; if the file was cut "
	       "short, so may be that line"),
	[OTP_DETAIL_NOT_ADOPTED] = N_("the seed file has not been adopted yet"),
	[OTP_DETAIL_OTHER_UID] =
	    N_("the state file belongs to an account with another uid"),
	[OTP_DETAIL_OTHER_NAME] = N_("{name} is enrolled with the same uid"),
	[OTP_DETAIL_STATE_GONE] =
	    N_("the account was enrolled, but its seed and state files are "
	       "missing"),
	[OTP_DETAIL_UID_ENTRY] = N_("does not contain the name of an account"),
	[OTP_DETAIL_SEED_GONE] =
	    N_("the account is enrolled, but its seed file is missing"),
	[OTP_DETAIL_USER_DATABASE] =
	    N_("the system's user database cannot be read"),
	[OTP_DETAIL_CLOCKS_APART] =
	    N_("this host's clock and the database's are more than 30 seconds "
	       "apart"),
	[OTP_DETAIL_EARLIER_EPOCH] =
	    N_("the state is of before the database was restored"),
	[OTP_DETAIL_FLEET_FORMAT] =
	    N_("the database asks for states in a format that this version of "
	       "pam_otp does not know"),
	[OTP_DETAIL_FLEET_INIT] = N_("the store is a database"),
	[OTP_DETAIL_FLEET_RIGHTS] =
	    N_("this host's role may not do this in the database"),
	[OTP_DETAIL_MOVING] =
	    N_("a move of the account between two stores was interrupted, so "
	       "codes may be refused in both"),
	[OTP_DETAIL_CLOCK_EARLY] =
	    N_("the clock is wrong: it shows a time before the release of "
	       "pam_otp"),
	[OTP_DETAIL_SYMBOLIC_LINK] =
	    N_("is a symbolic link; the store needs a real file or folder"),
	[OTP_DETAIL_HARD_LINK] =
	    N_("has hard links; the store needs a file with one name"),
	[OTP_DETAIL_NOT_REGULAR] = N_("is not a regular file"),
	[OTP_DETAIL_NOT_A_SOCKET] = N_("is not a socket"),
	[OTP_DETAIL_OWNER] = N_("belongs to uid {1}"),
	[OTP_DETAIL_WRITABLE_BY_OTHERS] =
	    N_("others can write to it (mode {mode})"),
	[OTP_DETAIL_OPEN_TO_OTHERS] =
	    N_("others have access to it (mode {mode})"),
	[OTP_DETAIL_DENIED_TO_ROOT] =
	    N_("access is denied even to root, perhaps by SELinux or AppArmor"),
	[OTP_DETAIL_BAD_PATH] = N_(
	    "is not an absolute path, or has an empty part, \".\" or \"..\""),
	[OTP_DETAIL_NOT_A_FOLDER_PATH] =
	    N_("is not the absolute path of a folder"),
	[OTP_DETAIL_KEEPS_CHANGING] = N_("keeps being replaced"),
	[OTP_DETAIL_CUT_SHORT] = N_("the file is truncated"),
	[OTP_DETAIL_FILE_SIZE_LIMIT] =
	    N_("the file size limit (ulimit -f) is too small"),
	[OTP_DETAIL_FILE_SYSTEM] =
	    N_("is on a file system ({name}) that other machines may use, so "
	       "one code could work twice"),
	[OTP_DETAIL_NO_LOCKS] = N_("the kernel has no more file locks"),
	[OTP_DETAIL_LOCK] = N_("cannot be locked"),
	[OTP_DETAIL_LOCKED_BY] = N_("is locked by {name}[{1}]"),
	[OTP_DETAIL_CREATE_FILE] = N_("a new file cannot be created"),
	[OTP_DETAIL_CREATE_FOLDER] = N_("the folder cannot be created"),
	[OTP_DETAIL_NAME_FILE] =
	    N_("the new file cannot be renamed into place"),
	[OTP_DETAIL_RENAME] = N_("the file cannot be renamed"),
	[OTP_DETAIL_REMOVE] = N_("the file cannot be removed"),
	[OTP_DETAIL_REMOVE_LEFTOVER] =
	    N_("a leftover file of an interrupted run cannot be removed"),
	[OTP_DETAIL_FLUSH] = N_("cannot be flushed to the disk"),
	[OTP_DETAIL_FLUSH_FOLDER] =
	    N_("the folder cannot be flushed to the disk"),
	[OTP_DETAIL_NO_COPY_FLAG] =
	    N_("the no-copy flag (chattr +C) cannot be set"),
	[OTP_DETAIL_READER_ENDED] = N_("the process that was reading it ended"),
	[OTP_DETAIL_READER_FAILED] =
	    N_("the process that was reading it failed"),
	[OTP_DETAIL_NO_HOME] =
	    N_("not a local account, so there is no home directory to read"),
	[OTP_DETAIL_COUNTER_UNKNOWN] =
	    N_("the counter of this token is unknown"),
	[OTP_DETAIL_PENDING] =
	    N_("not a valid pending line, or the second one"),
	[OTP_DETAIL_SENDS] = N_("too many codes were sent"),
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */

_Static_assert(COUNT(details) == OTP_DETAIL_COUNT, "a detail has no text");

/* What helps against an error, whatever the detail. */
static const char *const advices[] = {
	[OTP_ERR_ABSENT] = N_("Put the file there, or correct its name."),
	[OTP_ERR_FULL] = N_(
	    "Remove a token with 'otp-enroll remove --token=NUMBER {user}', or "
	    "replace the recovery codes with 'otp-enroll recovery {user}'."),
	[OTP_ERR_CHANCE] = N_("Use --digits=8, or remove another token first."),
	[OTP_ERR_SUSPENDED] =
	    N_("Only an administrator can enroll it, or end the suspension "
	       "with 'otp-enroll resume {user}'."),
	[OTP_ERR_NAME] = N_("Give the account a shorter name."),
	[OTP_ERR_OWNER] =
	    N_("If logins run as its owner (RADIUS), run otp-enroll as that "
	       "user; otherwise run 'chown root: {where}'."),
	[OTP_ERR_LINK] = N_(
	    "Replace it with the file itself, which may have no other name."),
	[OTP_ERR_PARSE] =
	    N_("Correct that line, or start over: 'otp-enroll new --replace "
	       "{user}'."),
	[OTP_ERR_CHECKSUM] =
	    N_("Run 'otp-enroll adopt --force {user}' to create a new state "
	       "file; used codes stay invalid. If the seed is lost for good, "
	       "run 'otp-enroll remove --purge {user}'."),
	[OTP_ERR_STORE_VERSION] = N_(
	    "Install the newer version of pam_otp that created it. If none "
	    "did, the file is damaged: run 'echo pam_otp store 1 > {where}'."),
	[OTP_ERR_STATE_VERSION] =
	    N_("Install the newer version of pam_otp that created it, or run "
	       "'otp-enroll adopt --force {user}' to create a new state file; "
	       "used codes stay invalid. If the seed is lost for good, run "
	       "'otp-enroll remove --purge {user}'."),
	[OTP_ERR_UID] =
	    N_("If it is the same person, run 'otp-enroll adopt --force "
	       "{user}', otherwise 'otp-enroll remove --purge {user}'."),
	[OTP_ERR_FILESYSTEM] =
	    N_("Set 'store' in the configuration file to a folder on a local "
	       "disk. If only this machine can use this file system, add "
	       "'file_system_is_local = yes' instead."),
	[OTP_ERR_NO_STORE] = N_("Mount its disk if it has one of its own, "
				"otherwise run 'otp-enroll init'."),
	[OTP_ERR_NO_STATE] =
	    N_("Run 'otp-enroll adopt {user}'. If a state file was lost, add "
	       "'--force'; otherwise used codes become valid again."),
	[OTP_ERR_LIMIT] =
	    N_("See whether a limit of this shell is too low: 'ulimit -a'."),
	[OTP_ERR_LOCK_TIMEOUT] =
	    N_("Try again; 'kill -KILL' ends a login that is stopped."),
	[OTP_ERR_CLOCK] = N_("Set it with 'timedatectl set-ntp true' or 'date "
			     "-u -s ...'."),
	[OTP_ERR_OPTION] = N_("Correct the file; see pam_otp.conf(5)."),
	[OTP_ERR_NO_DAEMON] =
	    N_("Without root, your account is only accessible through it. Ask "
	       "an administrator to run 'systemctl enable --now "
	       "pam_otpd-user.socket'."),
	[OTP_ERR_DAEMON_VERSION] =
	    N_("Ask an administrator to run 'systemctl restart pam_otpd'."),
	[OTP_ERR_DENIED] =
	    N_("It only answers users about their own account, under the name "
	       "that 'id -un' shows. Ask an administrator."),
	[OTP_ERR_DATABASE] =
	    N_("See whether it runs, and whether this host can reach it; "
	       "fleet.conf(5) says where it is."),
	[OTP_ERR_CONFLICT] = N_("Try again."),
	[OTP_ERR_ROLLED_BACK] =
	    N_("If it was restored, run 'otp-enroll fleet restored'."),
	[OTP_ERR_MOVED] =
	    N_("Let 'store' in pam_otp.conf(5) name that store; or run the "
	       "move again, if it was interrupted."),
};

const char *
otp_detail_text(enum otp_detail detail)
{
	return (size_t)detail < COUNT(details) ? details[detail] : "";
}

/* --- What is wrong ------------------------------------------------------ */

struct otp_fault_text
otp_fault_clause(enum otp_err err, const struct otp_fault *fault)
{
	struct otp_fault_text clause = { "" };
	const char *text = otp_detail_text(fault->detail);

	if (text[0] == '\0')
		text = (size_t)err < COUNT(errors) ? errors[err] : "";
	clause_fill(&clause, _(text), fault);
	if (errno_is_news(err, fault)) {
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
		const char *why = strerror(fault->errnum);

		otp_append(clause.text, sizeof(clause.text), ": ");
		otp_append(clause.text, sizeof(clause.text), why);
	}
	if (fault->foreign[0] != '\0') {
		otp_append(clause.text, sizeof(clause.text), ": ");
		otp_append(clause.text, sizeof(clause.text),
		    otp_escaped(fault->foreign).text);
	}
	return clause;
}

static void
clause_fill(struct otp_fault_text *clause, const char *text,
    const struct otp_fault *fault)
{
	char first[24], second[24], mode[24];
	const struct otp_filling fillings[] = {
		{ "{1}", first, true },
		{ "{2}", second, true },
		{ "{mode}", mode, true },
		{ "{name}", fault->name, false },
	};

	(void)snprintf(first, sizeof(first), "%lu", fault->numbers[0]);
	(void)snprintf(second, sizeof(second), "%lu", fault->numbers[1]);
	(void)snprintf(mode, sizeof(mode), "%04lo", fault->numbers[0]);
	otp_fill(clause->text, sizeof(clause->text), text, fillings,
	    COUNT(fillings));
}

/* A missing file's ENOENT need not be said too. */
static bool
errno_is_news(enum otp_err err, const struct otp_fault *fault)
{
	return fault->errnum != 0 &&
	    !(err == OTP_ERR_ABSENT && fault->errnum == ENOENT);
}

/* --- What to do --------------------------------------------------------- */

const char *
otp_fault_advice(enum otp_err err, const struct otp_fault *fault)
{
	bool denied = fault->errnum == EACCES || fault->errnum == EPERM;

	if (denied && geteuid() == 0)
		return N_("Root was refused: see 'lsattr -d {where}', and "
			  "'ausearch -m avc -ts recent' or 'dmesg' for SELinux "
			  "and AppArmor.");
	if (denied)
		return N_("Run this as root.");
	if (fault->errnum == ENOSPC || fault->errnum == EDQUOT)
		return N_("Free some space on that disk.");
	if (fault->errnum == EROFS)
		return N_("Run 'mount -o remount,rw' for that disk, or look "
			  "for its errors with 'dmesg'.");
	if (fault->detail == OTP_DETAIL_STATE_GONE)
		return N_("Restore the seed file and run 'otp-enroll adopt "
			  "--force {user}', or run 'otp-enroll new {user}' or "
			  "'otp-enroll remove --purge {user}'.");
	if (fault->detail == OTP_DETAIL_UID_ENTRY)
		return N_("Delete that file, then run 'otp-enroll adopt "
			  "--all'.");
	if (fault->detail == OTP_DETAIL_FLEET_RIGHTS)
		return N_("The role must be admitted to the realm, and to "
			  "enroll users it must be a member of otp_enroll; see "
			  "pam_otp_fleet(7).");
	if (fault->detail == OTP_DETAIL_MOVING)
		return N_("Run 'otp-enroll fleet import {user}' or 'otp-enroll "
			  "fleet export {user}' again, whichever it was.");
	if (err == OTP_ERR_MODE)
		return mode_advice(fault);
	if (is_torn(err, fault->detail))
		return N_("The file may have been cut short. Check that it is "
			  "complete and ends with a newline; a comment alone "
			  "keeps all defaults.");
	return (size_t)err < COUNT(advices) ? advices[err] : NULL;
}

/* What is changed is as little as the object allows. */
static const char *
mode_advice(const struct otp_fault *fault)
{
	if (fault->detail == OTP_DETAIL_WRITABLE_BY_OTHERS &&
	    is_of_store(fault->where))
		return N_("Run 'chmod 700 {where}'.");
	if (fault->detail == OTP_DETAIL_WRITABLE_BY_OTHERS)
		return N_("Run 'chmod go-w {where}'.");
	if (fault->detail == OTP_DETAIL_OPEN_TO_OTHERS)
		return N_("Run 'chmod 600 {where}'.");
	return N_("Put a regular file there.");
}

/* Whether WHERE is a store, or a folder in one, which no other user reads. */
static bool
is_of_store(const char *where)
{
	static const char *const markers[] = { "/.store", "/../.store" };
	char path[OTP_FAULT_WHERE_SIZE + 16];

	for (size_t i = 0; i < COUNT(markers); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", where, markers[i]);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* What conf_file.c takes for a file that was cut short. */
static bool
is_torn(enum otp_err err, enum otp_detail detail)
{
	return err == OTP_ERR_OPTION &&
	    (detail == OTP_DETAIL_EMPTY || detail == OTP_DETAIL_NO_NEWLINE);
}
