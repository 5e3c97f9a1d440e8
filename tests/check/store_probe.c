/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes and shows states with the project's own code, for comparison with
 * store_reader (store_page.sh).
 *
 *	store_probe make STORE ACCOUNT		a store, seed and state
 *	store_probe charge STORE ACCOUNT	one wrong code, charged
 *	store_probe commit STORE ACCOUNT	one login, committed
 *	store_probe other STORE ACCOUNT		one wrong code of another
 *						caller, now
 *	store_probe state FILE			what the state says
 *	store_probe seed STORE ACCOUNT		the ids of the seed
 */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/core/slots.h"
#include "common/core/throttle.h"
#include "common/core/uri.h"
#include "common/store/store.h"

#define NOW INT64_C(1790000020)
#define UID 5001

static struct otp_fault fault;

static int
say(enum otp_err err)
{
	if (err == OTP_OK)
		return EXIT_SUCCESS;
	printf("%s: %s %s\n", otp_err_reason(err), fault.where,
	    otp_detail_word(fault.detail));
	return EXIT_FAILURE;
}

/* --- Showing ------------------------------------------------------------ */

static void
print_bytes(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
}

static void
print_id(const uint8_t id[OTP_ID_SIZE])
{
	print_bytes(id, OTP_ID_SIZE);
}

static void
print_occasion(const char *name, const struct otp_login_mark *occasion)
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
	printf("last-replay %" PRId64 "\n", tally->last_replay);
	print_occasion("last-failure", &tally->last_failure);
}

static void
print_notices(const struct otp_notices *notices)
{
	printf("notices %" PRId64 " %016" PRIx64 " %" PRId64 " %016" PRIx64
	       "\n",
	    notices->wrong.since, notices->wrong.codes, notices->delay.since,
	    notices->delay.codes);
	for (unsigned i = 0; i < OTP_NOTICE_HOSTS; i++) {
		printf("noticed ");
		print_id(notices->hosts[i].id);
		printf(" %" PRId64 "\n", notices->hosts[i].time);
	}
}

static void
print_sends(const struct otp_sends *sends)
{
	for (unsigned i = 0; i < OTP_SENDS; i++) {
		printf("send ");
		print_id(sends->last[i].address);
		printf(" %016" PRIx64 " %" PRId64 " ", sends->last[i].moment,
		    sends->last[i].time);
		print_id(sends->last[i].occasion);
		printf("\n");
	}
	printf("sends %016" PRIx64 " %" PRId64 " %" PRId64 " %" PRIu32
	       " %" PRIu32 "\n",
	    sends->moment, sends->hour_since, sends->day_since, sends->hour,
	    sends->day);
}

static void
print_state(const struct otp_state *state, const struct otp_slots *slots)
{
	printf("record %u %016" PRIx64 "\n", slots->record,
	    slots->record_generation);
	printf("on-disk %s\n", slots->on_disk ? "yes" : "no");
	printf("enrolled %s\n", state->enrolled ? "yes" : "no");
	printf("suspended %s\n", state->suspended ? "yes" : "no");
	printf("forgotten %s\n", state->forgotten ? "yes" : "no");
	printf("uid %" PRIu32 "\n", state->uid);
	printf("unreported %" PRIu32 "\n", state->unreported);
	print_tally(&state->tally);
	print_occasion("last-success", &state->last_success);
	printf("recovery-made %" PRId64 "\n", state->recovery_made);
	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++) {
		printf("accepted %" PRIu32 " ", state->accepted[i].kind);
		print_id(state->accepted[i].id);
		printf(" %" PRIu32 " %016" PRIx64 "\n",
		    state->accepted[i].value, state->accepted[i].moving);
	}
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
	printf("devices %u of ", state->devices.count);
	print_id(state->devices_of);
	printf("\n");
	for (unsigned i = 0; i < state->devices.count; i++) {
		const struct otp_device *device = &state->devices.list[i];

		printf("device ");
		print_bytes(device->id, sizeof(device->id));
		printf(" %" PRId64 " %" PRId64 "\n", device->created,
		    device->expires);
	}
	if (state->sends.moment != 0)
		print_sends(&state->sends);
	if (state->own_code.time != 0) {
		printf("own-code %" PRId64 " ", state->own_code.time);
		print_id(state->own_code.mark);
		printf("\n");
	}
	if (otp_state_has_others(state)) {
		printf("others told %" PRIu32 "\n", state->others.told);
		print_tally(&state->others);
	}
	if (state->exemption.until != 0)
		printf("exempt %" PRId64 " \"%s\"\n", state->exemption.until,
		    state->exemption.reason);
	if (otp_notices_are_there(&state->tally.notices))
		print_notices(&state->tally.notices);
}

