/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/post.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "common/core/wipe.h"
#include "common/effects/letter.h"
#include "common/effects/outbox.h"
#include "common/effects/snapshot.h"
#include "common/store/path.h"

/* From one look at an account that is locked to the next. */
#define LOOK_AGAIN (OTP_POST_SECOND / 100)

/* It identifies this host, and is not told to others (machine-id(5)). */
#define HOST_KEY "/etc/machine-id"

/* One request for a code.  A secret: wiped at the end. */
struct sending {
	const struct otp_host *host;
	const char *sockets;
	const struct otp_request *request;
	struct otp_send_choice choice;
	int64_t begun; /* on the monotonic clock */
	struct otp_dispatch dispatch;
	struct otp_sent sent;
	char frame[OTP_FRAME_MAX];
	size_t size;
	struct otp_fault *fault;
};

static enum otp_err sending_run(struct sending *sending);
static enum otp_err sending_charge(struct sending *sending);
static bool sending_is_late(const struct sending *sending);
static void read_host_key(char *key, size_t size);
static enum otp_err notice_put(const char *sockets,
    const struct otp_request *request, const struct otp_answer *answer,
    unsigned number, struct otp_fault *fault);
static enum otp_err message_put(const char *sockets,
    const struct otp_message *message, struct otp_fault *fault);

enum otp_err
otp_post_code(const struct otp_host *host, const char *sockets,
    const struct otp_request *request, const char *typed,
    struct otp_sent *ret_sent, struct otp_fault *fault)
{
	struct sending sending = {
		.host = host,
		.sockets = sockets,
		.request = request,
		.choice = { .unasked = typed[0] == '\0' },
		.begun = otp_post_clock(),
		.fault = fault,
	};
	enum otp_err err = OTP_OK;

	if (!sending.choice.unasked && !otp_send_read(typed, &sending.choice))
		return OTP_ERR_PARSE;
	otp_post_tag(host->sys, request, sending.sent.tag);
	err = sending_run(&sending);
	if (err == OTP_OK)
		*ret_sent = sending.sent;
	otp_wipe(&sending, sizeof(sending));
	return err;
}

static enum otp_err
sending_run(struct sending *sending)
{
	struct otp_dispatch *dispatch = &sending->dispatch;
	struct otp_sent *sent = &sending->sent;
	enum otp_err err = sending_charge(sending);

	if (err != OTP_OK)
		return err;
	sent->delivery = dispatch->delivery;
	if (sent->delivery != OTP_DELIVERY_SENT)
		return OTP_OK;
	sent->delivery = OTP_DELIVERY_LIMIT;
	if (sending_is_late(sending))
		return OTP_OK;
	err = otp_letter_write(sending->request, dispatch, sent->tag,
	    sending->frame, &sending->size);
	if (err != OTP_OK)
		return err;
	sent->delivery = OTP_DELIVERY_NO_SOCKET;
	if (otp_outbox_put(sending->sockets, sending->frame, sending->size,
		sending->fault) == OTP_OK) {
		sent->delivery = OTP_DELIVERY_SENT;
		otp_address_method(&dispatch->to, sent->method);
	}
	return OTP_OK;
}

/* Another login may have the account locked for a moment. */
static enum otp_err
sending_charge(struct sending *sending)
{
	const struct timespec pause = { .tv_nsec = (long)LOOK_AGAIN };

	for (;;) {
		const enum otp_err err =
		    otp_deliver(sending->host, sending->request,
			&sending->choice, &sending->dispatch, sending->fault);

		if (err != OTP_ERR_LOCK_TIMEOUT || sending_is_late(sending))
			return err;
		(void)nanosleep(&pause, NULL);
	}
}

static bool
sending_is_late(const struct sending *sending)
{
	return otp_post_clock() - sending->begun >= OTP_POST_WITHIN;
}

int64_t
otp_post_clock(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * OTP_POST_SECOND + now.tv_nsec;
}

void
otp_post_tag(const struct otp_sys *sys, const struct otp_request *request,
    char ret_tag[OTP_TAG_SIZE])
{
	char key[64] = "";
	struct otp_tagged tagged = { .key = key,
		.account = request->account,
		.service = request->service,
		.host = request->host };

	read_host_key(key, sizeof(key));
	if (sys->time(sys->context, &tagged.now) != OTP_OK ||
	    otp_tag_make(&tagged, ret_tag) != OTP_OK)
		memcpy(ret_tag, "??", OTP_TAG_SIZE);
	otp_wipe(key, sizeof(key));
}

