/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/powercut_login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/code.h"
#include "common/core/oath.h"
#include "common/effects/attempt.h"
#include "common/store/store.h"
#include "tests/store/powercut_break.h"
#include "tests/store/powercut_table.h"

#define ACCOUNT	    "alice"
#define PERIOD	    30
#define CREDENTIALS 12 /* others, so that ours is not in the first sector */
#define CODES_PAST  32 /* codes before code 0 that a wrong one must not be */
#define HOTP_START  1000

/* What a login is, but for the disk's side of the file. */
struct key {
	uint32_t cache[POWERCUT_SECTORS];
	int32_t index;
	uint32_t zero;
	int64_t now;
};

static struct {
	char folder[32];
	char state_path[64];
	int fd; /* the state file */
	struct stat status;
	struct otp_policy policy;
	bool by_other;
	struct otp_token token;
	uint8_t id[OTP_ID_SIZE];
	char codes[POWERCUT_CODES][8];
	char wrong[8];
	int64_t now;
} host;

/* What is being recorded. */
static struct {
	bool on;
	bool split;	   /* every write is short once */
	unsigned fault_at; /* the call that fails, from 1; 0 = none */
	unsigned calls;
	bool rest; /* the last write was short: this is its rest */
	bool compared;
	bool flush_late;      /* it comes after the next write */
	unsigned charge_late; /* its size; it comes after the comparison */
	off_t charge_offset;
	uint8_t charge[OTP_SLOTS_CHARGE_SIZE];
	uint8_t file[OTP_SLOTS_FILE_SIZE];
} record;

static struct powercut_op *ops;
static uint32_t ops_count, ops_capacity;
static struct powercut_table keys = POWERCUT_TABLE(sizeof(struct key));
static struct powercut_runs *all_runs;

struct powercut_login_count powercut_login_count;

/* --- in place of the C library and of the core --- */

ssize_t __real_pwrite64(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
enum otp_err __real_otp_verify(const struct otp_seed *seed,
    const struct otp_state *state, const struct otp_policy *policy,
    const struct otp_code *code, int64_t now, struct otp_match *ret_finding,
    struct otp_fault *fault);
enum otp_err __wrap_otp_verify(const struct otp_seed *seed,
    const struct otp_state *state, const struct otp_policy *policy,
    const struct otp_code *code, int64_t now, struct otp_match *ret_finding,
    struct otp_fault *fault);

static bool
is_state(int fd)
{
	struct stat status;

	return record.on && fstat(fd, &status) == 0 &&
	    status.st_ino == host.status.st_ino &&
	    status.st_dev == host.status.st_dev;
}

static struct powercut_op *
add_op(enum powercut_op_type type)
{
	if (ops_count == ops_capacity) {
		ops_capacity = ops_capacity ? 2 * ops_capacity : 1024;
		ops = powercut_grow(ops, ops_capacity, sizeof(*ops));
	}
	ops[ops_count] = (struct powercut_op){ .type = type };
	return &ops[ops_count++];
}

static ssize_t
write_recorded(int fd, const void *data, size_t size, off_t offset)
{
	const size_t at = (size_t)offset;
	ssize_t done = __real_pwrite64(fd, data, size, offset);
	struct powercut_op *op = add_op(POWERCUT_WRITE);

	if (done != (ssize_t)size ||
	    at + size > (size_t)POWERCUT_SECTORS * POWERCUT_SECTOR)
		abort();
	memcpy(record.file + at, data, size);
	op->first = (unsigned)(at / POWERCUT_SECTOR);
	op->count =
	    (unsigned)((at + size - 1) / POWERCUT_SECTOR) - op->first + 1;
	for (unsigned i = 0; i < op->count; i++)
		op->contents[i] = powercut_content(
		    record.file + (size_t)(op->first + i) * POWERCUT_SECTOR);
	return done;
}

/* Does the rule that is broken take this write away?  Some come later. */
static bool
is_left_out(const void *data, size_t size, off_t offset)
{
	const bool charge = offset >= OTP_SLOTS_CHARGE_OFFSET;

	if (powercut_broken == POWERCUT_BREAK_REWRITE)
		return !charge && memcmp(record.file + offset, data, size) == 0;
	if (!charge || record.compared)
		return false;
	if (powercut_broken == POWERCUT_BREAK_ORDER) {
		record.charge_late = (unsigned)size;
		record.charge_offset = offset;
		memcpy(record.charge, data, size);
	}
	return powercut_broken == POWERCUT_BREAK_CHARGE ||
	    powercut_broken == POWERCUT_BREAK_ORDER;
}

ssize_t
__wrap_pwrite64(int fd, const void *data, size_t size, off_t offset)
{
	if (!is_state(fd))
		return __real_pwrite64(fd, data, size, offset);
	if (is_left_out(data, size, offset))
		return (ssize_t)size;
	if (record.rest) { /* of a short write, which is no call to count */
		record.rest = false;
		if (record.calls == record.fault_at) {
			errno = ENOSPC;
			return -1;
		}
		return write_recorded(fd, data, size, offset);
	}
	record.rest = ++record.calls == record.fault_at || record.split;
	if (record.rest || !record.flush_late)
		return write_recorded(
		    fd, data, record.rest ? size / 2 : size, offset);
	(void)write_recorded(fd, data, size, offset);
	(void)add_op(POWERCUT_FLUSH);
	record.flush_late = false;
	return (ssize_t)size;
}

ssize_t
__wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	return __wrap_pwrite64(fd, data, size, offset);
}

