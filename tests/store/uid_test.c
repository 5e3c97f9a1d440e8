/* SPDX-License-Identifier: BSD-2-Clause */
/* The index of uids: who is enrolled, whatever the account is called now. */
#include "config.h"

#include "tests/store/ground.h"

#include <errno.h>
#include <stdio.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/account.h"
#include "tests/store/calls.h"

#define NEW_NAME "renamed" /* of alice */

/* What the entry of alice's uid has; "" = there is none. */
static const char *
entry(const struct ground *ground)
{
	static char text[300];
	char path[GROUND_PATH_SIZE];
	FILE *file =
	    fopen(ground_path(ground, path, "store/uid/%u", GROUND_UID), "r");
	size_t size = 0;

	if (file != NULL) {
		size = fread(text, 1, sizeof(text) - 1, file);
		(void)fclose(file);
	}
	text[size] = '\0';
	return text;
}

static void
put_entry(const struct ground *ground, const char *text, size_t size)
{
	char path[GROUND_PATH_SIZE];

	ground_path(ground, path, "store/uid/%u", GROUND_UID);
	sample_write(path, text, size, 0600);
}

static struct otp_subject
subject_of(const char *account)
{
	struct otp_subject subject = { .uid = GROUND_UID };

	(void)snprintf(subject.account, sizeof(subject.account), "%s", account);
	return subject;
}

static enum otp_err
enrol(struct ground *ground, const char *account)
{
	const struct otp_token token = sample_totp(7);
	const struct otp_enrolment enrolment =
	    ground_enrolment(OTP_ENROL_NEW, &token);
	const struct otp_subject subject = subject_of(account);
	struct otp_account changed = otp_account_of(&ground->host, &subject);
	struct otp_recovery_set set = { 0 };
	enum otp_err err = otp_enrol_put(&changed, &enrolment, &set);

	ground->fault = changed.fault;
	return err;
}

static enum otp_err
begin(struct ground *ground, const char *account, enum otp_enrol_mode mode)
{
	const struct otp_token token = sample_totp(7);
	const struct otp_subject subject = subject_of(account);
	struct otp_account changed = otp_account_of(&ground->host, &subject);
	struct otp_enrolment enrolment;
	enum otp_err err = otp_enrol_begin(&changed, mode, &token, &enrolment);

	ground->fault = changed.fault;
	return err;
}

static enum otp_err
remove_it(struct ground *ground, const char *account, bool purge)
{
	const struct otp_subject subject = subject_of(account);

	return otp_enrol_remove(ACCOUNT_OF(&ground->host, subject), purge);
}

/* Whether who has ACCOUNT and alice's uid is asked, under nullok. */
static enum otp_err
look(struct ground *ground, const char *account, enum otp_enrolled *ret_ask)
{
	struct otp_request request = { .uid = GROUND_UID };
	struct otp_look look = { .enrolled = OTP_ENROLLED_UNKNOWN };
	enum otp_err err;

	(void)snprintf(request.account, sizeof(request.account), "%s", account);
	memset(&ground->fault, 0, sizeof(ground->fault));
	err = otp_look_at(&ground->host, &request, true, &look, &ground->fault);
	*ret_ask = look.enrolled;
	return err;
}

