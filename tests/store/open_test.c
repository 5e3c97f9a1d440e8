/* SPDX-License-Identifier: BSD-2-Clause */
/* What is a store, what its files are called, who is in it. */
#include "config.h"

#include "tests/store/ground.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/file_system.h"
#include "tests/store/calls.h"

/* Neither a login nor a look takes ALICE for not enrolled. */
static void
assert_no_answer(struct ground *ground, enum otp_err expected)
{
	enum otp_enrolled ask;

	assert_int_equal(ground_try(ground, "alice", "123456"), expected);
	assert_int_equal(ground->answer.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(ground_look(ground, "alice", &ask), expected);
	assert_int_equal(ask, OTP_ENROLLED_UNKNOWN);
}

static void
open__needs_the_marker(void **state)
{
	struct ground *ground = *state;
	char marker[GROUND_PATH_SIZE], other[GROUND_PATH_SIZE];
	enum otp_enrolled ask;

	assert_int_equal(ground_look(ground, "alice", &ask), OTP_OK);
	assert_int_equal(ask, OTP_ENROLLED_NO);
	ground_path(ground, marker, "store/.store");
	ground_path(ground, other, "other");
	assert_int_equal(rename(marker, other), 0);
	assert_no_answer(ground, OTP_ERR_NO_STORE);
	assert_int_equal(symlink(other, marker), 0);
	assert_no_answer(ground, OTP_ERR_LINK);
	assert_int_equal(unlink(marker), 0);
	assert_int_equal(mkdir(marker, 0700), 0);
	assert_no_answer(ground, OTP_ERR_MODE);
	assert_int_equal(rmdir(marker), 0);
	sample_write(marker, "pam_otp store 2\n", 16, 0600);
	assert_no_answer(ground, OTP_ERR_STORE_VERSION);
	sample_write(marker, "pam_otp store 1\n\n", 17, 0600);
	assert_no_answer(ground, OTP_ERR_STORE_VERSION);
	sample_write(marker, "", 0, 0600);
	assert_no_answer(ground, OTP_ERR_STORE_VERSION);
	sample_write(marker, "pam_otp store 1\n", 16, 0644);
	assert_no_answer(ground, OTP_ERR_MODE);
	sample_write(marker, "pam_otp store 1\n", 16, 0600);
	assert_int_equal(ground_look(ground, "alice", &ask), OTP_OK);
	assert_int_equal(ask, OTP_ENROLLED_NO);
}

static void
open__needs_all_its_folders(void **state)
{
	static const char *const folders[] = { "store/seed", "store/state",
		"store" };
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE], other[GROUND_PATH_SIZE];

	ground_path(ground, other, "other");
	for (size_t i = 0; i < COUNT(folders); i++) {
		ground_path(ground, path, "%s", folders[i]);
		assert_int_equal(rename(path, other), 0);
		assert_no_answer(ground, OTP_ERR_NO_STORE);
		assert_int_equal(symlink(other, path), 0);
		assert_no_answer(ground, OTP_ERR_LINK);
		assert_int_equal(unlink(path), 0);
		assert_int_equal(rename(other, path), 0);
	}
}

static void
open__says_not_enrolled_only_of_who_has_neither_file(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store;
	struct otp_state loaded;
	char path[GROUND_PATH_SIZE];
	enum otp_enrolled ask;

	ground_enrol_alice(ground);
	assert_int_equal(ground_look(ground, "alice", &ask), OTP_OK);
	assert_int_equal(ask, OTP_ENROLLED_YES);
	/* a state that says enrolled, and no seed */
	ground_path(ground, path, "store/seed/alice");
	assert_int_equal(unlink(path), 0);
	assert_no_answer(ground, OTP_ERR_READ);
	assert_int_equal(
	    otp_store_open((struct otp_place){ .folder = ground->store },
		"alice", &store, NULL),
	    OTP_OK);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	loaded.enrolled = false;
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
	assert_int_equal(ground_look(ground, "alice", &ask), OTP_OK);
	assert_int_equal(ask, OTP_ENROLLED_NO);
	ground_expect(ground, "alice", "123456", OTP_VERDICT_UNENROLLED);
	/* a seed, and no state */
	sample_write(path, "# mine\n", 7, 0600);
	ground_path(ground, path, "store/state/alice");
	assert_int_equal(unlink(path), 0);
	assert_no_answer(ground, OTP_ERR_NO_STATE);
}

