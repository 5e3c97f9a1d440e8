/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/lib/host.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/core/base32.h"
#include "common/store/store.h"

static const char *
module_path(void)
{
	const char *path = getenv("PAM_OTP_SO");

	assert_non_null(path);
	return path;
}

/* --- files --- */

void
host_path(const struct host *host, char ret_path[HOST_PATH_SIZE],
    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	sample_path(host->root, ret_path, HOST_PATH_SIZE, format, arguments);
	va_end(arguments);
}

char *
host_read(const char *path, size_t *ret_size)
{
	struct stat stat;
	char *bytes = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_int_not_equal(fd, -1);
	assert_int_equal(fstat(fd, &stat), 0);
	*ret_size = (size_t)stat.st_size;
	bytes = malloc(*ret_size + 1);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, *ret_size), *ret_size);
	bytes[*ret_size] = '\0';
	assert_int_equal(close(fd), 0);
	return bytes;
}

/* --- the host --- */

static void
fake_people(void)
{
	fake_reset();
	fake.now = HOST_NOW;
	fake.users[0] = (struct fake_user){ "alice", "alice", HOST_ALICE_UID };
	fake.users[1] = (struct fake_user){ "ALICE", "alice", HOST_ALICE_UID };
	fake.users[2] =
	    (struct fake_user){ HOST_SECOND, HOST_SECOND, HOST_ALICE_UID };
	fake.users[3] = (struct fake_user){ "bob", "bob", HOST_BOB_UID };
}

struct host *
host_new(void)
{
	struct host *host = calloc(1, sizeof(*host));
	char path[HOST_PATH_SIZE];

	assert_non_null(host);
	fake_people();
	sample_folder(host->root);
	host_path(host, host->store, "store");
	host_path(host, host->conf, "pam_otp.conf");
	host_path(host, host->pamd, "pam.d");
	assert_int_equal(mkdir(host->pamd, 0755), 0);
	sample_init(host->store);
	host_path(host, path, "pam.d/other"); /* else libpam misses it aloud */
	sample_write(path, "", 0, 0644);
	host_configure(host, "");
	host_service(host, "");
	return host;
}

void
host_free(struct host *host)
{
	if (host == NULL)
		return;
	fake_reset();
	sample_remove(host->root);
	free(host);
}

int
host_setup(void **state)
{
	*state = host_new();
	return 0;
}

int
host_teardown(void **state)
{
	host_free(*state);
	return 0;
}

void
host_configure(struct host *host, const char *lines)
{
	char *text = NULL;
	int size = asprintf(&text, "store = %s\n%s", host->store, lines);

	assert_int_not_equal(size, -1);
	sample_write(host->conf, text, (size_t)size, 0644);
	free(text);
}

void
host_service(struct host *host, const char *arguments)
{
	char *text = NULL;

	assert_int_not_equal(
	    asprintf(&text, "auth required @MODULE@ %s\n", arguments), -1);
	host_stack(host, text);
	free(text);
}

/* Add what stands for WORD at *TEXT, and skip it. */
static bool
expand(FILE *stream, const char **text, const char *word, const char *meaning)
{
	if (strncmp(*text, word, strlen(word)) != 0)
		return false;
	fputs(meaning, stream);
	*text += strlen(word);
	return true;
}

void
host_stack(struct host *host, const char *text)
{
	char path[HOST_PATH_SIZE];
	char module[2 * HOST_PATH_SIZE + 256];
	FILE *stream = NULL;

	snprintf(
	    module, sizeof(module), "%s conf=%s", module_path(), host->conf);
	host_path(host, path, "pam.d/test");
	stream = fopen(path, "we");
	assert_non_null(stream);
	while (*text != '\0')
		if (!expand(stream, &text, "@MODULE@", module) &&
		    !expand(stream, &text, "@SO@", module_path()))
			putc(*text++, stream);
	assert_int_equal(fclose(stream), 0);
}

/* --- enrolled users --- */