static void
assert_refused(struct ground *ground, const char *account)
{
	char where[32];
	enum otp_enrolled ask;

	assert_int_equal(look(ground, account, &ask), OTP_ERR_UID);
	assert_int_equal(ask, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(ground->fault.detail, OTP_DETAIL_OTHER_NAME);
	(void)snprintf(where, sizeof(where), "uid/%u", GROUND_UID);
	assert_string_equal(ground->fault.where, where);
}

static void
assert_let_in(struct ground *ground, const char *account)
{
	enum otp_enrolled ask;

	assert_int_equal(look(ground, account, &ask), OTP_OK);
	assert_int_equal(ask, OTP_ENROLLED_NO);
}

/* --- */

static void
index__keeps_a_renamed_account_from_being_let_in(void **state)
{
	struct ground *ground = *state;

	assert_let_in(ground, NEW_NAME);
	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	assert_string_equal(entry(ground), "alice\n");
	assert_refused(ground, NEW_NAME);
	assert_string_equal(ground->fault.name, "alice");
	assert_int_equal(remove_it(ground, "alice", false), OTP_OK);
	assert_string_equal(entry(ground), "");
	assert_let_in(ground, NEW_NAME);
	assert_let_in(ground, "alice");
}

static void
index__follows_adopt_from(void **state)
{
	struct ground *ground = *state;
	const struct otp_subject subject = subject_of(NEW_NAME);

	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	assert_int_equal(otp_enrol_rename(ACCOUNT_OF(&ground->host, subject),
			     "alice", false),
	    OTP_OK);
	assert_string_equal(entry(ground), NEW_NAME "\n");
	assert_refused(ground, "alice");
	assert_string_equal(ground->fault.name, NEW_NAME);
	/* a purge of the former name leaves the new one's */
	assert_int_equal(remove_it(ground, "alice", true), OTP_OK);
	assert_string_equal(entry(ground), NEW_NAME "\n");
}

/* With another uid, --force: the former one's entry goes. */
static void
index__follows_adopt_from_to_another_uid(void **state)
{
	struct ground *ground = *state;
	struct otp_subject subject = subject_of("bob");
	char path[GROUND_PATH_SIZE];

	subject.uid = GROUND_UID + 1;
	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	assert_int_equal(
	    otp_enrol_rename(ACCOUNT_OF(&ground->host, subject), "alice", true),
	    OTP_OK);
	assert_string_equal(entry(ground), "");
	assert_int_equal(
	    access(ground_path(ground, path, "store/uid/%u", GROUND_UID + 1),
		F_OK),
	    0);
}

/* 'adopt --force' where the account got another uid. */
static void
index__follows_a_uid_that_is_repaired(void **state)
{
	struct ground *ground = *state;
	struct otp_subject subject = subject_of("alice");
	struct otp_adoption adoption;
	struct otp_recovery_set set = { 0 };
	char path[GROUND_PATH_SIZE];

	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	subject.uid = GROUND_UID + 1;
	assert_int_equal(otp_enrol_adopt(ACCOUNT_OF(&ground->host, subject),
			     true, &set, &adoption),
	    OTP_OK);
	assert_string_equal(entry(ground), "");
	assert_int_equal(
	    access(ground_path(ground, path, "store/uid/%u", GROUND_UID + 1),
		F_OK),
	    0);
}

static void
index__refuses_a_second_account_of_the_uid(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE];

	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	assert_int_equal(begin(ground, "second", OTP_ENROL_NEW), OTP_ERR_UID);
	assert_string_equal(ground->fault.name, "alice");
	assert_int_equal(begin(ground, "second", OTP_ENROL_ADD), OTP_ERR_UID);
	assert_int_equal(
	    begin(ground, "second", OTP_ENROL_REPLACE), OTP_ERR_UID);
	assert_int_equal(enrol(ground, "second"), OTP_ERR_UID);
	assert_string_equal(ground->fault.name, "alice");
	assert_int_equal(ground->fault.detail, OTP_DETAIL_OTHER_NAME);
	assert_int_equal(
	    access(ground_path(ground, path, "store/seed/second"), F_OK), -1);
	assert_string_equal(entry(ground), "alice\n");
	/* who is enrolled is not hindered */
	assert_int_equal(begin(ground, "alice", OTP_ENROL_ADD), OTP_OK);
	assert_int_equal(begin(ground, "alice", OTP_ENROL_REPLACE), OTP_OK);
}

static enum otp_err
adopt(struct ground *ground, const char *account)
{
	const struct otp_subject subject = subject_of(account);
	struct otp_adoption adoption;
	struct otp_recovery_set set = { 0 };

	return otp_enrol_adopt(
	    ACCOUNT_OF(&ground->host, subject), false, &set, &adoption);
}