int
__wrap_fdatasync(int fd)
{
	bool fails;

	if (!is_state(fd))
		return __real_fdatasync(fd);
	record.flush_late = powercut_broken == POWERCUT_BREAK_NOTE;
	if (powercut_broken == POWERCUT_BREAK_FLUSH || record.flush_late)
		return 0;
	fails = ++record.calls == record.fault_at;
	(void)add_op(fails ? POWERCUT_FAILED_FLUSH : POWERCUT_FLUSH);
	errno = EIO;
	return fails && powercut_broken != POWERCUT_BREAK_ERROR ? -1 : 0;
}

enum otp_err
__wrap_otp_verify(const struct otp_seed *seed, const struct otp_state *state,
    const struct otp_policy *policy, const struct otp_code *code, int64_t now,
    struct otp_match *ret_finding, struct otp_fault *fault)
{
	if (record.on)
		(void)add_op(POWERCUT_COMPARE);
	record.compared = true;
	if (record.charge_late)
		(void)write_recorded(host.fd, record.charge, record.charge_late,
		    record.charge_offset);
	return __real_otp_verify(
	    seed, state, policy, code, now, ret_finding, fault);
}

/* --- the host --- */

static enum otp_err
fake_time(void *context, int64_t *ret_now)
{
	(void)context;
	*ret_now = host.now;
	return OTP_OK;
}

static enum otp_err
fake_random(void *context, void *bytes, size_t size)
{
	(void)context;
	memset(bytes, 0x5a, size);
	return OTP_OK;
}

static const struct otp_sys fake_sys = {
	.time = fake_time,
	.random = fake_random,
};

static void
must(bool done)
{
	if (!done)
		abort();
}

/* The step or counter of code INDEX. */
static uint64_t
moving(int64_t index)
{
	uint64_t first = host.token.kind == OTP_TOTP
	    ? (uint64_t)POWERCUT_START / PERIOD
	    : HOTP_START;

	return first + (uint64_t)index;
}

/* All codes, and one that is none of them nor of those before. */
static void
make_codes(void)
{
	struct otp_oath *oath = NULL;
	uint32_t value[CODES_PAST + POWERCUT_CODES], wrong = 0;

	must(otp_oath_new(host.token.hash, host.token.secret,
		 host.token.secret_size, &oath) == OTP_OK);
	for (int i = 0; i < CODES_PAST + POWERCUT_CODES; i++)
		must(otp_oath_value(
			 oath, moving(i - CODES_PAST), 6, &value[i]) == OTP_OK);
	otp_oath_free(oath);
	for (int i = 0; i < CODES_PAST + POWERCUT_CODES; i++) {
		if (i >= CODES_PAST)
			(void)snprintf(host.codes[i - CODES_PAST],
			    sizeof(host.codes[0]), "%06u",
			    (unsigned)(value[i] % 1000000));
		for (int j = 0; j < i; j++)
			must(value[i] != value[j]);
	}
	for (int i = 0; i < CODES_PAST + POWERCUT_CODES; i++) {
		if (value[i] == wrong) {
			wrong++;
			i = -1;
		}
	}
	(void)snprintf(host.wrong, sizeof(host.wrong), "%06u",
	    (unsigned)(wrong % 1000000));
}

