/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One login through pam_sm_authenticate() and the real libpam: bytes choose
 * who, with which options and what state, what is typed, and which of the
 * calls on the way fail, and how.  Whatever fails, nobody gets in who did not
 * type a right and unspent code, and who did gets in just once.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_appl.h>
#include <security/pam_modules.h>

#include "common/core/slots.h"
#include "common/store/store.h"
#include "tests/fuzz/ground.h"
#include "tests/fuzz/wrong.h"
#include "tests/unit/oracle.h"

#define ALICE	  5001
#define BOB	  5002
#define CAROL	  5003
#define NOW	  INT64_C(1790000020)
#define PASSWORD  "correct horse"
#define ARGUMENTS 10

/* Nothing of this may be seen in the log. */
#define SECRET "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

static const struct {
	const char *name, *canonical;
	uid_t uid;
} users[] = {
	{ "alice", "alice", ALICE }, { "ALICE", "alice", ALICE },
	{ "bob", "bob", BOB },	     /* not enrolled */
	{ "carol", "carol", CAROL }, /* enrolled, but her seed is gone */
	{ "alias", "alias", ALICE }, /* a second name: has no seed of its own */
};

static const char *const names[] = { "alice", "ALICE", "bob", "carol", "alias",
	"nobody-has-it", "" };

/* Each bit of the choice is one of these. */
static const char *const arguments[] = { "nullok", "forward_pass", "tries=3",
	"silent", "debug", "nodelay", "nullok_until=2099-12-31", "window=2" };

enum manner {
	ANSWERS,
	FAILS,
	FAILS_WITH_RESPONSE,
	NO_RESPONSE,
	NO_TEXT,
	WANTS_AGAIN,
	RENAMES, /* PAM_USER is another one afterwards */
	MANNERS,
};

enum condition {
	FRESH,
	SPENT,
	WAITING,
	LOCKED,
	UNREADABLE,
	CONDITIONS,
};

static struct {
	char conf[FUZZ_PATH_SIZE], virtual_conf[FUZZ_PATH_SIZE];
	char folder[FUZZ_PATH_SIZE];
	struct otp_token token;
	char code[16], wrong[16];
	char recovery[OTP_RECOVERY_TEXT_SIZE];
	struct otp_seed seed;
	char seed_text[OTP_SEED_SIZE_MAX + 1];
	size_t seed_size;
} host;

static struct {
	pam_handle_t *pamh;
	enum manner manner;
	char typed[64]; /* the answer to every prompt */
	unsigned prompts, accepted, lines;
	bool authtok;
} login;

/* --- In place of libc and libpam, besides wrong.h ------------------------ */

int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer,
    size_t size, struct passwd **ret_entry);
int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer,
    size_t size, struct passwd **ret_entry);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);
void __wrap_pam_syslog(const pam_handle_t *pamh, int priority,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
int __wrap_pam_fail_delay(pam_handle_t *pamh, unsigned delay);
int __wrap_pam_set_item(pam_handle_t *pamh, int type, const void *item);
int __real_pam_set_item(pam_handle_t *pamh, int type, const void *item);

static int
answer_lookup(const char *name, uid_t uid, struct passwd *entry, char *buffer,
    size_t size, struct passwd **ret_entry)
{
	*ret_entry = NULL;
	if (wrong_now())
		return errno;
	for (size_t i = 0; i < COUNT(users); i++) {
		if (name != NULL ? strcmp(users[i].name, name) != 0
				 : users[i].uid != uid)
			continue;
		FUZZ_MUST(size > strlen(users[i].canonical));
		strcpy(buffer, users[i].canonical);
		*entry = (struct passwd){ .pw_name = buffer,
			.pw_uid = users[i].uid };
		*ret_entry = entry;
		return 0;
	}
	return 0;
}

int
__wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer,
    size_t size, struct passwd **ret_entry)
{
	return answer_lookup(name, 0, entry, buffer, size, ret_entry);
}

int
__wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
    struct passwd **ret_entry)
{
	return answer_lookup(NULL, uid, entry, buffer, size, ret_entry);
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	if (wrong_now())
		return -1;
	if (clock != CLOCK_REALTIME)
		return __real_clock_gettime(clock, ret_time);
	*ret_time = (struct timespec){ .tv_sec = NOW };
	return 0;
}