void
host_enrol(struct host *host, const char *account, uint32_t uid,
    const struct otp_seed *seed)
{
	struct otp_state state = sample_state(seed, uid, HOST_NOW - 86400);

	sample_enrol(host->store, account, &state, seed);
}

void
host_enrol_token(struct host *host, const char *account, uint32_t uid,
    const struct otp_token *token)
{
	struct otp_seed seed = sample_seed(token);

	host_enrol(host, account, uid, &seed);
}

void
host_enrol_alice(struct host *host)
{
	struct otp_token token = sample_totp(1);

	host_enrol_token(host, "alice", HOST_ALICE_UID, &token);
}

void
host_invite(struct host *host, const char *account, uint32_t uid,
    const struct otp_token *token, int64_t until,
    char ret_typed[OTP_RECOVERY_TEXT_SIZE])
{
	struct otp_seed seed = { .tokens_count = 0 };

	if (token != NULL)
		seed.tokens[seed.tokens_count++] = *token;
	host_invite_with(host, account, uid, &seed, until, ret_typed);
}

void
host_invite_with(struct host *host, const char *account, uint32_t uid,
    struct otp_seed *seed, int64_t until,
    char ret_typed[OTP_RECOVERY_TEXT_SIZE])
{
	static const uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { 4, 5, 6 };
	struct otp_credential *credential;
	uint8_t bytes[OTP_RECOVERY_CODE_SIZE];
	struct otp_state state;

	memset(bytes, 7, sizeof(bytes));
	otp_recovery_text(bytes, ret_typed);
	assert_int_equal(
	    otp_recovery_make(bytes, salt, &seed->invitation), OTP_OK);
	seed->invited = true;
	seed->invitation.until = until;
	host_enrol(host, account, uid, seed);
	state = host_state(host, account);
	state.enrolled = seed->tokens_count > 0;
	credential = &state.credentials[state.credentials_count++];
	credential->kind = OTP_INVITATION;
	otp_recovery_id(&seed->invitation, credential->id);
	credential->created = HOST_NOW - 60;
	host_state_put(host, account, &state);
}

void
host_scan(const struct host *host, struct otp_token *ret_app)
{
	static const char before[] = "\n  Key  ";
	const char *key = NULL;
	char base32[OTP_BASE32_SIZE(OTP_SECRET_MAX)];
	size_t length = 0;

	for (unsigned i = 0; i < host->seen.messages; i++)
		if (strstr(host->seen.message[i].text, before) != NULL)
			key = strstr(host->seen.message[i].text, before);
	assert_non_null(key);
	for (key += strlen(before); *key != '\0'; key++)
		if (*key != ' ')
			base32[length++] = *key;
	*ret_app = sample_totp(1);
	assert_int_equal(otp_base32_decode(base32, length, ret_app->secret,
			     sizeof(ret_app->secret), &ret_app->secret_size),
	    OTP_OK);
}

void
host_seed(struct host *host, const char *account, const char *text)
{
	char path[HOST_PATH_SIZE];

	host_path(host, path, "store/seed/%s", account);
	sample_write(path, text, strlen(text), 0600);
}

struct otp_state
host_state(struct host *host, const char *account)
{
	return sample_peek(host->store, account);
}

void
host_state_put(
    struct host *host, const char *account, const struct otp_state *state)
{
	struct otp_store *store = sample_open(host->store, account);
	struct otp_state next = *state;
	struct otp_state old = { 0 };

