/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/powercut_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/store/powercut_disk.h"
#include "tests/store/powercut_login.h"
#include "tests/store/powercut_oracle.h"
#include "tests/store/powercut_table.h"

#define LOSS_TIME 30 /* seconds that a power cut takes, with the reboot */

enum event_type {
	EVENT_RIGHT, /* a right code that was never shown before */
	EVENT_AGAIN, /* the right code typed last */
	EVENT_WRONG,
	EVENT_CUT,
	EVENT_DROPS,
};

/* A point of the search: equal ones have equal futures. */
struct point {
	struct powercut_disk disk;
	struct powercut_oracle oracle;
};

/* How a point was first reached. */
struct event {
	uint32_t from; /* point; itself for the first */
	enum event_type type;
	unsigned fault;
	unsigned ops; /* done of all */
	unsigned all_ops;
	bool answered;
};

/* What comes after a point; counted only where nothing further is tried. */
struct steps {
	size_t first;
	size_t count;
};

static struct {
	enum otp_kind kind;
	struct otp_policy policy;
	bool by_other;
	unsigned events_max; /* to be tried in a row */
	unsigned level;	     /* that have been, this one too */
	struct powercut_table points;
	struct event *events;
	struct steps *steps;
	uint32_t *next; /* points, as `steps` says */
	size_t next_count, next_capacity;
	struct powercut_table images; /* and what is seen of them: */
	struct powercut_seen *seen;
	struct event event; /* just now */
	struct powercut_oracle oracle;
	uint64_t cuts;
	const char *violation;
	bool quiet;
} search;

static struct powercut_seen
see(const struct powercut_disk *disk)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];
	struct powercut_seen seen = { 0 };
	struct otp_state state;
	struct otp_slots slots;
	bool is_new = false;
	uint32_t number =
	    powercut_table_put(&search.images, disk->cache, &is_new);

	if (!is_new)
		return search.seen[number];
	powercut_disk_read(disk, file);
	seen.readable = otp_slots_read(file, &state, &slots) == OTP_OK;
	if (seen.readable) {
		const struct otp_tally *tally =
		    search.by_other ? &state.others : &state.tally;

		seen.failures = tally->failures;
		seen.wait_until = tally->wait_until;
		seen.aside = search.by_other ? state.tally.failures
					     : state.others.failures;
		seen.spent = powercut_spent(&state);
		seen.accepted = powercut_accepted(&state);
	}
	search.seen = powercut_grow(
	    search.seen, (size_t)number + 1, sizeof(*search.seen));
	search.seen[number] = seen;
	return seen;
}

/* --- what was found --- */

static void
tell_event(const struct event *event)
{
	static const char *const names[] = { "a right code",
		"the last right code again", "a wrong code", "power cut",
		"clean pages dropped" };

	printf("#   %s", names[event->type]);
	if (event->type < EVENT_CUT && event->fault)
		printf(", call %u fails", event->fault);
	if (event->type < EVENT_CUT && event->answered)
		printf(", answered after %u operations", event->all_ops);
	else if (event->type < EVENT_CUT)
		printf(", killed after %u of %u operations", event->ops,
		    event->all_ops);
	printf("\n");
}

static void
tell_way(uint32_t point)
{
	const struct event *event = &search.events[point];

	if (event->from == point)
		return;
	tell_way(event->from);
	tell_event(event);
}

static void
violated(const char *rule)
{
	if (!rule || search.violation)
		return;
	search.violation = rule;
	if (search.quiet)
		return;
	printf("# powercut: %s, after:\n", rule);
	tell_way(search.event.from);
	tell_event(&search.event);
	(void)fflush(stdout);
}

/* --- the search --- */

static void
add_next(uint32_t point)
{
	if (search.next_count == search.next_capacity) {
		search.next_capacity =
		    search.next_capacity ? 2 * search.next_capacity : 4096;
		search.next = powercut_grow(
		    search.next, search.next_capacity, sizeof(*search.next));
	}
	search.next[search.next_count++] = point;
}

static uint32_t
add_point(const struct powercut_disk *disk,
    const struct powercut_oracle *oracle, const struct event *event)
{
	struct point point = { *disk, *oracle };
	bool is_new = false;
	uint32_t number = powercut_table_put(&search.points, &point, &is_new);

	if (!is_new)
		return number;
	search.events = powercut_grow(
	    search.events, (size_t)number + 1, sizeof(*search.events));
	search.steps = powercut_grow(
	    search.steps, (size_t)number + 1, sizeof(*search.steps));
	search.events[number] = *event;
	search.steps[number] = (struct steps){ 0 };
	return number;
}