static void
index__keeps_what_another_account_has(void **state)
{
	struct ground *ground = *state;
	const struct otp_token token = sample_totp(9);
	struct otp_seed seed = sample_seed(&token);
	struct otp_state fresh = ground_fresh(&seed);
	struct otp_store *store;

	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	/* by adopting, too, and by a state that says so from the first */
	store = ground_open(ground, "second");
	fresh.enrolled = false;
	assert_int_equal(otp_store_create(store, &fresh, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(store, &seed, NULL), OTP_OK);
	otp_store_close(store);
	assert_int_equal(adopt(ground, "second"), OTP_ERR_UID);
	store = ground_open(ground, "third");
	fresh.enrolled = true;
	assert_int_equal(otp_store_create(store, &fresh, NULL), OTP_ERR_UID);
	assert_int_equal(otp_store_load(store, &fresh, NULL), OTP_ERR_ABSENT);
	otp_store_close(store);
	store = ground_open(ground, "second");
	fresh.enrolled = true;
	assert_int_equal(otp_store_rewrite(store, &fresh, NULL), OTP_ERR_UID);
	otp_store_close(store);
	assert_false(ground_state(ground, "second").enrolled);
	assert_string_equal(entry(ground), "alice\n");
	assert_int_equal(ground_left_over(ground, "state"), 0);
	/* its removal is not the other's */
	assert_int_equal(remove_it(ground, "second", true), OTP_OK);
	assert_string_equal(entry(ground), "alice\n");
}

/* What a process leaves that is killed before 'enrolled', or after it. */
static void
index__replaces_what_was_left_over(void **state)
{
	struct ground *ground = *state;
	const struct otp_token token = sample_totp(9);
	struct otp_seed seed = sample_seed(&token);
	struct otp_state fresh = ground_fresh(&seed);
	struct otp_store *store = ground_open(ground, "alice");

	fresh.enrolled = false;
	assert_int_equal(otp_store_create(store, &fresh, NULL), OTP_OK);
	assert_int_equal(otp_store_claim_uid(store, GROUND_UID, NULL), OTP_OK);
	otp_store_close(store);
	assert_string_equal(entry(ground), "alice\n");
	assert_let_in(ground, "alice");
	assert_let_in(ground, NEW_NAME);
	/* with a seed it is not left over */
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_load(store, &fresh, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(store, &seed, NULL), OTP_OK);
	otp_store_close(store);
	assert_refused(ground, NEW_NAME);
	assert_int_equal(begin(ground, NEW_NAME, OTP_ENROL_NEW), OTP_ERR_UID);
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_load(store, &fresh, NULL), OTP_OK);
	fresh.uid = GROUND_UID + 1; /* nor if it has another uid */
	assert_int_equal(
	    otp_store_put(store, &fresh, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
	assert_let_in(ground, NEW_NAME);
	assert_int_equal(enrol(ground, NEW_NAME), OTP_OK);
	assert_string_equal(entry(ground), NEW_NAME "\n");
}

/* Were it "not enrolled", whoever loses the files would be let in. */
static void
index__of_a_lost_state_is_an_error(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE];
	enum otp_enrolled ask;

	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	assert_int_equal(
	    unlink(ground_path(ground, path, "store/seed/alice")), 0);
	assert_int_equal(
	    unlink(ground_path(ground, path, "store/state/alice")), 0);
	assert_int_equal(look(ground, "alice", &ask), OTP_ERR_NO_STATE);
	assert_int_equal(ask, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(ground->fault.detail, OTP_DETAIL_STATE_GONE);
	assert_refused(ground, NEW_NAME);
	assert_int_equal(begin(ground, NEW_NAME, OTP_ENROL_NEW), OTP_ERR_UID);
	/* The account itself can be enrolled again, or purged. */
	assert_int_equal(begin(ground, "alice", OTP_ENROL_NEW), OTP_OK);
	assert_int_equal(remove_it(ground, "alice", false), OTP_ERR_ABSENT);
	assert_int_equal(remove_it(ground, "alice", true), OTP_OK);
	assert_string_equal(entry(ground), "");
	assert_let_in(ground, "alice");
	assert_let_in(ground, NEW_NAME);
	assert_int_equal(remove_it(ground, "alice", true), OTP_ERR_ABSENT);
}

static void
index__of_a_damaged_state_is_an_error(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE];

	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	assert_int_equal(
	    truncate(ground_path(ground, path, "store/state/alice"), 100), 0);
	assert_refused(ground, NEW_NAME);
	assert_int_equal(begin(ground, NEW_NAME, OTP_ENROL_NEW), OTP_ERR_UID);
	/* It does not say whose uid it was; a purge finds the entry. */
	assert_int_equal(remove_it(ground, "alice", true), OTP_OK);
	assert_string_equal(entry(ground), "");
}

static void
index__that_cannot_be_read_is_an_error(void **state)
{
	static const struct {
		const char *text;
		size_t size;
	} rows[] = { { "", 0 }, { "\n", 1 }, { "alice", 5 }, { "a/b\n", 4 },
		{ ".new\n", 5 }, { "alice\nbob\n", 10 }, { "al\0ice\n", 7 },
		{ "a%41\n", 5 }, { "alice\r\n", 7 } };
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE], long_name[300], where[32];
	enum otp_enrolled ask;

	(void)snprintf(where, sizeof(where), "uid/%u", GROUND_UID);
	for (size_t i = 0; i < COUNT(rows); i++) {
		put_entry(ground, rows[i].text, rows[i].size);
		assert_int_equal(look(ground, "alice", &ask), OTP_ERR_PARSE);
		assert_int_equal(ask, OTP_ENROLLED_UNKNOWN);
		assert_int_equal(ground->fault.detail, OTP_DETAIL_UID_ENTRY);
		assert_string_equal(ground->fault.where, where);
		assert_int_equal(enrol(ground, "alice"), OTP_ERR_PARSE);
	}
	memset(long_name, 'a', sizeof(long_name));
	long_name[250] = '\n';
	put_entry(ground, long_name, 251);
	assert_int_equal(look(ground, "alice", &ask), OTP_ERR_UID);
	long_name[250] = 'a';
	long_name[251] = '\n';
	put_entry(ground, long_name, 252);
	assert_int_equal(look(ground, "alice", &ask), OTP_ERR_PARSE);
	/* not a file of ours, or not a file */
	put_entry(ground, "alice\n", 6);
	ground_path(ground, path, "store/uid/%u", GROUND_UID);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(look(ground, "alice", &ask), OTP_ERR_MODE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("5002", path), 0);
	assert_int_equal(look(ground, "alice", &ask), OTP_ERR_LINK);
	assert_int_equal(unlink(path), 0);
	/* and without the folder nobody is known not to be enrolled */
	assert_let_in(ground, "alice");
	assert_int_equal(rmdir(ground_path(ground, path, "store/uid")), 0);
	assert_int_equal(look(ground, "alice", &ask), OTP_ERR_NO_STORE);
	assert_string_equal(ground->fault.where, "uid");
	assert_int_equal(enrol(ground, "alice"), OTP_ERR_NO_STORE);
}