static int
show_state(const char *path)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE + 1];
	struct otp_state state;
	struct otp_slots slots;
	enum otp_err err = OTP_ERR_READ;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, file, sizeof(file)) == OTP_SLOTS_FILE_SIZE)
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
	for (unsigned i = 0; err == OTP_OK && i < seed.addresses_count; i++) {
		err = otp_address_id(&seed.addresses[i], id);
		printf("address ");
		print_id(id);
		printf("\n");
	}
	if (err == OTP_OK && seed.invited) {
		otp_recovery_id(&seed.invitation, id);
		printf("invitation ");
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
	seed->addresses_count = 1;
	memset(
	    seed->addresses[0].secret, 0xc3, sizeof(seed->addresses[0].secret));
	strcpy(seed->addresses[0].uri, "mailto:alice@example.org");
	seed->invited = true;
	seed->invitation.until = NOW;
	memset(seed->invitation.hash, 0x3c, sizeof(seed->invitation.hash));
	seed->recovery[0].made = NOW - 2;
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

static void
notice(struct otp_notices *notices, int64_t now)
{
	notices->wrong = (struct otp_notice_count){ now, 0x0102030405 };
	notices->delay = (struct otp_notice_count){ now + 1, 7 };
	memset(notices->hosts[0].id, 0xf0, OTP_ID_SIZE);
	notices->hosts[0].time = now + 2;
}

static enum otp_err
charge(struct otp_store *store)
{
	static const struct otp_policy policy = OTP_POLICY_DEFAULT;
	struct otp_login_mark occasion;
	struct otp_state state;
	enum otp_err err = otp_store_load(store, &state, &fault);

	if (err != OTP_OK)
		return err;
	otp_login_mark_set(&occasion, NOW, "sshd", "203.0.113.5");
	otp_throttle_charge(&state.tally, &policy, &occasion);
	state.tally.replays = 0x01020304;
	state.tally.last_replay = NOW - 7;
	if (state.unreported > 3) { /* the first commits have none */
		occasion.time++;
		otp_throttle_charge(&state.others, &policy, &occasion);
		state.others.told = 1;
		state.others.replays = state.unreported;
		state.others.last_replay = NOW - 8;
	}
	if (state.unreported > 0) /* the first commit has none */
		notice(&state.tally.notices, NOW + state.unreported);
	return otp_store_put(store, &state, OTP_PUT_CHARGE, &fault);
}

/* As pam_otpd charges a program of the user's. */
static enum otp_err
other(struct otp_store *store)
{
	static const struct otp_policy policy = OTP_POLICY_DEFAULT;
	struct otp_login_mark occasion;
	struct otp_state state;
	enum otp_err err = otp_store_load(store, &state, &fault);

	if (err != OTP_OK)
		return err;
	otp_login_mark_set(&occasion, (int64_t)time(NULL), "i3lock", NULL);
	otp_throttle_charge(&state.others, &policy, &occasion);
	return otp_store_put(store, &state, OTP_PUT_COMMIT, &fault);
}

static enum otp_err
told(struct otp_store *store)
{
	struct otp_state state;
	enum otp_err err = otp_store_load(store, &state, &fault);

	if (err != OTP_OK)
		return err;
	otp_throttle_told(&state, 0x01020000);
	return otp_store_put(store, &state, OTP_PUT_CHARGE, &fault);
}

static enum otp_err
commit(struct otp_store *store)
{
	uint8_t device[OTP_DEVICE_ID_SIZE];
	uint8_t address[OTP_ID_SIZE], occasion[OTP_OCCASION_SIZE];
	struct otp_state state;
	enum otp_err err = otp_store_load(store, &state, &fault);

	if (err != OTP_OK)
		return err;
	state.enrolled = true;
	state.suspended = !state.suspended;
	state.forgotten = true;
	state.exemption.until = state.suspended ? NOW + 1209600 : 0;
	strcpy(state.exemption.reason, state.suspended ? "no phone" : "");
	state.recovery_made = NOW - 86400;
	memmove(&state.accepted[1], &state.accepted[0],
	    sizeof(state.accepted[0]) * (OTP_STATE_ACCEPTED - 1));
	state.accepted[0].kind = 1 << state.unreported % 3;
	state.accepted[0].value = 87654321;
	state.accepted[0].moving = UINT64_C(0x1122334455667788);
	memset(state.accepted[0].id, 0xa1, OTP_ID_SIZE);
	memset(state.devices_of, 0xd0, OTP_ID_SIZE);
	memset(device, (int)state.unreported + 1, sizeof(device));
	otp_device_remember(
	    &state.devices, device, NOW, NOW + 1209600 + state.unreported);
	if (state.unreported > 0) { /* the first commit has none */
		memset(address, (int)state.unreported, sizeof(address));
		memset(occasion, 0xee, sizeof(occasion));
		(void)otp_send_charge(
		    &state.sends, address, occasion, NOW + state.unreported);
		state.sends.day += 3;
		state.own_code.time = NOW + state.unreported;
		memset(state.own_code.mark, 0xc0, OTP_ID_SIZE);
	}
	state.unreported += 3;
	state.credentials[0].drift = -30;
	state.credentials[0].last_used = NOW;
	otp_login_mark_set(&state.last_success, NOW, "sudo", "host.example");
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
		err = otp_store_init(
		    (struct otp_place){ .folder = argv[2] }, &made, &fault);
	if (err == OTP_OK && argc == 4)
		err = otp_store_open((struct otp_place){ .folder = argv[2] },
		    argv[3], &store, &fault);
	if (err != OTP_OK || store == NULL)
		return say(err == OTP_OK ? OTP_ERR_OPTION : err);
	if (strcmp(mode, "make") == 0)
		status = say(make(store));
	else if (strcmp(mode, "charge") == 0)
		status = say(charge(store));
	else if (strcmp(mode, "other") == 0)
		status = say(other(store));
	else if (strcmp(mode, "told") == 0)
		status = say(told(store));
	else if (strcmp(mode, "commit") == 0)
		status = say(commit(store));
	else
		status = show_seed(store);
	otp_store_close(store);
	return status;
}
