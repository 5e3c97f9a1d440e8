/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store below /tmp, a clock that goes as it is told, random bytes that are
 * the same in every run, and alice, who is to be let in or not.
 */
#ifndef OTP_WORLD_H
#define OTP_WORLD_H

#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/slots.h"
#include "common/effects/attempt.h"
#include "common/effects/enrol.h"
#include "common/effects/look.h"
#include "common/store/store.h"
#include "tests/lib/sample.h"
#include "tests/unit/oracle.h"

#define WORLD_STEP INT64_C(59999999) /* of 30 s, in 2027 */
#define WORLD_NOW  (WORLD_STEP * 30 + 11)
#define WORLD_UID  1000

struct world {
	char folder[SAMPLE_ROOT_SIZE];
	char store[SAMPLE_ROOT_SIZE + 16];
	unsigned descriptors; /* that were open before */
	int64_t now;
	bool clock_fails;
	bool random_fails;
	uint64_t random;
	struct otp_sys sys;
	struct otp_policy policy;
	struct otp_host host;
	struct otp_request request;
	struct otp_account account;
	struct otp_seed seed; /* what world_enrol() makes active */
	struct otp_state state;
	struct otp_answer answer;
};

static inline enum otp_err
world_time(void *context, int64_t *ret_now)
{
	const struct world *world = context;

	if (world->clock_fails)
		return OTP_ERR_CLOCK;
	*ret_now = world->now;
	return OTP_OK;
}

static inline enum otp_err
world_random(void *context, void *bytes, size_t size)
{
	struct world *world = context;

	if (world->random_fails)
		return OTP_ERR_CRYPTO;
	unit_fill(&world->random, bytes, size);
	return OTP_OK;
}

static inline void
world_open(struct world *world)
{
	memset(world, 0, sizeof(*world));
	world->descriptors = sample_descriptors();
	sample_folder(world->folder);
	(void)snprintf(
	    world->store, sizeof(world->store), "%s/store", world->folder);
	sample_init(world->store);
	world->now = WORLD_NOW;
	world->sys = (struct otp_sys){ world_time, world_random, world };
	world->policy = (struct otp_policy)OTP_POLICY_DEFAULT;
	world->host = (struct otp_host){ .sys = &world->sys,
		.store = { .folder = world->store },
		.policy = &world->policy };
	strcpy(world->request.account, "alice");
	world->request.uid = WORLD_UID;
	strcpy(world->request.service, "sshd");
	strcpy(world->request.host, "203.0.113.5");
	world->account.host = &world->host;
	strcpy(world->account.subject.account, "alice");
	world->account.subject.uid = WORLD_UID;
}

static inline void
world_close(struct world *world)
{
	assert_int_equal(sample_descriptors(), world->descriptors);
	sample_remove(world->folder);
}

/* --- the seed --- */

static inline struct otp_token *
world_token(struct world *world, enum otp_kind kind)
{
	const unsigned index = world->seed.tokens_count++;
	struct otp_token *token = &world->seed.tokens[index];

	*token = (struct otp_token){
		.kind = kind,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = kind == OTP_TOTP ? 30 : 0,
		.secret_size = 20,
		.secret = { (uint8_t)(index + 1), 2, 3 },
	};
	(void)snprintf(
	    token->label, sizeof(token->label), "host:alice%u", index);
	return token;
}

/* The id of the seed's token INDEX; the next call overwrites it. */
static inline const uint8_t *
world_id(const struct world *world, unsigned index)
{
	static uint8_t id[OTP_ID_SIZE];

	assert_int_equal(otp_token_id(&world->seed.tokens[index], id), OTP_OK);
	return id;
}

/* A recovery code of nothing but NUMBER, as it is typed. */
static inline const char *
world_recovery_text(uint8_t number, char text[OTP_RECOVERY_TEXT_SIZE])
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];

	memset(code, number, sizeof(code));
	otp_recovery_text(code, text);
	return text;
}

