/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of an account (life_fuzz.c): users who are not asked. */
#include "config.h"

#include "tests/fuzz/life.h"

#include "common/effects/known.h"
#include "common/effects/look.h"
#include "tests/lib/account.h"

/* Who logs in from here on. */
void
step_who(void)
{
	static const int64_t times[] = { 3600, 28800, 1209600 };
	const unsigned choice = fuzz_byte(&life.input);

	life.who = (struct model_who){
		.device = choice % (LIFE_DEVICES + 1),
		.remember_for = times[choice / 16 % COUNT(times)],
	};
	if (choice >= 0x80) {
		const unsigned more = fuzz_byte(&life.input);

		life.who.host = more % LIFE_HOSTS;
		life.who.gives_code = more / 4 % 2 == 1;
		life.who.is_caller = more / 8 % 2 == 1;
		life.who.fresh_for = more / 16 % 2 == 1 ? 300 : 0;
		life.who.tell = more / 32 % 2 == 1;
	}
}

/* Before anything is asked. */
void
step_known(void)
{
	const struct otp_request request =
	    life_request(fuzz_below(&life.input, LIFE_OCCASIONS));
	struct otp_look look;
	const struct otp_answer *answer = &look.known;
	enum otp_standing due = OTP_STANDING_USUAL;
	int64_t left = 0;
	bool fresh = false;

	if (life.seen.has_state && life.model.suspended)
		due = OTP_STANDING_SUSPENDED;
	else if (life.seen.has_state && model_is_exempt(&life.model, life.now))
		due = OTP_STANDING_EXEMPT;
	FUZZ_MUST(
	    otp_look_at(&life.host, &request, false, &look, NULL) == OTP_OK);
	FUZZ_MUST(look.standing == due);
	FUZZ_MUST(look.exemption.until ==
	    (due == OTP_STANDING_EXEMPT ? life.model.exempt_until : 0));
	if (due == OTP_STANDING_USUAL && life.seen.has_state &&
	    life.seen.has_seed && life.seen.state.enrolled) {
		left = model_is_known(&life.model, &life.who, life.now);
		fresh = model_is_fresh(&life.model, &life.who, life.now);
	}
	FUZZ_MUST(answer->verdict ==
	    (left > 0 || fresh ? OTP_VERDICT_ACCEPT : OTP_VERDICT_REJECT));
	FUZZ_MUST(answer->device_left == left);
	FUZZ_MUST(answer->fresh == (fresh && left == 0));
}

/* One device, or all of them. */
void
step_forget(void)
{
	const unsigned device = fuzz_below(&life.input, LIFE_DEVICES + 1);
	const bool there = life.seen.has_seed && life.seen.has_state;
	const unsigned known = life.model.known.count;
	struct model after = life.model;
	uint8_t id[OTP_DEVICE_ID_SIZE];
	unsigned count = 0, due = 0;
	bool told, changes;
	enum otp_err err;

	life_device(device, id);
	due = model_forget(&after, device, life.now);
	changes = due > 0;
	if (device == 0) {
		due = after.known.count;
		changes = known > 0 || after.own.time != 0;
		after.known = (struct model_known){ 0 };
	}
	after.own = (struct model_own){ 0 };
	life_arm();
	err = otp_known_forget(ACCOUNT_OF(&life.host, life.subject),
	    device == 0 ? NULL : id, &count);
	told = life_was_told(err);
	if (!life.hit)
		FUZZ_MUST(
		    (err == OTP_OK) == (there && (changes || device == 0)));
	if (told)
		FUZZ_MUST(count == due);
	life_settle(told, changes ? &after : &life.model, NULL);
	if (told && changes)
		life_flushed();
}

/* An exemption with an end, in which nothing is asked; 0 ends one. */
void
step_exempt(void)
{
	static const int64_t times[] = { 0, 60, 3600, 86400 };
	const int64_t seconds = times[fuzz_below(&life.input, COUNT(times))];
	const struct otp_exemption exemption = {
		.until = seconds != 0 ? life.now + seconds : 0,
	};
	struct model after = life.model;
	bool told, changed = false;
	enum otp_err err;

	after.exempt_until = exemption.until;
	life_arm();
	err = otp_standing_exempt(
	    ACCOUNT_OF(&life.host, life.subject), &exemption, &changed);
	told = life_was_told(err);
	FUZZ_MUST(err == OTP_OK || life.hit || !life.seen.has_state ||
	    (seconds != 0 && life.now < MODEL_RELEASE));
	if (told)
		FUZZ_MUST(
		    changed == (after.exempt_until != life.model.exempt_until));
	life_settle(told, &after, NULL);
	if (told && changed) /* else a charge may be lost */
		life_flushed();
}

/* So many REPLAYS were told: of root's callers first. */
static void
count_told(uint32_t of[2], uint32_t replays)
{
	const uint32_t first = replays < of[0] ? replays : of[0];

	if (replays - first > of[1])
		return;
	of[0] -= first;
	of[1] -= replays - first;
}

/* Users were told the news of their last login, unless another came between. */
void
step_told(void)
{
	const struct otp_request request = life_request(0);
	const struct otp_answer *answer = &life.news;
	const bool due = (answer->unreported > 0 || answer->replays > 0) &&
	    life.seen.has_state &&
	    life.seen.state.generation == answer->generation;
	struct model after = life.model;
	bool noted, told;

	after.news.wrong = 0;
	count_told(after.news.replays, answer->replays);
	life_arm();
	life.clock_fails = false;
	noted = otp_attempt_told(&life.host, &request, answer);
	told = life_was_told(noted ? OTP_OK : OTP_ERR_WRITE);
	FUZZ_MUST(due || !noted);
	if (!life.hit)
		FUZZ_MUST(noted == due);
	life.noted = life.noted || due;
	life_settle(told, due ? &after : &life.model, NULL);
}
