/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of an account (life_fuzz.c): it gets another name, and back.  The
 * account has one of two names; what there is under the other one is kept
 * beside it (life.other).
 */
#include "config.h"

#include "tests/fuzz/life.h"

#include <fcntl.h>
#include <unistd.h>

#include "common/effects/enrol.h"
#include "tests/fuzz/ground.h"
#include "tests/lib/account.h"

/* --- Two names ---------------------------------------------------------- */

/* What was made under one name, the other has never had. */
static void
catch_up(struct model *to, const struct model *from)
{
	to->policy = from->policy;
	for (; to->tokens_count < from->tokens_count; to->tokens_count++)
		to->tokens[to->tokens_count] = (struct model_token){
			.token = from->tokens[to->tokens_count].token,
			.next = from->tokens[to->tokens_count].token.counter,
		};
	for (unsigned i = 0; i < from->codes_count; i++) {
		struct model_code *at = &to->codes[i];
		const struct model_code *other = &from->codes[i];

		if (i >= to->codes_count) {
			*at = (struct model_code){ .in_force = false };
			memcpy(at->text, other->text, sizeof(at->text));
		}
		if (at->made == 0)
			at->made = other->made;
		if (at->made != 0 && at->made <= to->recovery_made)
			at->known = at->used = true;
	}
	to->codes_count = from->codes_count;
	while (to->invitations_count < from->invitations_count) {
		const unsigned i = to->invitations_count++;

		to->invitations[i] = (struct model_code){ .in_force = false };
		memcpy(to->invitations[i].text, from->invitations[i].text,
		    sizeof(to->invitations[i].text));
	}
	while (to->addresses_count < from->addresses_count) {
		to->addresses[to->addresses_count] = (struct model_address){
			.address = from->addresses[to->addresses_count].address,
		};
		to->addresses_count++;
	}
}

void
life_swap(void)
{
	struct life_name now = {
		.model = life.model,
		.seen = life.seen,
		.by_hand = life.by_hand,
		.wavering = life.wavering,
		.told = life.told,
		.unsure = life.unsure,
		.noted = life.noted,
	};

	catch_up(&life.other.model, &now.model);
	memcpy(now.name, life.subject.account, sizeof(now.name));
	memcpy(life.subject.account, life.other.name, sizeof(now.name));
	life.model = life.other.model;
	life.seen = life.other.seen;
	life.by_hand = life.other.by_hand;
	life.wavering = life.other.wavering;
	life.told = life.other.told;
	life.unsure = life.other.unsure;
	life.noted = life.other.noted;
	life.other = now;
}

/* Nothing was changed there since. */
static void
turn(void)
{
	life_swap();
	life_hold_against(&life.model, 1);
}

/* --- The index of uids -------------------------------------------------- */