static const char *const names[] = { "alice", "ALICE", "..", ".", ".new",
	".alice.new", "alice.new", "a/b", "a%2Fb", "a%2fb", "../seed/alice",
	"/", "//", "///////////", "%", "%2E", "%2e", "%%", " ", "alice ",
	"a\nb", "a\tb", "\x01", "\x7f", "\xc3\xa4", "\xff", "-", "--help",
	"alice@example.org", "DOM\\alice", "DOM/alice", "$(id)", "*", "?",
	"a'b", "a\"b", "_", ".store", "seed", "state", "x.", "x..", "...",
	"alice%", "alice%00", "a:b", "a,b", "a;b", "a=b", "a+b", "~", "~root" };

struct seen {
	unsigned count;
	unsigned times[COUNT(names) + 2];
	unsigned unknown;
};

static enum otp_err
see(void *context, const char *account)
{
	struct seen *seen = context;
	bool known = false;

	seen->count++;
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], account) == 0) {
			seen->times[i]++;
			known = true;
		}
	seen->unknown += known ? 0 : 1;
	return OTP_OK;
}

static unsigned
count_files(const struct ground *ground, const char *folder)
{
	char path[GROUND_PATH_SIZE];
	const struct dirent *entry;
	unsigned count = 0;
	DIR *open = opendir(ground_path(ground, path, "%s", folder));

	assert_non_null(open);
	while ((entry = readdir(open)) != NULL)
		count++;
	assert_int_equal(closedir(open), 0);
	return count - 2; /* "." and ".." */
}

static void
open__escapes_every_name(void **state)
{
	struct ground *ground = *state;
	struct seen seen = { 0 };

	/* Were two of them one file, the second would exist already. */
	for (unsigned i = 0; i < COUNT(names); i++) {
		struct otp_token token = sample_totp(i + 1);

		ground_enrol(ground, names[i], &token);
	}
	assert_int_equal(count_files(ground, "store/seed"), COUNT(names));
	assert_int_equal(count_files(ground, "store/state"), COUNT(names));
	assert_int_equal(count_files(ground, "store/uid"), COUNT(names));
	assert_int_equal(count_files(ground, "store"), 4);
	assert_int_equal(count_files(ground, "."), 1);
	for (unsigned i = 0; i < COUNT(names); i++) {
		struct otp_token token = sample_totp(i + 1);
		char code[SAMPLE_CODE_SIZE];

		ground_expect(ground, names[i],
		    ground_code(ground, &token, code), OTP_VERDICT_ACCEPT);
	}
	assert_int_equal(
	    otp_store_each((struct otp_place){ .folder = ground->store }, see,
		&seen, NULL),
	    OTP_OK);
	assert_int_equal(seen.count, COUNT(names));
	assert_int_equal(seen.unknown, 0);
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(seen.times[i], 1);
}

static void
open__writes_a_name_as_the_manual_says(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char path[GROUND_PATH_SIZE];

	ground_enrol(ground, ".a/b c%\xc3\xa4@x_Y-9.z", &token);
	ground_path(
	    ground, path, "store/seed/%%2Ea%%2Fb%%20c%%25%%C3%%A4@x_Y-9.z");
	assert_int_equal(access(path, F_OK), 0);
}

static enum otp_err
open_name(const struct ground *ground, const char *name)
{
	struct otp_store *store = NULL;
	enum otp_err err = otp_store_open(
	    (struct otp_place){ .folder = ground->store }, name, &store, NULL);

	otp_store_close(store);
	return err;
}