static uint64_t
value_after(int64_t index)
{
	uint64_t next = moving(index) + 1;

	return host.token.kind == OTP_TOTP ? next * PERIOD : next;
}

/* As after an enrolment, in which code 0 confirmed. */
static void
make_state(uint32_t failures, struct otp_state *state)
{
	struct otp_credential *ours;

	memset(state, 0, sizeof(*state));
	state->enrolled = true;
	state->uid = (uint32_t)getuid();
	state->tally.failures = host.by_other ? POWERCUT_ASIDE : failures;
	state->others.failures = host.by_other ? failures : POWERCUT_ASIDE;
	state->tally.month_failures = state->tally.failures;
	state->others.month_failures = state->others.failures;
	state->tally.month_since = state->others.month_since = POWERCUT_START;
	for (unsigned i = 0; i < CREDENTIALS; i++) {
		state->credentials[i].kind = OTP_RECOVERY;
		memset(state->credentials[i].id, (int)i + 1, OTP_ID_SIZE);
	}
	ours = &state->credentials[CREDENTIALS];
	ours->kind = host.token.kind;
	memcpy(ours->id, host.id, OTP_ID_SIZE);
	ours->value = value_after(0);
	state->credentials_count = CREDENTIALS + 1;
}

static void
make_store(uint32_t failures)
{
	struct otp_seed seed = { .tokens_count = 1 };
	struct otp_store *store = NULL;
	struct otp_state state;
	bool made = false;

	(void)snprintf(
	    host.folder, sizeof(host.folder), "/tmp/powercut.XXXXXX");
	must(mkdtemp(host.folder) != NULL);
	(void)snprintf(host.state_path, sizeof(host.state_path),
	    "%s/state/" ACCOUNT, host.folder);
	make_state(failures, &state);
	seed.tokens[0] = host.token;
	must(otp_store_init((struct otp_place){ .folder = host.folder }, &made,
		 NULL) == OTP_OK);
	must(otp_store_open((struct otp_place){ .folder = host.folder },
		 ACCOUNT, &store, NULL) == OTP_OK);
	must(otp_store_create(store, &state, NULL) == OTP_OK);
	must(otp_store_put_seed(store, &seed, NULL) == OTP_OK);
	otp_store_close(store);
}

void
powercut_login_begin(enum otp_kind kind, const struct otp_policy *policy,
    uint32_t failures, bool by_other, struct powercut_disk *ret_disk)
{
	memset(&host, 0, sizeof(host));
	memset(&record, 0, sizeof(record));
	host.policy = *policy;
	host.by_other = by_other;
	host.token = (struct otp_token){
		.kind = kind,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = kind == OTP_TOTP ? PERIOD : 0,
		.secret_size = 20,
		.secret = "a secret of 20 bytes",
		.label = "host:alice",
	};
	must(otp_token_id(&host.token, host.id) == OTP_OK);
	make_codes();
	make_store(failures);
	host.fd = open(host.state_path, O_RDWR | O_CLOEXEC);
	must(host.fd >= 0 && fstat(host.fd, &host.status) == 0);
	must(pread(host.fd, record.file, sizeof(record.file), 0) ==
	    (ssize_t)sizeof(record.file));
	powercut_disk_begin(ret_disk, record.file);
}

static void
remove_below(const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/%s", host.folder, name);
	must(remove(path) == 0);
}

