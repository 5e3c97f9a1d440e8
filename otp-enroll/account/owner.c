/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/owner.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/core/frame.h"
#include "common/effects/letter.h"
#include "common/effects/outbox.h"
#include "common/effects/snapshot.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

#define OWNER_PAUSE 100000000 /* nanoseconds after a message of many */

static void owner_add(struct otp_owner_told *told, const struct otp_seed *seed);
static bool owner_has(const struct otp_owner_told *told, const char *uri);
static void owner_begin(const struct otp_tool *tool,
    const struct otp_subject *subject, struct otp_message *message);
static void owner_tell_one(
    const struct otp_tool *tool, struct otp_message *message, const char *uri);
static enum otp_err owner_send(const struct otp_tool *tool,
    struct otp_message *message, const char *uri, struct otp_fault *fault);
static void owner_say_untold(
    const struct otp_message *message, const char *why);
static void owner_wait(void);

struct otp_owner_told
otp_owner_note(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct otp_owner_told told = { 0 };
	struct otp_fault fault = { 0 };
	struct otp_snapshot snapshot;

	if (tool->by_daemon || (!tool->options.notify && !tool->args.notify))
		return told;
	if (tool->backend->snapshot(
		&tool->host, subject->account, &snapshot, &fault) == OTP_OK &&
	    snapshot.seed_err == OTP_OK)
		owner_add(&told, &snapshot.seed);
	otp_snapshot_wipe(&snapshot);
	return told;
}

static void
owner_add(struct otp_owner_told *told, const struct otp_seed *seed)
{
	for (unsigned i = 0; i < seed->addresses_count; i++)
		memcpy(told->uri[told->count++], seed->addresses[i].uri,
		    OTP_ADDRESS_SIZE);
}

void
otp_owner_tell(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_owner_told *before, const char *change)
{
	const struct otp_owner_told now = otp_owner_note(tool, subject);
	struct otp_owner_told told = *before;
	struct otp_message message;

	for (unsigned i = 0; i < now.count; i++)
		if (!owner_has(before, now.uri[i]))
			memcpy(told.uri[told.count++], now.uri[i],
			    OTP_ADDRESS_SIZE);
	if (told.count == 0 && tool->args.notify)
		otp_say(_("%s has no address, so no notice was sent."),
		    otp_escaped(subject->account).text);
	if (told.count == 0)
		return;
	owner_begin(tool, subject, &message);
	otp_letter_change(&message, change);
	for (unsigned i = 0; i < told.count; i++)
		owner_tell_one(tool, &message, told.uri[i]);
}

static bool
owner_has(const struct otp_owner_told *told, const char *uri)
{
	for (unsigned i = 0; i < told->count; i++)
		if (strcmp(told->uri[i], uri) == 0)
			return true;
	return false;
}

/* Without a clock, the message has the time 0. */
static void
owner_begin(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_message *message)
{
	int64_t time = 0;

	*message = (struct otp_message){ .kind = OTP_MESSAGE_NOTICE };
	(void)tool->host.sys->time(tool->host.sys->context, &time);
	otp_outbox_head(message, subject->account, time);
}

/* No more than otp-deliver delivers in an hour, without a word to us. */
static void
owner_tell_one(
    const struct otp_tool *tool, struct otp_message *message, const char *uri)
{
	static unsigned sent;
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (sent == OTP_FRAME_HOURLY) {
		memcpy(message->to.uri, uri, sizeof(message->to.uri));
		owner_say_untold(message,
		    _("this command has sent 100, as many as otp-deliver "
		      "accepts in an hour"));
		return;
	}
	sent++;
	err = owner_send(tool, message, uri, &fault);
	if (err != OTP_OK)
		owner_say_untold(message, otp_report_text(err, &fault).text);
	if (tool->args.notify)
		owner_wait();
}

/*
 * Each message is a process until a server took it, and a socket unit drops
 * those that it has no more processes for, without a word to us.
 */
static void
owner_wait(void)
{
	const struct timespec pause = { .tv_nsec = OWNER_PAUSE };

	(void)nanosleep(&pause, NULL);
}

static enum otp_err
owner_send(const struct otp_tool *tool, struct otp_message *message,
    const char *uri, struct otp_fault *fault)
{
	char frame[OTP_FRAME_MAX];
	size_t size = 0;
	enum otp_err err;

	memcpy(message->to.uri, uri, sizeof(message->to.uri));
	err = otp_frame_write(message, frame, &size);
	if (err == OTP_OK)
		err = otp_outbox_put(tool->options.sockets, frame, size, fault);
	return err;
}

static void
owner_say_untold(const struct otp_message *message, const char *why)
{
	char masked[OTP_ADDRESS_MASKED_SIZE];

	otp_address_mask(&message->to, masked);
	otp_complain(_("The account %s was changed, but the notice to %s could "
		       "not be sent: %s."),
	    message->user, masked, why);
}

bool
otp_owner_test(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_seed *seed)
{
	struct otp_message message;
	bool sent = true;

	owner_begin(tool, subject, &message);
	(void)snprintf(message.text, sizeof(message.text),
	    "This is a test for %s on %s, sent on %.10s at %.5s UTC.\n"
	    "\n"
	    "Codes and notices of this account come to this address.\n",
	    message.user, message.host, message.time,
	    message.time + sizeof("YYYY-MM-DD"));
	for (unsigned i = 0; i < seed->addresses_count; i++) {
		const char *uri = seed->addresses[i].uri;
		char masked[OTP_ADDRESS_MASKED_SIZE];
		struct otp_fault fault = { 0 };
		const enum otp_err err =
		    owner_send(tool, &message, uri, &fault);

		otp_address_mask(&message.to, masked);
		if (err == OTP_OK)
			otp_print_line(
			    _("A message is on its way to %s."), masked);
		else
			otp_complain(_("No message could be sent to %s: %s."),
			    masked, otp_report_text(err, &fault).text);
		sent = sent && err == OTP_OK;
	}
	return sent;
}
