/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host of the test's own, below /tmp: store, configuration, pam.d; and
 * logins on it through the real libpam, with the module that PAM_OTP_SO names.
 * Works for root and for anybody else.
 *
 * Whatever fails here fails the test that called it.
 */
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <security/pam_appl.h>

#include "common/core/seed.h"
#include "common/core/state.h"
#include "tests/lib/fake.h"
#include "tests/lib/sample.h"

#define HOST_PATH_SIZE 160
#define HOST_TEXT_SIZE 4096
#define HOST_SHOWN     12
#define HOST_ANSWERS   6

/* The clock stands still here: 10 s into a step of 30 s. */
#define HOST_NOW INT64_C(1790000020)

/* Users whom the host knows, besides the machine's own. */
#define HOST_ALICE_UID 5001 /* "alice"; "ALICE" finds her too */
#define HOST_BOB_UID   5002
#define HOST_SECOND    "alias" /* a second name of alice's uid */

/* How the application answers a prompt. */
enum host_manner {
	HOST_ANSWERS_TEXT = 0,
	HOST_FAILS,		  /* PAM_CONV_ERR */
	HOST_FAILS_WITH_RESPONSE, /* the same, but it left a response */
	HOST_NO_RESPONSE,	  /* success, and no response */
	HOST_NO_TEXT,		  /* success, and a response without text */
	HOST_WANTS_AGAIN,	  /* PAM_CONV_AGAIN */
};

struct host;

/* What the application is to do; zero is a plain one. */
struct host_app {
	int flags; /* of pam_authenticate() */
	const char *rhost;
	const char *tty;
	const char *ruser;
	const char *pam_env; /* NAME=VALUE in PAM's environment */
	enum host_manner manner;
	const char *answers[HOST_ANSWERS]; /* in turn; the last one stays */
	bool messages_fail;	      /* what is no prompt gets PAM_CONV_ERR */
	unsigned messages_fail_after; /* ... after so many, if not 0 */
	size_t messages_longest;      /* ... or if longer, if not 0 */
	bool messages_answered; /* ... or an answer that nobody asked for */
	/* Called while the user is being asked. */
	void (*at_prompt)(struct host *host);
};

struct host_shown {
	int style; /* PAM_PROMPT_..., PAM_TEXT_INFO or PAM_ERROR_MSG */
	char text[HOST_TEXT_SIZE];
};

/* What the last login showed to its application. */
struct host_seen {
	unsigned prompts;
	struct host_shown prompt[HOST_SHOWN];
	unsigned messages;
	struct host_shown message[HOST_SHOWN];
	unsigned delay; /* microseconds that PAM would have waited */
};

struct host {
	char root[HOST_PATH_SIZE];
	char store[HOST_PATH_SIZE];
	char conf[HOST_PATH_SIZE];
	char pamd[HOST_PATH_SIZE];
	struct host_app app;
	struct host_seen seen;
	pam_handle_t *pamh; /* of the login that goes on */
};

/*
 * Make a host: an empty store, a configuration that names it, the service
 * "test" with the module as its one auth line.  All fakes are reset, the
 * clock stands at HOST_NOW.
 */
struct host *host_new(void);

/* Remove it all; NULL is fine. */
void host_free(struct host *host);

/* For cmocka_unit_test_setup_teardown(): *STATE is the host. */
int host_setup(void **state);
int host_teardown(void **state);

#define HOST_TEST(name) \
	cmocka_unit_test_setup_teardown(name, host_setup, host_teardown)

/* A path below the host's root, in a buffer of the caller's. */
void host_path(const struct host *host, char ret_path[HOST_PATH_SIZE],
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The whole file; the caller frees it. */
char *host_read(const char *path, size_t *ret_size);

/* A new configuration file: `store', and then LINES. */
void host_configure(struct host *host, const char *lines);

/* The service "test": one auth line, with conf= and then ARGUMENTS. */
void host_service(struct host *host, const char *arguments);

/*
 * The service "test" as a whole; "@MODULE@" stands for the module and its
 * conf= argument, "@SO@" for the module alone.
 */
void host_stack(struct host *host, const char *text);

/* --- enrolled users --- */

/* ACCOUNT with SEED, and a state that has seen nothing yet. */
void host_enrol(struct host *host, const char *account, uint32_t uid,
    const struct otp_seed *seed);

/* The same with one token; "alice" with sample_totp(1). */
void host_enrol_token(struct host *host, const char *account, uint32_t uid,
    const struct otp_token *token);
void host_enrol_alice(struct host *host);

/* What sshd(8) says of a login by key. */
#define HOST_PUBLIC_KEY "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n"

/* Invite ACCOUNT, which has TOKEN or none, until UNTIL. */
void host_invite(struct host *host, const char *account, uint32_t uid,
    const struct otp_token *token, int64_t until,
    char ret_typed[OTP_RECOVERY_TEXT_SIZE]);

/* Likewise, one that has SEED, to which the invitation is added. */
void host_invite_with(struct host *host, const char *account, uint32_t uid,
    struct otp_seed *seed, int64_t until,
    char ret_typed[OTP_RECOVERY_TEXT_SIZE]);

/* What the user's app is told by the last message with a key. */
void host_scan(const struct host *host, struct otp_token *ret_app);

/* Replace the seed file by TEXT, whatever it is. */
void host_seed(struct host *host, const char *account, const char *text);

/* The state as it is now. */
struct otp_state host_state(struct host *host, const char *account);

/* Change the state, as an administrator's tool might, and commit it. */
void host_state_put(
    struct host *host, const char *account, const struct otp_state *state);

/* The state's bytes, to see whether anything was written. */
struct host_bytes {
	uint8_t bytes[20480];
};
struct host_bytes host_bytes(struct host *host, const char *account);

/* --- codes --- */

/* TOKEN's code at the clock's time and so many STEPS later. */
void host_code(
    const struct otp_token *token, int steps, char ret_code[SAMPLE_CODE_SIZE]);

/* A code that is right for none of the 61 steps around now. */
void host_wrong_code(
    const struct otp_token *token, char ret_code[SAMPLE_CODE_SIZE]);

/* --- logins --- */

/* pam_start() with the application's items; the caller ends it. */
pam_handle_t *host_start(struct host *host, const char *user);

/*
 * pam_authenticate() for USER (NULL = the application names nobody), who
 * answers every prompt with ANSWER (NULL = host->app.answers).  Lines of the
 * log and what was seen are those of this login alone.
 */
int host_login(struct host *host, const char *user, const char *answer);

/*
 * The same for alice and sample_totp(1): with its code so many STEPS from now,
 * with that of now, or with a wrong one.
 */
int host_try_step(struct host *host, int steps);
int host_try_right(struct host *host);
int host_try_wrong(struct host *host);

/* The only line of the log; its level without the facility. */
const char *host_line(void);
int host_level(void);

/* The last login showed one message: STYLE and TEXT.  Or none. */
void host_told(const struct host *host, int style, const char *text);
void host_told_nothing(const struct host *host);

/* Nothing was written to ACCOUNT's state since BEFORE. */
void host_unchanged(
    struct host *host, const char *account, const struct host_bytes *before);

/* The log is one line, and has `result=RESULT reason=REASON'. */
void host_logged(const char *result, const char *reason);

/* Whether line INDEX has `KEY=VALUE' as one of its words. */
bool host_line_has(unsigned index, const char *word);

#endif