/* DISK is what an event left: judge it, and go on from it later. */
static void
arrive(const struct powercut_disk *disk)
{
	const struct powercut_seen seen = see(disk);

	violated(powercut_judge_file(&search.policy, &search.oracle, &seen));
	search.steps[search.event.from].count++;
	if (search.level < search.events_max && !search.violation)
		add_next(add_point(disk, &search.oracle, &search.event));
}

static void
arrive_lost(void *context, const struct powercut_disk *disk)
{
	(void)context;
	if (search.event.type == EVENT_CUT)
		search.cuts++;
	arrive(disk);
}

/* What may be lost at POINT, in the time in which anything can be lost. */
static void
lose(const struct point *point)
{
	if (powercut_disk_sure(&point->disk))
		return;
	search.oracle = point->oracle;
	search.oracle.now += LOSS_TIME;
	search.event.type = EVENT_CUT;
	powercut_disk_lose(&point->disk, POWERCUT_CUT, arrive_lost, NULL);
	search.event.type = EVENT_DROPS;
	powercut_disk_lose(&point->disk, POWERCUT_DROPS, arrive_lost, NULL);
}

static void
do_op(struct powercut_disk *disk, const struct powercut_op *op)
{
	if (op->type == POWERCUT_WRITE)
		for (unsigned i = 0; i < op->count; i++)
			powercut_disk_write(
			    disk, op->first + i, op->contents[i]);
	else if (op->type != POWERCUT_COMPARE)
		powercut_disk_flush(disk, op->type == POWERCUT_FLUSH);
}

/*
 * RUN on DISK, and its death after each operation, unless another run has had
 * that death: all runs are the same up to their fault.
 */
static void
follow(struct powercut_disk disk, const struct powercut_oracle *oracle,
    struct powercut_try try, const struct powercut_run *run)
{
	struct powercut_seen seen = try.before;
	unsigned calls = 0;

	search.oracle = *oracle;
	search.event.fault = run->fault;
	search.event.all_ops = run->ops;
	search.event.answered = false;
	for (unsigned i = 0; i < run->ops; i++) {
		const struct powercut_op *op = powercut_login_op(run, i);

		do_op(&disk, op);
		seen = see(&disk);
		powercut_note(&try, &search.oracle, op, &seen);
		calls += op->type != POWERCUT_COMPARE ? 1 : 0;
		if (calls < run->fault)
			continue;
		search.event.ops = i + 1;
		violated(powercut_judge_death(&try, &search.oracle, &seen));
		arrive(&disk);
	}
	search.event.answered = true;
	violated(powercut_judge_answer(&try, &search.oracle, run, &seen));
	arrive(&disk);
}

/* While ORACLE's time is within a wait or a lock, no code is looked at. */
static void
try_in_vain(const struct point *point, enum otp_verdict due)
{
	const struct powercut_runs *runs = powercut_login(
	    &point->disk, point->oracle.now, (int)point->oracle.next);

	search.event.type = EVENT_RIGHT;
	search.event.all_ops = runs->list[0].ops;
	search.event.answered = true;
	if (runs->list[0].err != OTP_OK || runs->list[0].verdict != due ||
	    runs->list[0].ops != 0)
		violated("a code was looked at in a wait or a lock");
}

/* Type a code at POINT, on which no wait is. */
static void
log_in(const struct point *point, enum event_type type)
{
	struct powercut_oracle oracle = point->oracle;
	struct powercut_try try = {
		.policy = search.policy,
		.kind = search.kind,
		.index = -1,
		.before = see(&point->disk),
		.spent_before = oracle.flushed_spent,
	};
	struct powercut_runs runs;

	if (type == EVENT_AGAIN)
		try.index = (int)oracle.last;
	if (type == EVENT_RIGHT) {
		try.index = (int)oracle.next;
		if (search.kind == OTP_TOTP &&
		    powercut_code_at(oracle.now) > oracle.next)
			try.index = (int)powercut_code_at(oracle.now);
		if (powercut_code_time((unsigned)try.index) > oracle.now)
			oracle.now = powercut_code_time((unsigned)try.index);
	}
	search.event.type = type;
	runs = *powercut_login(&point->disk, oracle.now, try.index);
	for (uint32_t i = 0; i < runs.count; i++)
		follow(point->disk, &oracle, try, &runs.list[i]);
}