static void
open__refuses_names_that_no_file_can_have(void **state)
{
	struct ground *ground = *state;
	char name[300];

	calls_start();
	assert_int_equal(open_name(ground, ""), OTP_ERR_NAME);
	memset(name, '/', sizeof(name));
	name[255] = '\0';
	assert_int_equal(open_name(ground, name), OTP_ERR_NAME);
	name[84] = '\0'; /* three bytes each */
	assert_int_equal(open_name(ground, name), OTP_ERR_NAME);
	memset(name, 'a', sizeof(name));
	name[251] = '\0';
	assert_int_equal(open_name(ground, name), OTP_ERR_NAME);
	/* before anything is opened */
	assert_int_equal(calls.count[CALL_OPENAT], 0);
	calls_stop();
}

static void
open__takes_the_longest_names(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char name[251];

	memset(name, 'a', 250);
	name[250] = '\0';
	ground_enrol(ground, name, &token);
	memset(name, '/', 83);
	name[83] = '\0';
	ground_enrol(ground, name, &token);
	assert_int_equal(count_files(ground, "store/state"), 2);
}

static void
each__skips_what_is_no_account(void **state)
{
	static const char *const files[] = { ".alice.new", "%2e", "a%41", "%",
		"%2", "%zz", "a b", "%00", "x%2Fy%" };
	struct ground *ground = *state;
	struct seen seen = { 0 };
	char path[GROUND_PATH_SIZE];

	for (size_t i = 0; i < COUNT(files); i++) {
		ground_path(ground, path, "store/seed/%s", files[i]);
		sample_write(path, "", 0, 0600);
		ground_path(ground, path, "store/state/%s", files[i]);
		sample_write(path, "", 0, 0600);
	}
	ground_enrol_alice(ground);
	assert_int_equal(
	    otp_store_each((struct otp_place){ .folder = ground->store }, see,
		&seen, NULL),
	    OTP_OK);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.times[0], 1);
}

static void
each__names_who_has_one_of_the_two_files(void **state)
{
	struct ground *ground = *state;
	struct seen seen = { 0 };
	char path[GROUND_PATH_SIZE];

	ground_enrol_alice(ground);
	ground_path(ground, path, "store/seed/ALICE");
	sample_write(path, "", 0, 0600);
	ground_path(ground, path, "store/state/%%2E.");
	sample_write(path, "", 0, 0600);
	assert_int_equal(
	    otp_store_each((struct otp_place){ .folder = ground->store }, see,
		&seen, NULL),
	    OTP_OK);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.unknown, 0);
}

static enum otp_err
stop(void *context, const char *account)
{
	(void)account;
	++*(unsigned *)context;
	return OTP_ERR_FULL;
}

static void
each__stops_when_told_and_leaves_nothing_open(void **state)
{
	struct ground *ground = *state;
	unsigned visits = 0, descriptors;
	struct otp_token token = sample_totp(2);

	ground_enrol_alice(ground);
	ground_enrol(ground, "bob", &token);
	descriptors = sample_descriptors();
	assert_int_equal(
	    otp_store_each((struct otp_place){ .folder = ground->store }, stop,
		&visits, NULL),
	    OTP_ERR_FULL);
	assert_int_equal(visits, 1);
	assert_int_equal(sample_descriptors(), descriptors);
}

/* ext2 to ext4, XFS, btrfs, ZFS, F2FS, bcachefs, NILFS, JFS, overlayfs, tmpfs and
 * ramfs: the page's list. */
static const unsigned long local[] = { 0xef53, 0x58465342, 0x9123683e,
	0x2fc12fc1, 0xf2f52010, 0xca451a4e, 0x3434, 0x3153464a, 0x794c7630,
	0x01021994, 0x858458f6 };

/* Of networks, clusters and hypervisors; and what nobody has ever heard of. */
static const unsigned long foreign[] = { 0x6969, 0x517b, 0xff534d42, 0xfe534d42,
	0x01021997, 0x5346414f, 0x6b414653, 0x73757245, 0x00c36400, 0x65735546,
	0x01161970, 0x7461636f, 0x0bd00bd0, 0x47504653, 0x19830326, 0x20030528,
	0x786f4256, 0xbacbacbc, 0x4d44, 0x9fa0, 0x12345678, 1 };