/* A host without one has tags that others can compute. */
static void
read_host_key(char *key, size_t size)
{
	size_t got = 0;
	int fd = otp_path_open_at(
	    AT_FDCWD, HOST_KEY, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0 &&
	    otp_path_read(fd, key, size - 1, 0, &got, NULL) == OTP_OK)
		key[got] = '\0';
	otp_path_close(&fd);
}

enum otp_err
otp_post_notice(const char *sockets, const struct otp_request *request,
    const struct otp_answer *answer, struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;

	for (unsigned i = 0; i < answer->told.to_count; i++) {
		struct otp_fault last = { 0 };
		const enum otp_err put =
		    notice_put(sockets, request, answer, i, &last);

		if (put == OTP_OK || err != OTP_OK)
			continue;
		err = put;
		*fault = last;
	}
	return err;
}

static enum otp_err
notice_put(const char *sockets, const struct otp_request *request,
    const struct otp_answer *answer, unsigned number, struct otp_fault *fault)
{
	char frame[OTP_FRAME_MAX];
	size_t size = 0;
	const enum otp_err err =
	    otp_letter_write_notice(request, answer, number, frame, &size);

	return err == OTP_OK ? otp_outbox_put(sockets, frame, size, fault)
			     : err;
}

enum otp_err
otp_post_proof(const char *sockets, const char *account,
    const struct otp_address_proof *proof, struct otp_sent *ret_sent,
    struct otp_fault *fault)
{
	struct otp_sent sent = { .delivery = OTP_DELIVERY_NO_SOCKET };
	char frame[OTP_FRAME_MAX];
	size_t size = 0;
	const enum otp_err err =
	    otp_letter_write_proof(account, proof, true, frame, &size);

	if (err == OTP_OK) {
		memcpy(sent.tag, proof->tag, sizeof(sent.tag));
		if (otp_outbox_put(sockets, frame, size, fault) == OTP_OK) {
			sent.delivery = OTP_DELIVERY_SENT;
			otp_address_method(&proof->address, sent.method);
		}
		*ret_sent = sent;
	}
	otp_wipe(frame, sizeof(frame));
	return err;
}

void
otp_post_note(
    const struct otp_host *host, const char *account, struct otp_told *ret_told)
{
	struct otp_snapshot snapshot;

	*ret_told = (struct otp_told){ .to_count = 0 };
	if (otp_snapshot_read(host, account, &snapshot, NULL) == OTP_OK &&
	    snapshot.seed_err == OTP_OK) {
		ret_told->to_count = snapshot.seed.addresses_count;
		for (unsigned i = 0; i < ret_told->to_count; i++)
			memcpy(ret_told->to[i], snapshot.seed.addresses[i].uri,
			    OTP_ADDRESS_SIZE);
	}
	otp_snapshot_wipe(&snapshot);
}

/* Without a clock, the message has the time 0. */
enum otp_err
otp_post_change(const struct otp_sys *sys, const char *sockets,
    const char *account, const struct otp_told *told, const char *change,
    struct otp_fault *fault)
{
	struct otp_message message = { .kind = OTP_MESSAGE_NOTICE };
	enum otp_err err = OTP_OK;
	int64_t time = 0;

	(void)sys->time(sys->context, &time);
	otp_outbox_head(&message, account, time);
	otp_letter_change(&message, change);
	for (unsigned i = 0; i < told->to_count; i++) {
		struct otp_fault last = { 0 };
		enum otp_err put;

		memcpy(message.to.uri, told->to[i], sizeof(message.to.uri));
		put = message_put(sockets, &message, &last);
		if (put == OTP_OK || err != OTP_OK)
			continue;
		err = put;
		*fault = last;
	}
	return err;
}

static enum otp_err
message_put(const char *sockets, const struct otp_message *message,
    struct otp_fault *fault)
{
	char frame[OTP_FRAME_MAX];
	size_t size = 0;
	const enum otp_err err = otp_frame_write(message, frame, &size);

	return err == OTP_OK ? otp_outbox_put(sockets, frame, size, fault)
			     : err;
}