/* One printable line, which tells nothing that must not be told. */
void
__wrap_pam_syslog(
    const pam_handle_t *pamh, int priority, const char *format, ...)
{
	char line[4096];
	va_list list;
	int length;

	(void)pamh;
	(void)priority;
	va_start(list, format);
	length = vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	FUZZ_MUST(length > 0 && (size_t)length < sizeof(line));
	FUZZ_MUST(fuzz_is_printable(line));
	FUZZ_MUST(strstr(line, SECRET) == NULL &&
	    strstr(line, host.recovery) == NULL &&
	    strstr(line, PASSWORD) == NULL && strstr(line, host.code) == NULL);
	FUZZ_MUST(strlen(login.typed) < 6 || strstr(line, login.typed) == NULL);
	login.lines++;
	if (strstr(line, "result=accepted") != NULL)
		login.accepted++;
}

int
__wrap_pam_fail_delay(pam_handle_t *pamh, unsigned delay)
{
	(void)pamh;
	FUZZ_MUST(delay == 2000000);
	return wrong_now() ? PAM_SYSTEM_ERR : PAM_SUCCESS;
}

int
__wrap_pam_set_item(pam_handle_t *pamh, int type, const void *item)
{
	if (wrong_now())
		return errno == ENOMEM ? PAM_BUF_ERR : PAM_BAD_ITEM;
	/* libpam takes it from modules only, and we are none to it. */
	if (type == PAM_AUTHTOK) {
		FUZZ_MUST(strcmp(item, PASSWORD) == 0);
		login.authtok = true;
		return PAM_SUCCESS;
	}
	return __real_pam_set_item(pamh, type, item);
}

/* --- The application ----------------------------------------------------- */

static int
answer(struct pam_response **ret_responses)
{
	struct pam_response *response = NULL;

	if (login.manner == FAILS)
		return PAM_CONV_ERR;
	if (login.manner == WANTS_AGAIN)
		return PAM_CONV_AGAIN;
	if (login.manner == NO_RESPONSE)
		return PAM_SUCCESS;
	if (login.manner == RENAMES)
		FUZZ_MUST(__real_pam_set_item(login.pamh, PAM_USER, "bob") ==
		    PAM_SUCCESS);
	response = calloc(1, sizeof(*response));
	FUZZ_MUST(response != NULL);
	if (login.manner != NO_TEXT) {
		response->resp = strdup(login.typed);
		FUZZ_MUST(response->resp != NULL);
	}
	*ret_responses = response;
	return login.manner == FAILS_WITH_RESPONSE ? PAM_CONV_ERR : PAM_SUCCESS;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *context)
{
	const bool armed = wrong_pause();
	int result = PAM_SUCCESS;

	(void)context;
	FUZZ_MUST(count == 1);
	*ret_responses = NULL;
	if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF ||
	    messages[0]->msg_style == PAM_PROMPT_ECHO_ON) {
		login.prompts++;
		result = answer(ret_responses);
	} else {
		FUZZ_MUST(fuzz_is_printable(messages[0]->msg));
	}
	wrong_resume(armed);
	return result;
}

/* --- The host ------------------------------------------------------------ */

static void
put_file(const char *path, const void *bytes, size_t size)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	FUZZ_MUST(fd >= 0 && write(fd, bytes, size) == (ssize_t)size &&
	    close(fd) == 0);
}

static void
put_text(char path[FUZZ_PATH_SIZE], const char *name, const char *text)
{
	fuzz_path(path, "%s", name);
	put_file(path, text, strlen(text));
}

static void
make_seed(void)
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE] = { 1, 2, 3 };
	const uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { 4 };

	host.token = (struct otp_token){ .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.secret_size = 20,
		.secret = "Hello!\xde\xad\xbe\xefHello!\xde\xad\xbe",
		.label = "host:alice" };
	host.token.secret[19] = 0xef;
	(void)oracle_code(&host.token, NOW / 30, host.code);
	(void)oracle_wrong(&host.token, NOW / 30 - 30, 60, host.wrong);
	otp_recovery_text(code, host.recovery);
	host.seed.tokens_count = host.seed.recovery_count = 1;
	host.seed.tokens[0] = host.token;
	FUZZ_MUST(
	    otp_recovery_make(code, salt, &host.seed.recovery[0]) == OTP_OK);
	host.seed.recovery[0].made = 1;
	FUZZ_MUST(otp_seed_format(
		      &host.seed, host.seed_text, &host.seed_size) == OTP_OK);
	FUZZ_MUST(strstr(host.seed_text, SECRET) != NULL);
}