static inline void
world_recovery(struct world *world, uint8_t number)
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];
	const uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { number };

	memset(code, number, sizeof(code));
	world->seed.recovery[world->seed.recovery_count].made = 1;
	assert_int_equal(
	    otp_recovery_make(code, salt,
		&world->seed.recovery[world->seed.recovery_count++]),
	    OTP_OK);
}

/* --- what is in the store --- */

static inline void
world_path(const struct world *world, const char *name, char path[96])
{
	(void)snprintf(path, 96, "%s/%s", world->store, name);
}

static inline void
world_write(
    const struct world *world, const char *name, const void *bytes, size_t size)
{
	char path[96];

	world_path(world, name, path);
	sample_write(path, bytes, size, 0600);
}

static inline size_t
world_read(
    const struct world *world, const char *name, void *bytes, size_t size)
{
	char path[96];
	size_t got;
	FILE *file;

	world_path(world, name, path);
	file = fopen(path, "rb");
	if (!file)
		return 0;
	got = fread(bytes, 1, size, file);
	(void)fclose(file);
	return got;
}

static inline bool
world_has(const struct world *world, const char *name)
{
	struct stat status;
	char path[96];

	world_path(world, name, path);
	return lstat(path, &status) == 0;
}

/* Write the seed file as configuration management does: no state is made. */
static inline void
world_put_seed(struct world *world)
{
	static char text[OTP_SEED_SIZE_MAX + 1];
	size_t size = 0;

	assert_int_equal(otp_seed_format(&world->seed, text, &size), OTP_OK);
	world_write(world, "seed/alice", text, size);
}

/* Write a state file: all of STATE, as if it had just been made. */
static inline void
world_put_state(struct world *world, const struct otp_state *state)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];

	assert_int_equal(otp_slots_init_image(state, file), OTP_OK);
	world_write(world, "state/alice", file, sizeof(file));
}

/* Make the checksum right of the record that begins at SLOT. */
static inline void
world_seal(uint8_t *slot)
{
	const size_t length = slot[24] | (size_t)slot[25] << 8;

	assert_int_equal(otp_digest(slot, length, slot + length), OTP_OK);
}

/* The seed to enrol has the address URI, and no other. */
static inline void
world_address(struct world *world, const char *uri)
{
	struct otp_address *address = &world->seed.addresses[0];

	(void)snprintf(address->uri, sizeof(address->uri), "%s", uri);
	memset(address->secret, 1, sizeof(address->secret));
	world->seed.addresses_count = 1;
}

/* alice is enrolled with the seed, and nothing of it is spent. */
static inline void
world_enrol(struct world *world)
{
	struct otp_state state = sample_state(&world->seed, WORLD_UID, 0);
	char path[96];

	(void)snprintf(
	    path, sizeof(path), "%s/uid/%u", world->store, (unsigned)WORLD_UID);
	sample_write(path, "alice\n", strlen("alice\n"), 0600);
	world_put_seed(world);
	world_put_state(world, &state);
}

/* The active seed, into SEED. */
static inline void
world_seed(struct world *world, struct otp_seed *seed)
{
	struct otp_store *store = sample_open(world->store, "alice");

	assert_int_equal(otp_store_seed(store, seed, NULL), OTP_OK);
	otp_store_close(store);
}

/* What of it is active, as its user sees it. */
static inline struct otp_active
world_active(struct world *world)
{
	struct otp_active active;
	struct otp_seed seed;

	world_seed(world, &seed);
	assert_int_equal(otp_active_of(&seed, &active), OTP_OK);
	return active;
}

/* The state, into WORLD->state. */
static inline const struct otp_state *
world_state(struct world *world)
{
	world->state = sample_peek(world->store, "alice");
	return &world->state;
}

/* --- the whole store, byte for byte --- */

struct snapshot {
	size_t size;
	char bytes[65536];
};