/* Whether the index has ACCOUNT for UID. */
static bool
is_entry(uint32_t uid, const char *account)
{
	const size_t length = strlen(account);
	char path[FUZZ_PATH_SIZE], line[64];
	ssize_t size = 0;
	int fd;

	fuzz_path(path, "store/uid/%u", (unsigned)uid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size = read(fd, line, sizeof(line));
	FUZZ_MUST(close(fd) == 0);
	return size == (ssize_t)length + 1 && line[length] == '\n' &&
	    memcmp(line, account, length) == 0;
}

bool
life_is_entered(uint32_t uid)
{
	return is_entry(uid, life.subject.account);
}

uint32_t
life_other_uid(void)
{
	return LIFE_UID + (life.subject.uid + 1 - LIFE_UID) % LIFE_UIDS;
}

bool
life_is_second(void)
{
	const struct life_name *other = &life.other;
	const bool left_over = other->seen.has_state &&
	    (other->model.uid != life.subject.uid ||
		(!other->seen.state.enrolled && !other->seen.has_seed));

	return is_entry(life.subject.uid, other->name) && !left_over;
}

/* --- Another name ------------------------------------------------------- */

/*
 * The former name's account has this uid: no second one gets a token, even one
 * that was begun before.
 */
static void
try_second(void)
{
	const struct otp_recovery_set set = { 0 };
	struct otp_enrolment begun = {
		.mode = OTP_ENROL_NEW,
		.token = { .kind = OTP_HOTP,
		    .hash = OTP_SHA1,
		    .digits = 6,
		    .secret = "another secret of it",
		    .secret_size = 20,
		    .label = "host:bob" },
		.value = 1,
		.confirmed = true,
	};
	struct otp_enrolment enrolment = { 0 };

	FUZZ_MUST(otp_enrol_begin(ACCOUNT_OF(&life.host, life.subject),
		      OTP_ENROL_NEW, &begun.token, &enrolment) == OTP_ERR_UID);
	FUZZ_MUST(otp_enrol_put(ACCOUNT_OF(&life.host, life.subject), &begun,
		      &set) == OTP_ERR_UID);
}

static bool
may_rename(bool force)
{
	return life.other.seen.has_seed && life.other.seen.has_state &&
	    !life.seen.has_file &&
	    (!life.seen.has_state || life.model.uid == life.subject.uid) &&
	    (force || life.other.model.uid == life.subject.uid);
}

/* The seed is under one of the names, and that one knows what is used. */
static void
settle_name(bool told, bool may, const struct model *after)
{
	struct model carried = *after;

	for (unsigned i = 0; i < carried.tokens_count; i++)
		carried.tokens[i].in_force = false;
	for (unsigned i = 0; i < carried.codes_count; i++)
		carried.codes[i].in_force = false;
	for (unsigned i = 0; i < carried.addresses_count; i++)
		carried.addresses[i].in_force = false;
	for (unsigned i = 0; i < carried.invitations_count; i++)
		carried.invitations[i].in_force = false;
	life.by_hand = life.by_hand || life.other.by_hand;
	life_settle(told, after, &carried);
	if (life.hit && may && life.seen.has_seed && life.other.seen.has_seed)
		life_hold_against(after, 1);
	if (told)
		FUZZ_MUST(life.seen.state.enrolled &&
		    life_is_entered(life.subject.uid));
	if (told || (life.hit && life.seen.has_seed)) {
		life_flushed();
	} else if (life.hit) {
		life.told = false;
		life.model.least[0].wait = life.model.least[1].wait = 0;
	}
	life.wavering = !told && (life.wavering || life.hit);
}

/* Of the former name nothing is left but the record. */
static void
settle_former(bool told)
{
	struct model left;

	life_swap();
	left = life.model;
	for (unsigned i = 0; i < left.tokens_count; i++)
		left.tokens[i].in_force = false;
	for (unsigned i = 0; i < left.codes_count; i++)
		left.codes[i].in_force = false;
	for (unsigned i = 0; i < left.addresses_count; i++)
		left.addresses[i].in_force = false;
	for (unsigned i = 0; i < left.invitations_count; i++)
		left.invitations[i].in_force = false;
	life_settle(told, &left, NULL);
	if (told)
		FUZZ_MUST(!life.seen.state.enrolled && !life.seen.has_seed &&
		    !life_is_entered(life.model.uid));
	life.wavering = !told && (life.wavering || life.hit);
	life_swap();
	FUZZ_MUST(!life.seen.has_seed || !life.other.seen.has_seed || !told);
}

/*
 * The account has another name, perhaps another uid as well, and what is under
 * its former one is moved.  Where that was stopped, it is done again.
 */
void
step_rename(void)
{
	const unsigned choice = fuzz_byte(&life.input);
	const uint32_t uid = life.subject.uid;
	const bool force = choice % 4 == 0;
	struct model after;
	bool may, told;
	enum otp_err err;

	if (!life.other.seen.has_seed && !life.seen.has_seed)
		return;
	if (!life.other.seen.has_seed)
		turn();
	if (choice / 4 % 4 == 0 && !life.seen.has_state)
		life.subject.uid = life_other_uid();
	may = may_rename(force);
	if (choice >= 0x80 && may && life.seen.has_state && life_is_second() &&
	    !life.other.by_hand) {
		try_second();
		life_hold_against(&life.model, 1);
	}
	catch_up(&life.other.model, &life.model);
	after = life.model;
	model_take_over(&after, &life.other.model, life.subject.uid);
	life_arm();
	err = otp_enrol_rename(
	    ACCOUNT_OF(&life.host, life.subject), life.other.name, force);
	told = life_was_told(err);
	if (!life.hit)
		FUZZ_MUST((err == OTP_OK) == may);
	settle_name(told, may, &after);
	settle_former(told);
	if (!told)
		life.subject.uid = life.seen.has_state ? life.model.uid : uid;
	if (!told && !may && !life.seen.has_seed) {
		turn(); /* it keeps its name, and the uid that it had with it */
		life.subject.uid = life.seen.has_state ? life.model.uid : uid;
	}
}