static void
make_host(void)
{
	static const char service[] = "auth required pam_deny.so\n";
	char path[FUZZ_PATH_SIZE], text[FUZZ_PATH_SIZE + 64];

	if (host.folder[0] != '\0')
		return;
	/* libpam's own lines keep a descriptor, where anybody listens: now. */
	openlog(NULL, LOG_NDELAY, LOG_AUTHPRIV);
	(void)snprintf(text, sizeof(text), "store = %s\n", fuzz_store());
	put_text(host.conf, "conf", text);
	(void)snprintf(
	    text, sizeof(text), "store = %s\nvirtual_users\n", fuzz_store());
	put_text(host.virtual_conf, "virtual.conf", text);
	put_text(path, "test", service);
	(void)snprintf(host.folder, sizeof(host.folder), "%.*s",
	    (int)(strrchr(path, '/') - path), path);
	make_seed();
}

static void
put_state(const char *account, uid_t uid, enum condition condition)
{
	struct otp_state state = {
		.enrolled = true, .uid = (uint32_t)uid, .credentials_count = 2
	};
	uint8_t file[OTP_SLOTS_FILE_SIZE];
	char path[FUZZ_PATH_SIZE];

	state.credentials[0].kind = OTP_TOTP;
	FUZZ_MUST(otp_token_id(&host.token, state.credentials[0].id) == OTP_OK);
	state.credentials[1].kind = OTP_RECOVERY;
	otp_recovery_id(&host.seed.recovery[0], state.credentials[1].id);
	if (condition == SPENT) {
		state.credentials[0].value = (NOW / 30 + 1) * 30;
		state.credentials[1].value = NOW;
	}
	if (condition == WAITING) {
		state.tally.failures = 5;
		state.tally.wait_length = 30;
		state.tally.wait_until = NOW + 20;
	}
	if (condition == LOCKED)
		state.tally.failures = 100;
	FUZZ_MUST(otp_slots_init_image(&state, file) == OTP_OK);
	if (condition == UNREADABLE)
		file[100] ^= 1;
	fuzz_path(path, "store/state/%s", account);
	put_file(path, file, sizeof(file));
}

static void
put_people(enum condition condition)
{
	char path[FUZZ_PATH_SIZE];

	fuzz_store_clear("seed");
	fuzz_store_clear("state");
	fuzz_store_clear("uid");
	fuzz_path(path, "store/seed/alice");
	put_file(path, host.seed_text, host.seed_size);
	put_state("alice", ALICE, condition);
	put_state("carol", CAROL, FRESH);
}

/* --- Logins -------------------------------------------------------------- */

struct attempt {
	const char *name;
	unsigned chosen; /* of `arguments' */
	bool virtual;
	enum manner manner;
	enum condition condition;
	bool right;    /* the code, or the recovery code, is typed */
	bool recovery; /* it is that one */
	bool passed;   /* with a password before it */
	int flags;
};

static bool
has(const struct attempt *attempt, const char *argument)
{
	for (unsigned i = 0; i < COUNT(arguments); i++)
		if (strcmp(arguments[i], argument) == 0)
			return (attempt->chosen & 1U << i) != 0;
	abort();
}

static struct attempt
choose(struct fuzz_input *input)
{
	struct attempt attempt = { .name = "" };
	unsigned typed;

	attempt.name = names[fuzz_below(input, COUNT(names))];
	attempt.chosen = fuzz_byte(input);
	attempt.virtual = fuzz_below(input, 8) == 7;
	attempt.manner = (enum manner)(fuzz_below(input, 2 * MANNERS));
	if (attempt.manner >= MANNERS)
		attempt.manner = ANSWERS;
	attempt.condition = (enum condition)fuzz_below(input, CONDITIONS);
	attempt.flags = fuzz_below(input, 4) == 3 ? PAM_SILENT : 0;
	typed = fuzz_byte(input);
	attempt.recovery = (typed & 3) == 2;
	attempt.right = (typed & 3) == 1 || (typed & 3) == 2;
	attempt.passed = (typed & 4) != 0;
	(void)snprintf(login.typed, sizeof(login.typed), "%s%s",
	    attempt.passed ? PASSWORD : "",
	    (typed & 3) == 1	   ? host.code
		: (typed & 3) == 2 ? host.recovery
		: (typed & 3) == 3 ? "junk"
				   : host.wrong);
	return attempt;
}