static bool
is_among(const unsigned long *magics, size_t count, unsigned long magic)
{
	for (size_t i = 0; i < count; i++)
		if (magics[i] == magic)
			return true;
	return false;
}

static void
file_system__has_an_allow_list(void **state)
{
	char name[OTP_FAULT_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(local); i++) {
		assert_true(otp_file_system_is_local(local[i]));
		otp_file_system_name(local[i], name);
		assert_true(name[0] != '0');
	}
	for (size_t i = 0; i < COUNT(foreign); i++)
		assert_false(otp_file_system_is_local(foreign[i]));
	/* not one more, as far as two bytes go, or a bit that is wrong */
	for (unsigned long magic = 0; magic < 0x10000; magic++)
		assert_int_equal(otp_file_system_is_local(magic),
		    is_among(local, COUNT(local), magic));
	for (size_t i = 0; i < COUNT(local); i++)
		for (unsigned bit = 0; bit < 32; bit++)
			assert_false(
			    otp_file_system_is_local(local[i] ^ 1UL << bit));
	otp_file_system_name(0x65735546, name);
	assert_string_equal(name, "fuse");
	otp_file_system_name(0xef53, name);
	assert_string_equal(name, "ext4");
	otp_file_system_name(0xffffffff, name);
	assert_string_equal(name, "0xffffffff");
}

static void
assert_refused_at(struct ground *ground, const char *code, const char *where)
{
	calls_start();
	assert_no_answer(ground, OTP_ERR_FILESYSTEM);
	calls_start();
	assert_int_equal(ground_try(ground, "alice", code), OTP_ERR_FILESYSTEM);
	calls_stop();
	assert_string_equal(ground->fault.where, where);
	assert_int_equal(ground->fault.detail, OTP_DETAIL_FILE_SYSTEM);
}

static void
open__refuses_what_is_not_known_to_be_local(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE], states[GROUND_PATH_SIZE];

	ground_enrol(ground, "alice", &token);
	ground_code(ground, &token, code);
	for (size_t i = 0; i < COUNT(foreign); i++) {
		calls.file_system = (uint32_t)foreign[i];
		assert_refused_at(ground, code, ground->store);
	}
	assert_string_equal(ground->fault.name, "0x1");
	/* the states alone, which may be a mount of their own */
	ground_path(ground, states, "store/state");
	calls.file_system_from = 2;
	assert_refused_at(ground, code, states);
	calls.file_system_from = 0;
	for (size_t i = 0; i < COUNT(local); i++) {
		calls.file_system = (uint32_t)local[i];
		calls_start();
		ground_expect(ground, "alice",
		    ground_code(ground, &token, code), OTP_VERDICT_ACCEPT);
		calls_stop();
		ground->now += 30;
	}
	/* an administrator knows better */
	ground->host.store.is_local = true;
	for (size_t i = 0; i < COUNT(foreign); i++) {
		calls.file_system = (uint32_t)foreign[i];
		calls_start();
		ground_expect(ground, "alice",
		    ground_code(ground, &token, code), OTP_VERDICT_ACCEPT);
		calls_stop();
		ground->now += 30;
	}
}

static void
open__needs_to_know_the_file_system(void **state)
{
	struct ground *ground = *state;

	ground_enrol_alice(ground);
	for (unsigned call = 1; call <= 2; call++) {
		calls_plan(CALL_FSTATFS, call, CALL_FAILS, EIO);
		assert_int_equal(
		    ground_try(ground, "alice", "000000"), OTP_ERR_READ);
		calls_stop();
	}
}

