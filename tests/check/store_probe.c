/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes and shows states with the project's own code, for comparison with
 * store_reader (store_page.sh).
 *
 *	store_probe make STORE ACCOUNT		a store, seed and state
 *	store_probe charge STORE ACCOUNT	one wrong code, charged
 *	store_probe commit STORE ACCOUNT	one login, committed
 *	store_probe state FILE			what the state says
 *	store_probe seed STORE ACCOUNT		the ids of the seed
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/core/slots.h"
#include "common/core/throttle.h"
#include "common/core/uri.h"
#include "common/effects/store.h"

#define NOW INT64_C(1790000020)
#define UID 5001

static struct otp_fault fault;

static int
say(enum otp_err err)
{
	if (err == OTP_OK)
		return EXIT_SUCCESS;
	printf("%s: %s %s\n", otp_err_reason(err), fault.where, fault.what);
	return EXIT_FAILURE;
}

/* --- Showing ------------------------------------------------------------ */

static void
print_id(const uint8_t id[OTP_ID_SIZE])
{
	for (unsigned i = 0; i < OTP_ID_SIZE; i++)
		printf("%02x", id[i]);
}

static void
print_occasion(const char *name, const struct otp_occasion *occasion)
{
	printf("%s %" PRId64 " \"%s\" \"%s\"\n", name, occasion->time,
	    occasion->service, occasion->host);
}

static void
print_tally(const struct otp_tally *tally)
{
	printf("failures %" PRIu32 "\n", tally->failures);
	printf("month-failures %" PRIu32 "\n", tally->month_failures);
	printf("replays %" PRIu32 "\n", tally->replays);
	printf("wait-length %" PRIu32 "\n", tally->wait_length);
	printf("month-since %" PRId64 "\n", tally->month_since);
	printf("wait-until %" PRId64 "\n", tally->wait_until);
	print_occasion("last-failure", &tally->last_failure);
}

static void
print_state(const struct otp_state *state, const struct otp_slots *slots)
{
	printf("record %u %016" PRIx64 "\n", slots->record,
	    slots->record_generation);
	printf("on-disk %s\n", slots->on_disk ? "yes" : "no");
	printf("enrolled %s\n", state->enrolled ? "yes" : "no");
	printf("uid %" PRIu32 "\n", state->uid);
	printf("untold %" PRIu32 "\n", state->untold);
	print_tally(&state->tally);
	print_occasion("last-success", &state->last_success);
	printf("credentials %u\n", state->credentials_count);
	for (unsigned i = 0; i < state->credentials_count; i++) {
		const struct otp_credential *credential =
		    &state->credentials[i];

		printf("%s ", otp_kind_name(credential->kind));
		print_id(credential->id);
		printf(" %" PRId32 " %016" PRIx64 " %" PRId64 " %" PRId64 "\n",
		    credential->drift, credential->value, credential->created,
		    credential->last_used);
	}
}

static int
show_state(const char *path)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];
	struct otp_state state;
	struct otp_slots slots;
	enum otp_err err = OTP_ERR_READ;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, file, sizeof(file)) == sizeof(file))
		err = otp_slots_read(file, &state, &slots);
	if (err == OTP_OK)
		print_state(&state, &slots);
	else
		printf("unusable\n");
	if (fd >= 0)
		(void)close(fd);
	return EXIT_SUCCESS;
}

static int
show_seed(struct otp_store *store)
{
	struct otp_seed seed;
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = otp_store_seed(store, &seed, &fault);

	for (unsigned i = 0; err == OTP_OK && i < seed.tokens_count; i++) {
		err = otp_token_id(&seed.tokens[i], id);
		printf("%s ", otp_kind_name(seed.tokens[i].kind));
		print_id(id);
		printf("\n");
	}
	for (unsigned i = 0; err == OTP_OK && i < seed.recovery_count; i++) {
		otp_recovery_id(&seed.recovery[i], id);
		printf("recovery ");
		print_id(id);
		printf("\n");
	}
	return say(err);
}

/* --- Making ------------------------------------------------------------- */