	assert_int_equal(otp_store_load(store, &old, NULL), OTP_OK);
	next.generation = old.generation;
	assert_int_equal(
	    otp_store_put(store, &next, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
}

struct host_bytes
host_bytes(struct host *host, const char *account)
{
	char path[HOST_PATH_SIZE];
	struct host_bytes all;
	size_t size = 0;
	char *bytes = NULL;

	host_path(host, path, "store/state/%s", account);
	bytes = host_read(path, &size);
	assert_int_equal(size, sizeof(all.bytes));
	memcpy(all.bytes, bytes, size);
	free(bytes);
	return all;
}

/* --- codes --- */

static int64_t
host_now(void)
{
	return fake.now != 0 ? fake.now : (int64_t)time(NULL);
}

void
host_code(
    const struct otp_token *token, int steps, char ret_code[SAMPLE_CODE_SIZE])
{
	const int64_t step = host_now() / (int64_t)token->period;

	sample_code(token, (uint64_t)(step + steps), ret_code);
}

void
host_wrong_code(const struct otp_token *token, char ret_code[SAMPLE_CODE_SIZE])
{
	sample_wrong(token, host_now(), ret_code);
}

/* --- the application --- */

static void
show(
    struct host_shown *shown, unsigned count, const struct pam_message *message)
{
	assert_true(count < HOST_SHOWN);
	shown[count].style = message->msg_style;
	snprintf(
	    shown[count].text, sizeof(shown[count].text), "%s", message->msg);
}

/*
 * A response that must be wiped and freed by whom it is given to; NULL where
 * there is no memory for it.
 */
static struct pam_response *
respond(const char *text)
{
	struct pam_response *response = calloc(1, sizeof(*response));

	if (response == NULL || text == NULL)
		return response;
	response->resp = strdup(text);
	if (response->resp == NULL) {
		free(response);
		return NULL;
	}
	if (text[0] != '\0')
		fake_watch(response->resp, strlen(text));
	return response;
}

static int
answer_message(struct host *host, const struct pam_message *message,
    struct pam_response **ret_responses)
{
	struct host_seen *seen = &host->seen;

	show(seen->message, seen->messages, message);
	seen->messages++;
	if (host->app.messages_answered)
		*ret_responses = respond("nobody asked");
	return host->app.messages_fail ||
		(host->app.messages_fail_after > 0 &&
		    seen->messages > host->app.messages_fail_after) ||
		(host->app.messages_longest > 0 &&
		    strlen(message->msg) > host->app.messages_longest)
	    ? PAM_CONV_ERR
	    : PAM_SUCCESS;
}

static const char *
next_answer(const struct host *host, unsigned index)
{
	while (index > 0 &&
	    (index >= HOST_ANSWERS || host->app.answers[index] == NULL))
		index--;
	assert_non_null(host->app.answers[index]);
	return host->app.answers[index];
}

static int
answer_prompt(struct host *host, const struct pam_message *message,
    struct pam_response **ret_responses)
{
	struct host_seen *seen = &host->seen;
	unsigned index = seen->prompts;

	show(seen->prompt, seen->prompts, message);
	seen->prompts++;
	if (host->app.at_prompt != NULL)
		host->app.at_prompt(host);
	switch (host->app.manner) {
	case HOST_ANSWERS_TEXT:
		*ret_responses = respond(next_answer(host, index));
		return *ret_responses != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
	case HOST_FAILS:
		return PAM_CONV_ERR;
	case HOST_FAILS_WITH_RESPONSE:
		*ret_responses = respond("typed before the line broke");
		return PAM_CONV_ERR;
	case HOST_NO_RESPONSE:
		return PAM_SUCCESS;
	case HOST_NO_TEXT:
		*ret_responses = respond(NULL);
		return PAM_SUCCESS;
	case HOST_WANTS_AGAIN:
		return PAM_CONV_AGAIN;
	}
	return PAM_CONV_ERR;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *context)
{
	struct host *host = context;

	assert_int_equal(count, 1);
	if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF ||
	    messages[0]->msg_style == PAM_PROMPT_ECHO_ON)
		return answer_prompt(host, messages[0], ret_responses);
	return answer_message(host, messages[0], ret_responses);
}

static void
note_delay(int status, unsigned delay, void *context)
{
	struct host *host = context;

	(void)status;
	host->seen.delay = delay;
}

static void
set_text(pam_handle_t *pamh, int item, const char *text)
{
	if (text != NULL)
		assert_int_equal(pam_set_item(pamh, item, text), PAM_SUCCESS);
}

pam_handle_t *
host_start(struct host *host, const char *user)
{
	const struct pam_conv conv = { converse, host };
	void (*const delay)(int, unsigned, void *) = note_delay;
	const void *item = NULL;

	host->seen = (struct host_seen){ .prompts = 0 };
	fake.lines_count = 0;
	fake.watched_count = 0;
	fake.freed = 0;
	fake.unwiped = 0;
	assert_int_equal(
	    pam_start_confdir("test", user, &conv, host->pamd, &host->pamh),
	    PAM_SUCCESS);
	set_text(host->pamh, PAM_RHOST, host->app.rhost);
	set_text(host->pamh, PAM_TTY, host->app.tty);
	set_text(host->pamh, PAM_RUSER, host->app.ruser);
	if (host->app.pam_env != NULL)
		assert_int_equal(
		    pam_putenv(host->pamh, host->app.pam_env), PAM_SUCCESS);
	memcpy(&item, &delay, sizeof(item));
	assert_int_equal(
	    pam_set_item(host->pamh, PAM_FAIL_DELAY, item), PAM_SUCCESS);
	return host->pamh;
}

int
host_login(struct host *host, const char *user, const char *answer)
{
	pam_handle_t *pamh = NULL;
	int result = PAM_ABORT;

	if (answer != NULL)
		host->app.answers[0] = answer;
	pamh = host_start(host, user);
	result = pam_authenticate(pamh, host->app.flags);
	assert_int_equal(pam_end(pamh, result), PAM_SUCCESS);
	host->pamh = NULL;
	return result;
}

int
host_try_step(struct host *host, int steps)
{
	const struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_code(&token, steps, code);
	return host_login(host, "alice", code);
}

int
host_try_right(struct host *host)
{
	return host_try_step(host, 0);
}

int
host_try_wrong(struct host *host)
{
	const struct otp_token token = sample_totp(1);
	char wrong[SAMPLE_CODE_SIZE];

	host_wrong_code(&token, wrong);
	return host_login(host, "alice", wrong);
}

/* --- what came of it --- */

void
host_told(const struct host *host, int style, const char *text)
{
	assert_int_equal(host->seen.messages, 1);
	assert_string_equal(host->seen.message[0].text, text);
	assert_int_equal(host->seen.message[0].style, style);
}

void
host_told_nothing(const struct host *host)
{
	if (host->seen.messages != 0)
		fail_msg("told: %s", host->seen.message[0].text);
}

void
host_unchanged(
    struct host *host, const char *account, const struct host_bytes *before)
{
	struct host_bytes after = host_bytes(host, account);

	assert_memory_equal(before->bytes, after.bytes, sizeof(after.bytes));
}

void
host_logged(const char *result, const char *reason)
{
	char words[128];

	snprintf(words, sizeof(words),
	    "pam_otp(test:auth): result=%s reason=%s", result, reason);
	if (strncmp(host_line(), words, strlen(words)) != 0)
		fail_msg("logged: %s", host_line());
	assert_true(strchr(" ", host_line()[strlen(words)]) != NULL);
}

const char *
host_line(void)
{
	assert_int_equal(fake.lines_count, 1);
	return fake.lines[0].text;
}

int
host_level(void)
{
	assert_int_equal(fake.lines_count, 1);
	assert_int_equal(fake.lines[0].priority & LOG_FACMASK, LOG_AUTHPRIV);
	return fake.lines[0].priority & LOG_PRIMASK;
}

bool
host_line_has(unsigned index, const char *word)
{
	const char *at = fake.lines[index].text;
	size_t length = strlen(word);

	assert_true(index < fake.lines_count);
	while ((at = strstr(at, word)) != NULL) {
		if (at[-1] == ' ' && (at[length] == ' ' || at[length] == '\0'))
			return true;
		at++;
	}
	return false;
}