static void
init__refuses_a_file_system_first(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE], seeds[GROUND_PATH_SIZE];
	struct otp_fault fault = { 0 };
	bool made = false;

	calls.file_system = 0x65735546;
	ground_path(ground, path, "elsewhere");
	calls_start();
	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = path }, &made, &fault),
	    OTP_ERR_FILESYSTEM);
	calls_stop();
	assert_string_equal(fault.where, path);
	assert_string_equal(fault.name, "fuse");
	assert_int_equal(access(path, F_OK), -1);
	/* a folder that is a mount, in one that is fine */
	assert_int_equal(mkdir(path, 0700), 0);
	calls_start();
	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = path }, &made, &fault),
	    OTP_ERR_FILESYSTEM);
	calls_stop();
	assert_string_equal(fault.where, path);
	assert_int_equal(rmdir(path), 0);
	/* the states alone */
	assert_int_equal(mkdir(path, 0700), 0);
	calls.file_system_from = 2;
	calls_start();
	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = path }, &made, NULL),
	    OTP_ERR_FILESYSTEM);
	calls_stop();
	calls.file_system_from = 0;
	ground_path(ground, seeds, "elsewhere/seed");
	assert_int_equal(access(seeds, F_OK), -1);
	made = false;
	calls_start();
	assert_int_equal(otp_store_init((struct otp_place){ .folder = path,
					    .is_local = true },
			     &made, NULL),
	    OTP_OK);
	calls_stop();
	assert_true(made);
}

static mode_t
mode_of(const struct ground *ground, const char *name)
{
	char path[GROUND_PATH_SIZE];
	struct stat status;

	assert_int_equal(
	    lstat(ground_path(ground, path, "%s", name), &status), 0);
	return status.st_mode;
}

static void
init__does_not_heed_the_umask(void **state)
{
	static const mode_t masks[] = { 0, 0777, 0022, 0077 };
	struct ground *ground = *state;

	for (size_t i = 0; i < COUNT(masks); i++) {
		char path[GROUND_PATH_SIZE], name[64];
		bool made = false;
		mode_t old;

		ground_path(ground, path, "new%zu", i);
		old = umask(masks[i]);
		assert_int_equal(
		    otp_store_init(
			(struct otp_place){ .folder = path }, &made, NULL),
		    OTP_OK);
		assert_int_equal(umask(old), masks[i]);
		assert_true(made);
		(void)snprintf(name, sizeof(name), "new%zu", i);
		assert_int_equal(mode_of(ground, name), S_IFDIR | 0700);
		(void)snprintf(name, sizeof(name), "new%zu/seed", i);
		assert_int_equal(mode_of(ground, name), S_IFDIR | 0700);
		(void)snprintf(name, sizeof(name), "new%zu/state", i);
		assert_int_equal(mode_of(ground, name), S_IFDIR | 0700);
		(void)snprintf(name, sizeof(name), "new%zu/.store", i);
		assert_int_equal(mode_of(ground, name), S_IFREG | 0600);
	}
}

static void
init__changes_nothing_the_second_time(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct ground_bytes before, after;
	char code[SAMPLE_CODE_SIZE], path[GROUND_PATH_SIZE];
	bool made = true;

	ground_enrol(ground, "alice", &token);
	before = ground_state_bytes(ground, "alice");
	calls_start();
	assert_int_equal(
	    otp_store_init(
		(struct otp_place){ .folder = ground->store }, &made, NULL),
	    OTP_OK);
	assert_false(made);
	assert_int_equal(calls.count[CALL_PWRITE], 0);
	assert_int_equal(calls.count[CALL_FSYNC], 0);
	calls_stop();
	after = ground_state_bytes(ground, "alice");
	assert_true(ground_same(&before, &after));
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
	/* What is missing is made; what is there stays. */
	assert_int_equal(unlink(ground_path(ground, path, "store/.store")), 0);
	assert_int_equal(
	    otp_store_init(
		(struct otp_place){ .folder = ground->store }, &made, NULL),
	    OTP_OK);
	assert_true(made);
	ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
}

static void
init__refuses_what_it_cannot_trust(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE], other[GROUND_PATH_SIZE];
	bool made = false;

	assert_int_equal(
	    otp_store_init(
		(struct otp_place){ .folder = "relative" }, &made, NULL),
	    OTP_ERR_NO_STORE);
	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = "/" }, &made, NULL),
	    OTP_ERR_NAME);
	ground_path(ground, path, "no/such");
	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = path }, &made, NULL),
	    OTP_ERR_ABSENT);
	ground_path(ground, path, "open");
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = path }, &made, NULL),
	    OTP_ERR_MODE);
	ground_path(ground, path, "open/store");
	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = path }, &made, NULL),
	    OTP_ERR_MODE);
	ground_path(ground, path, "link");
	ground_path(ground, other, "store");
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = path }, &made, NULL),
	    OTP_ERR_LINK);
	ground_path(ground, path, "store/.store");
	sample_write(path, "something else\n", 15, 0600);
	assert_int_equal(
	    otp_store_init(
		(struct otp_place){ .folder = ground->store }, &made, NULL),
	    OTP_ERR_STORE_VERSION);
	assert_false(made);
}