/* Whether somebody may get in at all who did just that. */
static bool
may_enter(const struct attempt *attempt)
{
	const bool split = has(attempt, "forward_pass");

	return attempt->right && attempt->passed == split &&
	    !(attempt->recovery && split) && !has(attempt, "window=2") &&
	    strcasecmp(attempt->name, "alice") == 0 &&
	    attempt->manner == ANSWERS &&
	    !(attempt->virtual &&
		(has(attempt, "nullok") ||
		    has(attempt, "nullok_until=2099-12-31"))) &&
	    (attempt->condition == FRESH ||
		(attempt->recovery &&
		    (attempt->condition == WAITING ||
			attempt->condition == LOCKED)));
}

/* Whether somebody may be passed over. */
static bool
may_be_ignored(const struct attempt *attempt)
{
	return (has(attempt, "nullok") ||
		   has(attempt, "nullok_until=2099-12-31")) &&
	    !attempt->virtual && !has(attempt, "window=2") &&
	    strcmp(attempt->name, "bob") == 0;
}

static int
log_in(const struct attempt *attempt, struct fuzz_input *faults)
{
	const struct pam_conv conversation = { converse, NULL };
	const char *argv[ARGUMENTS];
	char conf[FUZZ_PATH_SIZE + 8];
	int argc = 0, result;

	(void)snprintf(conf, sizeof(conf), "conf=%s",
	    attempt->virtual ? host.virtual_conf : host.conf);
	argv[argc++] = conf;
	for (unsigned i = 0; i < COUNT(arguments); i++)
		if ((attempt->chosen & 1U << i) != 0)
			argv[argc++] = arguments[i];
	login.prompts = login.accepted = login.lines = 0;
	login.authtok = false;
	login.manner = attempt->manner;
	FUZZ_MUST(pam_start_confdir("test", attempt->name, &conversation,
		      host.folder, &login.pamh) == PAM_SUCCESS);
	wrong_begin(faults);
	result = pam_sm_authenticate(login.pamh, attempt->flags, argc, argv);
	wrong_end();
	FUZZ_MUST(pam_end(login.pamh, result) == PAM_SUCCESS);
	return result;
}

static bool
is_known(int result)
{
	switch (result) {
	case PAM_SUCCESS:
	case PAM_AUTH_ERR:
	case PAM_IGNORE:
	case PAM_AUTHINFO_UNAVAIL:
	case PAM_SERVICE_ERR:
	case PAM_CONV_ERR:
	case PAM_INCOMPLETE:
	case PAM_BUF_ERR:
	case PAM_SYSTEM_ERR:
		return true;
	default:
		return false;
	}
}

/* What holds of every login, whatever failed. */
static void
check(const struct attempt *attempt, int result)
{
	FUZZ_MUST(is_known(result));
	FUZZ_MUST(
	    result != PAM_SUCCESS || (may_enter(attempt) && login.prompts > 0));
	FUZZ_MUST(result != PAM_IGNORE ||
	    (may_be_ignored(attempt) && login.prompts == 0));
	FUZZ_MUST((login.accepted == 1) == (result == PAM_SUCCESS));
	FUZZ_MUST(!login.authtok ||
	    (result == PAM_SUCCESS && has(attempt, "forward_pass")));
	/* An application that is not ready yet calls again. */
	FUZZ_MUST(login.lines > 0 || result == PAM_INCOMPLETE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size }, none = { NULL, 0 };
	struct attempt attempt;
	unsigned descriptors;
	int result, again;

	make_host();
	attempt = choose(&input);
	put_people(attempt.condition);
	descriptors = fuzz_descriptors();
	result = log_in(&attempt, &input);
	check(&attempt, result);
	if (!wrong_was() && may_enter(&attempt))
		FUZZ_MUST(result == PAM_SUCCESS);
	if (!wrong_was() && may_be_ignored(&attempt))
		FUZZ_MUST(result == PAM_IGNORE);
	FUZZ_MUST(fuzz_descriptors() == descriptors);
	/* Nothing is left behind that stands in the next one's way, and the
	   same code works no second time. */
	again = log_in(&attempt, &none);
	check(&attempt, again);
	FUZZ_MUST(result != PAM_SUCCESS || again != PAM_SUCCESS);
	FUZZ_MUST(fuzz_descriptors() == descriptors);
	return 0;
}