void
powercut_login_end(void)
{
	char entry[24];

	(void)close(host.fd);
	(void)snprintf(entry, sizeof(entry), "uid/%u", (unsigned)getuid());
	remove_below(entry);
	remove_below("uid");
	remove_below("seed/" ACCOUNT);
	remove_below("state/" ACCOUNT);
	remove_below("seed");
	remove_below("state");
	remove_below(".store");
	remove_below("");
	for (uint32_t i = 0; i < keys.count; i++)
		free(all_runs[i].list);
	free(all_runs);
	free(ops);
	all_runs = NULL;
	ops = NULL;
	ops_count = ops_capacity = 0;
	powercut_table_clear(&keys);
	powercut_disk_end();
}

int64_t
powercut_code_time(unsigned index)
{
	if (host.token.kind == OTP_HOTP)
		return POWERCUT_START;
	return POWERCUT_START + (int64_t)index * PERIOD;
}

unsigned
powercut_code_at(int64_t now)
{
	return (unsigned)((now - POWERCUT_START) / PERIOD);
}

uint64_t
powercut_spent(const struct otp_state *state)
{
	const struct otp_credential *ours =
	    otp_state_find(state, host.token.kind, host.id);
	uint64_t value = ours ? ours->value : 0;

	if (host.token.kind == OTP_TOTP)
		value /= PERIOD;
	return value > moving(0) ? value - moving(0) : 0;
}

uint64_t
powercut_accepted(const struct otp_state *state)
{
	uint64_t codes = 0;

	for (unsigned i = 0; i < OTP_STATE_ACCEPTED; i++) {
		const struct otp_accepted *one = &state->accepted[i];

		if (one->kind == host.token.kind && one->moving >= moving(0) &&
		    memcmp(one->id, host.id, OTP_ID_SIZE) == 0)
			codes |= UINT64_C(1) << (one->moving - moving(0));
	}
	return codes;
}

/* --- logins --- */

static struct powercut_run
log_in(const struct powercut_disk *disk, const char *typed, unsigned fault,
    bool split)
{
	const struct otp_host login_host = {
		.sys = &fake_sys,
		.store = { .folder = host.folder },
		.policy = &host.policy,
	};
	struct otp_request request = {
		.account = ACCOUNT,
		.uid = (uint32_t)getuid(),
		.service = "login",
		.by_other = host.by_other,
	};
	struct powercut_run run = { .fault = fault, .first_op = ops_count };
	struct otp_answer answer;

	powercut_disk_read(disk, record.file);
	must(__real_pwrite64(host.fd, record.file, sizeof(record.file), 0) ==
	    (ssize_t)sizeof(record.file));
	record.calls = 0;
	record.rest = record.compared = record.flush_late = false;
	record.charge_late = 0;
	record.fault_at = fault;
	record.split = split;
	record.on = true;
	run.err = otp_attempt_try(&login_host, &request, typed, &answer, NULL);
	record.on = false;
	run.verdict = answer.verdict;
	run.ops = ops_count - run.first_op;
	powercut_login_count.logins++;
	powercut_login_count.faults += fault ? 1 : 0;
	return run;
}

static void
add_run(struct powercut_runs *runs, struct powercut_run run)
{
	runs->list =
	    powercut_grow(runs->list, runs->count + 1, sizeof(*runs->list));
	runs->list[runs->count++] = run;
}

const struct powercut_runs *
powercut_login(const struct powercut_disk *disk, int64_t now, int index)
{
	struct key key = { .index = index, .now = now };
	const char *typed = index < 0 ? host.wrong : host.codes[index];
	struct powercut_runs runs = { 0 };
	unsigned calls;
	bool is_new = false;
	uint32_t number;

	must(index < POWERCUT_CODES);
	memcpy(key.cache, disk->cache, sizeof(key.cache));
	number = powercut_table_put(&keys, &key, &is_new);
	if (!is_new)
		return &all_runs[number];
	host.now = now;
	add_run(&runs, log_in(disk, typed, 0, true));
	calls = record.calls;
	for (unsigned fault = 1; fault <= calls; fault++)
		add_run(&runs, log_in(disk, typed, fault, false));
	all_runs =
	    powercut_grow(all_runs, (size_t)number + 1, sizeof(*all_runs));
	all_runs[number] = runs;
	return &all_runs[number];
}

const struct powercut_op *
powercut_login_op(const struct powercut_run *run, unsigned number)
{
	must(number < run->ops);
	return &ops[run->first_op + number];
}