static void
index__has_no_virtual_users(void **state)
{
	struct ground *ground = *state;
	struct otp_subject subject = subject_of("somebody");
	struct otp_store *store = ground_open(ground, "somebody");
	char path[GROUND_PATH_SIZE];
	bool ours = true;

	assert_int_equal(
	    otp_store_claim_uid(store, OTP_UID_VIRTUAL, NULL), OTP_OK);
	assert_int_equal(
	    otp_store_check_uid(store, OTP_UID_VIRTUAL, &ours, NULL), OTP_OK);
	assert_false(ours);
	assert_int_equal(
	    otp_store_claim_uid(store, GROUND_UID, NULL), OTP_ERR_CONFLICT);
	otp_store_close(store);
	subject.uid = OTP_UID_VIRTUAL;
	assert_int_equal(rmdir(ground_path(ground, path, "store/uid")), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	{
		const struct otp_token token = sample_totp(7);
		const struct otp_enrolment enrolment =
		    ground_enrolment(OTP_ENROL_NEW, &token);
		struct otp_recovery_set set = { 0 };

		assert_int_equal(
		    otp_enrol_put(
			ACCOUNT_OF(&ground->host, subject), &enrolment, &set),
		    OTP_OK);
	}
	assert_int_equal(rmdir(path), 0); /* it is empty */
}

static void
index__that_was_lost_is_made_again_by_adopt(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE];

	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	assert_int_equal(
	    unlink(ground_path(ground, path, "store/uid/%u", GROUND_UID)), 0);
	assert_let_in(ground, NEW_NAME); /* as ever, without an index */
	assert_int_equal(adopt(ground, "alice"), OTP_OK);
	assert_string_equal(entry(ground), "alice\n");
	assert_refused(ground, NEW_NAME);
}