static void
init__that_failed_anywhere_goes_on_the_next_time(void **state)
{
	static const int errnums[] = { EIO, ENOSPC, EMFILE };
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE];
	unsigned number = 0, failures = 0;
	bool made = false;

	for (size_t i = 0; i < COUNT(errnums); i++) {
		for (unsigned at = 1;; at++) {
			unsigned descriptors = sample_descriptors();
			struct ground_bytes marker;
			enum otp_err err;

			ground_path(ground, path, "new%u", number++);
			calls_plan(CALL_ANY, at, CALL_FAILS, errnums[i]);
			err = otp_store_init(
			    (struct otp_place){ .folder = path }, &made, NULL);
			calls_stop();
			assert_int_equal(sample_descriptors(), descriptors);
			if (calls.hit == CALL_ANY) {
				assert_int_equal(err, OTP_OK);
				break;
			}
			failures += err != OTP_OK ? 1 : 0;
			assert_int_equal(
			    otp_store_init((struct otp_place){ .folder = path },
				&made, NULL),
			    OTP_OK);
			ground_path(ground, path, "new%u/.store", number - 1);
			marker = ground_read(path);
			assert_int_equal(marker.size, 16);
			ground_path(
			    ground, path, "new%u/..store.new", number - 1);
			assert_int_equal(access(path, F_OK), -1);
		}
	}
	assert_in_range(failures, 30, 1000);
}

/* What is told to be btrfs here is not, and refuses the flag. */
static void
init__on_btrfs_needs_the_no_copy_flag(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE];
	struct otp_fault fault = { 0 };
	bool made = false;
	enum otp_err err;

	ground_path(ground, path, "elsewhere");
	calls.file_system = BTRFS_SUPER_MAGIC;
	calls.file_system_from = 0;
	calls_start();
	err =
	    otp_store_init((struct otp_place){ .folder = path }, &made, &fault);
	calls_stop();
	calls.file_system = 0;
	assert_true(err == OTP_ERR_READ || err == OTP_ERR_WRITE);
	assert_false(made);
	assert_int_not_equal(fault.errnum, 0);
	assert_int_equal(
	    otp_store_init((struct otp_place){ .folder = path }, &made, &fault),
	    OTP_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(open__needs_the_marker),
		GROUND_TEST(open__needs_all_its_folders),
		GROUND_TEST(
		    open__says_not_enrolled_only_of_who_has_neither_file),
		GROUND_TEST(open__escapes_every_name),
		GROUND_TEST(open__writes_a_name_as_the_manual_says),
		GROUND_TEST(open__refuses_names_that_no_file_can_have),
		GROUND_TEST(open__takes_the_longest_names),
		GROUND_TEST(each__skips_what_is_no_account),
		GROUND_TEST(each__names_who_has_one_of_the_two_files),
		GROUND_TEST(each__stops_when_told_and_leaves_nothing_open),
		GROUND_TEST(file_system__has_an_allow_list),
		GROUND_TEST(open__refuses_what_is_not_known_to_be_local),
		GROUND_TEST(open__needs_to_know_the_file_system),
		GROUND_TEST(init__refuses_a_file_system_first),
		GROUND_TEST(init__does_not_heed_the_umask),
		GROUND_TEST(init__changes_nothing_the_second_time),
		GROUND_TEST(init__refuses_what_it_cannot_trust),
		GROUND_TEST(init__that_failed_anywhere_goes_on_the_next_time),
		GROUND_TEST(init__on_btrfs_needs_the_no_copy_flag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