static inline void
snapshot_add(struct snapshot *snapshot, const char *store, const char *folder)
{
	struct dirent **entries = NULL;
	char path[400];
	int count;

	(void)snprintf(path, sizeof(path), "%s/%s", store, folder);
	count = scandir(path, &entries, NULL, alphasort);
	assert_true(count >= 2);
	for (int i = 0; i < count; i++) {
		FILE *file;

		(void)snprintf(path, sizeof(path), "%s/%s/%s", store, folder,
		    entries[i]->d_name);
		assert_true(snapshot->size + strlen(path) + 1 <
		    sizeof(snapshot->bytes));
		strcpy(snapshot->bytes + snapshot->size, path);
		snapshot->size += strlen(path) + 1;
		file = entries[i]->d_type == DT_REG ? fopen(path, "rb") : NULL;
		if (file) {
			snapshot->size +=
			    fread(snapshot->bytes + snapshot->size, 1,
				sizeof(snapshot->bytes) - snapshot->size, file);
			(void)fclose(file);
		}
		free(entries[i]);
	}
	free(entries);
}

static inline void
snapshot_take(const struct world *world, struct snapshot *snapshot)
{
	snapshot->size = 0;
	snapshot_add(snapshot, world->store, ".");
	snapshot_add(snapshot, world->store, "seed");
	snapshot_add(snapshot, world->store, "state");
	assert_true(snapshot->size < sizeof(snapshot->bytes));
}

static inline void
assert_unchanged(const struct world *world, const struct snapshot *before)
{
	static struct snapshot after;

	snapshot_take(world, &after);
	assert_int_equal(after.size, before->size);
	assert_memory_equal(after.bytes, before->bytes, before->size);
}

/* Whether the account is enrolled, as it is asked for nullok. */
static inline enum otp_err
world_enrolled(struct world *world, enum otp_enrolled *ret_enrolled)
{
	struct otp_look look = { .enrolled = OTP_ENROLLED_UNKNOWN };
	enum otp_err err =
	    otp_look_at(&world->host, &world->request, true, &look, NULL);

	*ret_enrolled = look.enrolled;
	return err;
}

/* Whether its user is asked: the answer is ACCEPT, or else REJECT. */
static inline void
world_known(struct world *world, struct otp_answer *ret_answer)
{
	struct otp_look look;

	assert_int_equal(
	    otp_look_at(&world->host, &world->request, false, &look, NULL),
	    OTP_OK);
	*ret_answer = look.known;
}

/* --- tries --- */

static inline enum otp_err
world_try_text(struct world *world, const char *typed)
{
	memset(&world->account.fault, 0, sizeof(world->account.fault));
	memset(&world->answer, 0xee, sizeof(world->answer));
	return otp_attempt_try(&world->host, &world->request, typed,
	    &world->answer, &world->account.fault);
}

/* The verdict on TYPED, which can be judged. */
static inline enum otp_verdict
world_try(struct world *world, const char *typed)
{
	assert_int_equal(world_try_text(world, typed), OTP_OK);
	return world->answer.verdict;
}

/* The verdict on what token INDEX shows at MOVING. */
static inline enum otp_verdict
world_show(struct world *world, unsigned index, uint64_t moving)
{
	char text[16];

	return world_try(
	    world, oracle_code(&world->seed.tokens[index], moving, text));
}

/* The verdict on what token INDEX, a TOTP one, shows now. */
static inline enum otp_verdict
world_show_now(struct world *world, unsigned index)
{
	return world_show(world, index,
	    (uint64_t)world->now / world->seed.tokens[index].period);
}

/* A code of token 0's length that it shows at no time or count near. */
static inline enum otp_verdict
world_guess(struct world *world)
{
	const struct otp_token *token = &world->seed.tokens[0];
	uint64_t first = token->kind == OTP_TOTP
	    ? (uint64_t)world->now / token->period - 30
	    : 0;
	char text[16];

	return world_try(world, oracle_wrong(token, first, 60, text));
}

/* --- the one world of a program: each of its tests has a new one --- */

static struct world world;

static inline int
world_teardown(void **state)
{
	(void)state;
	world_close(&world);
	return 0;
}

#endif