static enum otp_err
make_seed(struct otp_seed *seed)
{
	static const char totp[] =
	    "otpauth://totp/host:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
	static const char hotp[] =
	    "otpauth://hotp/card?secret=GEZDGNBVGY3TQOJQGE&counter=7";
	enum otp_err err;

	memset(seed, 0, sizeof(*seed));
	seed->tokens_count = 2;
	seed->recovery_count = 1;
	memset(seed->recovery[0].salt, 0x5a, sizeof(seed->recovery[0].salt));
	memset(seed->recovery[0].hash, 0xa5, sizeof(seed->recovery[0].hash));
	err = otp_uri_parse(totp, strlen(totp), &seed->tokens[0], &fault);
	if (err == OTP_OK)
		err =
		    otp_uri_parse(hotp, strlen(hotp), &seed->tokens[1], &fault);
	return err;
}

/* Values that show where each byte goes. */
static enum otp_err
claim_all(struct otp_state *state, const struct otp_seed *seed)
{
	static const uint64_t values[] = { 1790000040,
		UINT64_C(0x0123456789abcdef), 0 };
	enum otp_err err = OTP_OK;

	for (unsigned i = 0; err == OTP_OK && i < 3; i++) {
		enum otp_kind kind =
		    i < 2 ? seed->tokens[i].kind : OTP_RECOVERY;
		struct otp_credential *credential;
		uint8_t id[OTP_ID_SIZE];

		if (i < 2)
			err = otp_token_id(&seed->tokens[i], id);
		else
			otp_recovery_id(&seed->recovery[0], id);
		if (err == OTP_OK)
			err = otp_state_claim(
			    state, seed, NULL, kind, id, NOW - i, &credential);
		if (err == OTP_OK)
			credential->value = values[i];
	}
	return err;
}

static enum otp_err
make(struct otp_store *store)
{
	struct otp_state state = { .uid = UID };
	struct otp_seed seed;
	enum otp_err err = make_seed(&seed);

	if (err == OTP_OK)
		err = claim_all(&state, &seed);
	if (err == OTP_OK)
		err = otp_store_create(store, &state, &fault);
	if (err == OTP_OK)
		err = otp_store_put_seed(store, &seed, &fault);
	return err;
}

static enum otp_err
charge(struct otp_store *store)
{
	static const struct otp_policy policy = OTP_POLICY_DEFAULT;
	struct otp_occasion occasion;
	struct otp_state state;
	enum otp_err err = otp_store_load(store, &state, &fault);

	if (err != OTP_OK)
		return err;
	otp_occasion_set(&occasion, NOW, "sshd", "203.0.113.5");
	otp_throttle_charge(&state.tally, &policy, &occasion);
	state.tally.replays = 0x01020304;
	return otp_store_put(store, &state, OTP_PUT_CHARGE, &fault);
}

static enum otp_err
commit(struct otp_store *store)
{
	struct otp_state state;
	enum otp_err err = otp_store_load(store, &state, &fault);

	if (err != OTP_OK)
		return err;
	state.enrolled = true;
	state.untold += 3;
	state.credentials[0].drift = -30;
	state.credentials[0].last_used = NOW;
	otp_occasion_set(&state.last_success, NOW, "sudo", "host.example");
	return otp_store_put(store, &state, OTP_PUT_COMMIT, &fault);
}

int
main(int argc, char **argv)
{
	struct otp_store *store = NULL;
	const char *mode = argc > 3 ? argv[1] : "";
	enum otp_err err = OTP_OK;
	bool made = false;
	int status;

	if (argc == 3 && strcmp(argv[1], "state") == 0)
		return show_state(argv[2]);
	if (strcmp(mode, "make") == 0)
		err = otp_store_init(argv[2], &made, &fault);
	if (err == OTP_OK && argc == 4)
		err = otp_store_open(argv[2], argv[3], &store, &fault);
	if (err != OTP_OK || store == NULL)
		return say(err == OTP_OK ? OTP_ERR_OPTION : err);
	if (strcmp(mode, "make") == 0)
		status = say(make(store));
	else if (strcmp(mode, "charge") == 0)
		status = say(charge(store));
	else if (strcmp(mode, "commit") == 0)
		status = say(commit(store));
	else
		status = show_seed(store);
	otp_store_close(store);
	return status;
}