/* --- order --- */

static struct ground *watched;
static char at_write[16]; /* the entry, when a record was written */
static unsigned flushes_at_write;

static void
note_entry(void *context)
{
	(void)context;
	if (at_write[0] == '\0') {
		(void)snprintf(
		    at_write, sizeof(at_write), "%s", entry(watched));
		flushes_at_write = calls.count[CALL_FSYNC];
	}
}

static void
index__is_on_the_disk_before_a_state_says_enrolled(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store = ground_open(ground, "alice");
	struct otp_state loaded = { .uid = GROUND_UID };

	watched = ground;
	assert_int_equal(otp_store_create(store, &loaded, NULL), OTP_OK);
	assert_string_equal(entry(ground), "");
	loaded.generation = 1;
	loaded.enrolled = true;
	at_write[0] = '\0';
	calls_start();
	calls.hook_on = CALL_FDATASYNC;
	calls.hook = note_entry;
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	calls_stop();
	calls.hook = NULL;
	otp_store_close(store);
	assert_string_equal(at_write, "alice\n");
	/* the entry, its folder, and those of state and seed */
	assert_int_equal(flushes_at_write, 4);
}

static bool seed_was_there;

static void
note_seed(void *context)
{
	char path[GROUND_PATH_SIZE];

	(void)context;
	if (access(ground_path(watched, path, "store/seed/alice"), F_OK) == 0)
		seed_was_there = entry(watched)[0] != '\0';
}

static void
index__is_removed_after_the_seed_by_its_own_account(void **state)
{
	struct ground *ground = *state;

	watched = ground;
	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	seed_was_there = false;
	calls_start();
	calls.hook_on = CALL_UNLINKAT;
	calls.hook = note_seed;
	assert_int_equal(remove_it(ground, "alice", false), OTP_OK);
	calls_stop();
	calls.hook = NULL;
	assert_true(seed_was_there); /* and the entry with it */
	assert_string_equal(entry(ground), "");
	/* another's is left */
	put_entry(ground, "bob\n", 4);
	assert_int_equal(remove_it(ground, "alice", true), OTP_OK);
	assert_string_equal(entry(ground), "bob\n");
}