static void
expand(uint32_t number)
{
	struct powercut_seen seen;
	struct point point;

	memcpy(
	    &point, powercut_table_get(&search.points, number), sizeof(point));
	seen = see(&point.disk);
	search.event = (struct event){ .from = number };
	search.steps[number].first = search.next_count;
	lose(&point);
	if (seen.failures >= search.policy.lock_after) {
		try_in_vain(&point, OTP_VERDICT_LOCKED);
		return;
	}
	if (seen.wait_until > point.oracle.now) {
		try_in_vain(&point, OTP_VERDICT_WAITING);
		point.oracle.now = seen.wait_until;
	}
	log_in(&point, EVENT_RIGHT);
	log_in(&point, EVENT_AGAIN);
	log_in(&point, EVENT_WRONG);
}

/* How many sequences of all events there are from the first point on. */
static uint64_t
count_sequences(void)
{
	const uint32_t points = search.points.count;
	uint64_t *now = powercut_grow(NULL, points, sizeof(*now));
	uint64_t *after = powercut_grow(NULL, points, sizeof(*after));
	uint64_t count;

	for (uint32_t i = 0; i < points; i++)
		now[i] = search.steps[i].count;
	for (unsigned left = 1; left < search.events_max; left++) {
		memcpy(after, now, points * sizeof(*now));
		for (uint32_t i = 0; i < points; i++) {
			const struct steps *steps = &search.steps[i];

			now[i] = 0;
			if (steps->first + steps->count > search.next_count)
				continue; /* only counted */
			for (size_t j = 0; j < steps->count; j++)
				now[i] += after[search.next[steps->first + j]];
		}
	}
	count = now[0];
	free(now);
	free(after);
	return count;
}

static void
tell(const char *name)
{
	printf("# ran: powercut %s: %" PRIu64 " sequences of %u events, "
	       "%" PRIu64 " power cuts, %u distinct images, %u points, "
	       "%" PRIu64 " logins run (%" PRIu64 " with a fault), "
	       "%" PRIu64 " torn slots; %s\n",
	    name, search.violation ? 0 : count_sequences(), search.events_max,
	    search.cuts, search.images.count, search.points.count,
	    powercut_login_count.logins, powercut_login_count.faults,
	    powercut_disk_count.torn,
	    search.violation ? search.violation : "all rules held");
	(void)fflush(stdout);
}

static void
begin_search(const struct powercut_from *from, unsigned events,
    struct powercut_disk *disk)
{
	const struct powercut_oracle oracle = {
		.now = POWERCUT_START,
		.answered_failures = from->failures,
		.flushed_spent = 1,
		.next = 1,
	};

	memset(&powercut_login_count, 0, sizeof(powercut_login_count));
	memset(&powercut_disk_count, 0, sizeof(powercut_disk_count));
	search.kind = from->kind;
	search.policy = from->policy;
	search.by_other = from->by_other;
	search.events_max = events;
	search.points.size = sizeof(struct point);
	search.images.size = sizeof(disk->cache);
	powercut_login_begin(
	    from->kind, &from->policy, from->failures, from->by_other, disk);
	(void)add_point(disk, &oracle, &(struct event){ 0 });
}

static void
end_search(void)
{
	powercut_table_clear(&search.points);
	powercut_table_clear(&search.images);
	free(search.events);
	free(search.steps);
	free(search.next);
	free(search.seen);
	memset(&search, 0, sizeof(search));
	powercut_login_end();
}

struct powercut_found
powercut_search(const struct powercut_from *from, unsigned events, bool quiet)
{
	struct powercut_found found;
	struct powercut_disk disk;
	uint32_t first = 0, end;

	begin_search(from, events, &disk);
	search.quiet = quiet;
	while (search.level < events && !search.violation) {
		search.level++;
		end = search.points.count;
		for (; first < end && !search.violation; first++)
			expand(first);
		if (powercut_disk_count.misread > 0)
			violated("a torn slot was read");
	}
	if (!quiet)
		tell(from->name);
	found = (struct powercut_found){
		.rule = search.violation,
		.events = search.level,
	};
	end_search();
	return found;
}
