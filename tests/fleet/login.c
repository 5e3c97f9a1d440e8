/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: login PLACE enrol ACCOUNT UID
 *	  login PLACE change create|put_seed|purge ACCOUNT
 *	  login PLACE code
 *	  login PLACE try ACCOUNT UID CODE [ACCOUNT UID CODE]...
 *
 * For scripts: ACCOUNT in the store at PLACE gets a token, or tries CODE, and what
 * comes of it is printed; or a code of this token that is right now.  All tries are
 * this process's; before each after the first it reads a line.
 */
#include "config.h"

#include <err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/effects/attempt.h"
#include "common/effects/sys.h"
#include "common/fleet/kind.h"
#include "tests/lib/sample.h"

static void
enrol(struct otp_place place, const char *account, uint32_t uid)
{
	const struct otp_token token = sample_totp(1);
	const struct otp_seed seed = sample_seed(&token);
	struct otp_state state =
	    sample_state(&seed, uid, (int64_t)time(NULL) - 86400);
	struct otp_store *store = NULL;

	state.enrolled = false;
	if (otp_store_open(place, account, &store, NULL) != OTP_OK ||
	    otp_store_create(store, &state, NULL) != OTP_OK ||
	    otp_store_claim_uid(store, uid, NULL) != OTP_OK ||
	    otp_store_put_seed(store, &seed, NULL) != OTP_OK ||
	    otp_store_load(store, &state, NULL) != OTP_OK)
		errx(1, "%s cannot be enrolled", account);
	state.enrolled = true;
	if (otp_store_put(store, &state, OTP_PUT_COMMIT, NULL) != OTP_OK)
		errx(1, "%s: no commit", account);
	otp_store_close(store);
}

/* ACCOUNT's own is the last change: what is first is forgotten with it. */
static void
change(struct otp_place place, const char *what, const char *account)
{
	const struct otp_token token = sample_totp(2);
	const struct otp_seed seed = sample_seed(&token);
	const struct otp_state first = { .uid = OTP_UID_VIRTUAL };
	struct otp_state state;
	struct otp_store *store = NULL;
	enum otp_err err = otp_store_open(place, account, &store, NULL);

	if (err == OTP_OK)
		err = otp_store_load(store, &state, NULL);
	if (err == OTP_OK && strcmp(what, "put_seed") == 0)
		err = otp_store_put_seed(store, &seed, NULL);
	else if (err == OTP_OK)
		err = otp_store_purge(store, NULL);
	if (err == OTP_OK && strcmp(what, "create") == 0)
		err = otp_store_create(store, &first, NULL);
	if (err != OTP_OK)
		errx(1, "%s: %s", account, otp_err_reason(err));
	otp_store_close(store);
}

static void
try(struct otp_place place, const char *account, uint32_t uid, const char *code)
{
	static const struct otp_policy policy = OTP_POLICY_DEFAULT;
	const struct otp_host host = {
		.sys = &otp_sys_host, .store = place, .policy = &policy
	};
	struct otp_request request = { .uid = uid, .service = "sshd" };
	struct otp_fault fault = { 0 };
	struct otp_answer answer;
	enum otp_err err;

	(void)snprintf(request.account, sizeof(request.account), "%s", account);
	err = otp_attempt_try(&host, &request, code, &answer, &fault);
	printf("%s%s%s\n",
	    err != OTP_OK ? otp_err_reason(err)
			  : otp_verdict_reason(answer.verdict),
	    err != OTP_OK && fault.detail != OTP_DETAIL_NONE ? " " : "",
	    err != OTP_OK ? otp_detail_word(fault.detail) : "");
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	const struct otp_token token = sample_totp(1);
	struct otp_place place;
	char code[SAMPLE_CODE_SIZE], line[16];

	if (argc < 3)
		errx(2, "usage: login PLACE enrol|code|try ...");
	place = (struct otp_place){ .folder = argv[1] };
	otp_store_register(OTP_FLEET_PREFIX, &otp_fleet_kind);
	if (strcmp(argv[2], "enrol") == 0 && argc == 5)
		enrol(place, argv[3], (uint32_t)strtoul(argv[4], NULL, 10));
	else if (strcmp(argv[2], "change") == 0 && argc == 5)
		change(place, argv[3], argv[4]);
	else if (strcmp(argv[2], "code") == 0)
		printf("%s\n",
		    sample_code(&token, (uint64_t)time(NULL) / 30, code));
	else
		for (int i = 3; i + 2 < argc; i += 3) {
			if (i > 3 && fgets(line, sizeof(line), stdin) == NULL)
				return 1;
			try(place, argv[i],
			    (uint32_t)strtoul(argv[i + 1], NULL, 10),
			    argv[i + 2]);
		}
	return 0;
}