/* The marker is what is locked; who waits for it does not wait for ever. */
static void
index__is_changed_by_one_process_at_a_time(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE];
	int fd;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	fd =
	    open(ground_path(ground, path, "store/.store"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	calls.virtual_time = true;
	calls_start();
	assert_int_equal(enrol(ground, "alice"), OTP_ERR_LOCK_TIMEOUT);
	calls_stop();
	calls.virtual_time = false;
	assert_string_equal(entry(ground), "");
	assert_let_in(ground, "alice"); /* looking needs no lock */
	(void)close(fd);
	assert_int_equal(enrol(ground, "alice"), OTP_OK);
}

/* --- all of them, and what is left over --- */

struct seen {
	unsigned count;
	char text[256];
};

static enum otp_err
see_uid(void *context, uint32_t uid, const char *account)
{
	struct seen *seen = context;
	size_t used = strlen(seen->text);

	seen->count++;
	(void)snprintf(seen->text + used, sizeof(seen->text) - used, "%u=%s ",
	    (unsigned)uid, account);
	return OTP_OK;
}

static void
each_uid__names_every_entry(void **state)
{
	static const char *const others[] = { "05001", "abc", ".5001.new", "-1",
		"4294967296" };
	struct ground *ground = *state;
	struct seen seen = { 0 };
	char path[GROUND_PATH_SIZE];

	for (size_t i = 0; i < COUNT(others); i++) {
		ground_path(ground, path, "store/uid/%s", others[i]);
		sample_write(path, "", 0, 0600);
	}
	assert_int_equal(enrol(ground, "a b"), OTP_OK);
	assert_int_equal(
	    otp_store_each_uid((struct otp_place){ .folder = ground->store },
		see_uid, &seen, NULL),
	    OTP_OK);
	assert_string_equal(seen.text, "5001=a b ");
	put_entry(ground, "?", 1);
	memset(&ground->fault, 0, sizeof(ground->fault));
	assert_int_equal(
	    otp_store_each_uid((struct otp_place){ .folder = ground->store },
		see_uid, &seen, &ground->fault),
	    OTP_ERR_PARSE);
	assert_string_equal(ground->fault.where, "uid/5001");
}

static enum otp_err
see_left(void *context, const char *path)
{
	struct seen *seen = context;
	size_t used = strlen(seen->text);

	seen->count++;
	(void)snprintf(
	    seen->text + used, sizeof(seen->text) - used, "%s ", path);
	return OTP_OK;
}

static unsigned
left(const struct ground *ground, struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	assert_int_equal(
	    otp_store_each_left((struct otp_place){ .folder = ground->store },
		see_left, seen, NULL),
	    OTP_OK);
	return seen->count;
}

static void
put_left(const struct ground *ground, const char *name)
{
	char path[GROUND_PATH_SIZE];

	ground_path(ground, path, "store/%s", name);
	sample_write(path, "otpauth://", 10, 0600);
}

static void
left_over_files__are_named_and_go_with_the_account(void **state)
{
	struct ground *ground = *state;
	const struct otp_subject subject = subject_of(NEW_NAME);
	struct seen seen;

	assert_int_equal(left(ground, &seen), 0);
	put_left(ground, "seed/.alice.new");
	put_left(ground, "state/.alice.new");
	put_left(ground, "uid/.5001.new");
	put_left(ground, "seed/.new"); /* names no account */
	put_left(ground, "seed/alice.new");
	put_left(ground, "seed/.alice.new2");
	assert_int_equal(left(ground, &seen), 3);
	assert_string_equal(
	    seen.text, "seed/.alice.new state/.alice.new uid/.5001.new ");
	/* without a seed or a state, too */
	assert_int_equal(remove_it(ground, "alice", false), OTP_ERR_ABSENT);
	assert_int_equal(remove_it(ground, "alice", true), OTP_OK);
	assert_int_equal(left(ground, &seen), 1);
	assert_int_equal(remove_it(ground, "alice", true), OTP_ERR_ABSENT);
	/* of whom is enrolled, with a purge or without */
	for (unsigned purge = 0; purge < 2; purge++) {
		assert_int_equal(enrol(ground, "alice"), OTP_OK);
		put_left(ground, "seed/.alice.new");
		assert_int_equal(
		    remove_it(ground, "alice", purge != 0), OTP_OK);
		assert_int_equal(left(ground, &seen), 0);
	}
	/* and under a former name */
	assert_int_equal(enrol(ground, "alice"), OTP_OK);
	put_left(ground, "seed/.alice.new");
	assert_int_equal(otp_enrol_rename(ACCOUNT_OF(&ground->host, subject),
			     "alice", false),
	    OTP_OK);
	assert_int_equal(left(ground, &seen), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(index__keeps_a_renamed_account_from_being_let_in),
		GROUND_TEST(index__follows_adopt_from),
		GROUND_TEST(index__follows_adopt_from_to_another_uid),
		GROUND_TEST(index__follows_a_uid_that_is_repaired),
		GROUND_TEST(index__refuses_a_second_account_of_the_uid),
		GROUND_TEST(index__keeps_what_another_account_has),
		GROUND_TEST(index__replaces_what_was_left_over),
		GROUND_TEST(index__of_a_lost_state_is_an_error),
		GROUND_TEST(index__of_a_damaged_state_is_an_error),
		GROUND_TEST(index__that_cannot_be_read_is_an_error),
		GROUND_TEST(index__has_no_virtual_users),
		GROUND_TEST(index__that_was_lost_is_made_again_by_adopt),
		GROUND_TEST(index__is_on_the_disk_before_a_state_says_enrolled),
		GROUND_TEST(
		    index__is_removed_after_the_seed_by_its_own_account),
		GROUND_TEST(index__is_changed_by_one_process_at_a_time),
		GROUND_TEST(each_uid__names_every_entry),
		GROUND_TEST(left_over_files__are_named_and_go_with_the_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
