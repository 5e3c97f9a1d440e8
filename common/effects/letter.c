/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/letter.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/core/calendar.h"
#include "common/core/logline.h"
#include "common/core/wipe.h"
#include "common/effects/outbox.h"

#define TIME_OF_DAY (sizeof("YYYY-MM-DDT") - 1) /* of a message's time */

#define YOU "Was it you? Then do nothing.\n"
#define NOT_YOU                                                           \
	"Not you? Someone may know your password or have your key: tell " \
	"your\n"                                                          \
	"administrator.\n"

/* " with sshd on web1 from 203.0.113.5,\non 2026-11-29 at 06:05 UTC" */
struct occasion {
	char text[3 * OTP_FRAME_VALUE_SIZE];
};

static void letter_head(const struct otp_request *request, int64_t time,
    struct otp_message *message);
static void letter_rhost(
    const char *host, char ret_rhost[OTP_FRAME_RHOST_SIZE]);
static void letter_text(
    const struct otp_dispatch *dispatch, struct otp_message *message);
static void notice_text(
    const struct otp_answer *answer, struct otp_message *message);
static void notice_add(struct otp_message *message, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void notice_add_use(struct otp_message *message,
    const struct otp_answer *answer, const struct occasion *occasion);
static void notice_begin_wrong(
    struct otp_message *message, const struct otp_answer *answer);
static void notice_add_count(
    struct otp_message *message, const struct otp_notice *notice);
static struct occasion occasion_of(const struct otp_message *message);
static void proof_text(const struct otp_address_proof *proof, bool own,
    struct otp_message *message);

enum otp_err
otp_letter_write(const struct otp_request *request,
    const struct otp_dispatch *dispatch, const char tag[OTP_TAG_SIZE],
    char ret_frame[OTP_FRAME_MAX], size_t *ret_size)
{
	struct otp_message message = { .kind = OTP_MESSAGE_CODE,
		.to = dispatch->to };
	enum otp_err err;

	letter_head(request, dispatch->time, &message);
	memcpy(message.tag, tag, sizeof(message.tag));
	letter_text(dispatch, &message);
	err = otp_frame_write(&message, ret_frame, ret_size);
	otp_wipe(&message, sizeof(message));
	return err;
}

enum otp_err
otp_letter_write_notice(const struct otp_request *request,
    const struct otp_answer *answer, unsigned number,
    char ret_frame[OTP_FRAME_MAX], size_t *ret_size)
{
	const struct otp_told *told = &answer->told;
	struct otp_message message = { .kind = OTP_MESSAGE_NOTICE };

	memcpy(message.to.uri, told->to[number], sizeof(message.to.uri));
	letter_head(request, told->notice.time, &message);
	notice_text(answer, &message);
	return otp_frame_write(&message, ret_frame, ret_size);
}

static void
letter_head(const struct otp_request *request, int64_t time,
    struct otp_message *message)
{
	otp_outbox_head(message, request->account, time);
	otp_logline_escape(
	    request->service, message->service, sizeof(message->service));
	letter_rhost(request->host, message->rhost);
}

/* A name can be whatever its owner wants to be read. */
static void
letter_rhost(const char *host, char ret_rhost[OTP_FRAME_RHOST_SIZE])
{
	unsigned char address[sizeof(struct in6_addr)];
	const int family =
	    inet_pton(AF_INET, host, address) == 1 ? AF_INET : AF_INET6;

	if (inet_pton(family, host, address) != 1 ||
	    inet_ntop(family, address, ret_rhost, OTP_FRAME_RHOST_SIZE) == NULL)
		ret_rhost[0] = '\0';
}

static void
letter_text(const struct otp_dispatch *dispatch, struct otp_message *message)
{
	const bool has_service = message->service[0] != '\0';
	const bool has_rhost = message->rhost[0] != '\0';

	(void)snprintf(message->text, sizeof(message->text),
	    "%s is your code for message %s.\n"
	    "It is for logging in as %s%s%s on %s%s%s,\n"
	    "asked for on %.10s at %.5s UTC, and is valid for %d minutes.\n"
	    "\n"
	    "Do not give it to anyone.\n" NOT_YOU,
	    dispatch->code, message->tag, message->user,
	    has_service ? " with " : "", message->service, message->host,
	    has_rhost ? " from " : "", message->rhost, message->time,
	    message->time + TIME_OF_DAY, OTP_SEND_VALID / 60);
}

static void
notice_text(const struct otp_answer *answer, struct otp_message *message)
{
	const struct otp_notice *notice = &answer->told.notice;
	const struct occasion occasion = occasion_of(message);

	switch (notice->kind) {
	case OTP_NOTICE_WRONG:
		notice_add(message,
		    "A wrong code was typed for %s%s,\n"
		    "after the password or key.\n",
		    message->user, occasion.text);
		notice_add_count(message, notice);
		notice_add(message, "\n" YOU NOT_YOU);
		break;
	case OTP_NOTICE_DELAY:
	case OTP_NOTICE_LOCKOUT:
		notice_begin_wrong(message, answer);
		notice_add(
		    message, "The last one was typed%s.\n", occasion.text);
		notice_add_count(message, notice);
		notice_add(message, "\n");
		if (notice->kind == OTP_NOTICE_LOCKOUT)
			notice_add(message,
			    "A recovery code still works. Without one, ask "
			    "your administrator to\n"
			    "unlock the account.\n");
		notice_add(message, NOT_YOU);
		break;
	case OTP_NOTICE_RECOVERY:
	case OTP_NOTICE_DEVICE:
	case OTP_NOTICE_INVITATION:
		notice_add_use(message, answer, &occasion);
		break;
	case OTP_NOTICE_NONE:
		break;
	}
}

/* What was used, or became known, at a login that succeeded. */
static void
notice_add_use(struct otp_message *message, const struct otp_answer *answer,
    const struct occasion *occasion)
{
	switch (answer->told.notice.kind) {
	case OTP_NOTICE_RECOVERY:
		notice_add(message,
		    "A recovery code of %s was used%s.\n"
		    "Recovery codes left: %u.\n"
		    "\n" YOU
		    "Not you? Someone has your recovery codes: tell your "
		    "administrator at once.\n",
		    message->user, occasion->text, answer->recovery_left);
		break;
	case OTP_NOTICE_DEVICE:
		notice_add(message,
		    "A device of %s was remembered%s.\n"
		    "Logins from it no longer need a code.\n"
		    "\n" YOU
		    "Not you? Someone has your key and a code: tell your "
		    "administrator at once.\n",
		    message->user, occasion->text);
		break;
	case OTP_NOTICE_INVITATION:
		notice_add(message,
		    "An invitation of %s was used%s.\n"
		    "All earlier tokens, recovery codes and addresses "
		    "no longer work.\n"
		    "\n" YOU
		    "Not you? Someone has your invitation, and your password "
		    "or key: tell your\n"
		    "administrator at once.\n",
		    message->user, occasion->text);
		break;
	case OTP_NOTICE_WRONG:
	case OTP_NOTICE_DELAY:
	case OTP_NOTICE_LOCKOUT:
	case OTP_NOTICE_NONE:
		break;
	}
}

/* What does not fit is refused as a whole when the frame is written. */
static void
notice_add(struct otp_message *message, const char *format, ...)
{
	const size_t used = strlen(message->text);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(
	    message->text + used, sizeof(message->text) - used, format, args);
	va_end(args);
}

static void
notice_begin_wrong(struct otp_message *message, const struct otp_answer *answer)
{
	const bool minutes = answer->wait >= 120;

	if (answer->told.notice.kind == OTP_NOTICE_LOCKOUT)
		notice_add(message,
		    "%s is locked out of %s: %" PRIu32
		    " wrong codes in a row.\n",
		    message->user, message->host, answer->failures);
	else
		notice_add(message,
		    "A login as %s on %s has to wait for %" PRIu32
		    " %s: %" PRIu32 " wrong codes in a row.\n",
		    message->user, message->host,
		    minutes ? answer->wait / 60 : answer->wait,
		    minutes ? "minutes" : "seconds", answer->failures);
}

static void
notice_add_count(struct otp_message *message, const struct otp_notice *notice)
{
	const unsigned minute =
	    (unsigned)(notice->since % OTP_CALENDAR_DAY / 60);

	if (notice->codes > 1)
		notice_add(message,
		    "%" PRIu64 " wrong codes since %02u:%02u UTC.\n",
		    notice->codes, minute / 60, minute % 60);
}

static struct occasion
occasion_of(const struct otp_message *message)
{
	const bool has_service = message->service[0] != '\0';
	const bool has_rhost = message->rhost[0] != '\0';
	struct occasion occasion;

	(void)snprintf(occasion.text, sizeof(occasion.text),
	    "%s%s on %s%s%s,\non %.10s at %.5s UTC",
	    has_service ? " with " : "", message->service, message->host,
	    has_rhost ? " from " : "", message->rhost, message->time,
	    message->time + TIME_OF_DAY);
	return occasion;
}

void
otp_letter_change(struct otp_message *message, const char *change)
{
	(void)snprintf(message->text, sizeof(message->text),
	    "For %s on %s, %s\n"
	    "with otp-enroll, on %.10s at %.5s UTC.\n"
	    "\n"
	    "Was it you, or your administrator? Then do nothing.\n"
	    "Otherwise tell your administrator at once.\n",
	    message->user, message->host, change, message->time,
	    message->time + TIME_OF_DAY);
}

/* Whoever has the address reads it: in English, like the module's messages. */
enum otp_err
otp_letter_write_proof(const char *account,
    const struct otp_address_proof *proof, bool own,
    char ret_frame[OTP_FRAME_MAX], size_t *ret_size)
{
	struct otp_message message = { .kind = OTP_MESSAGE_CODE };
	enum otp_err err;

	memcpy(message.to.uri, proof->address.uri, sizeof(message.to.uri));
	otp_outbox_head(&message, account, proof->time);
	memcpy(message.tag, proof->tag, sizeof(message.tag));
	proof_text(proof, own, &message);
	err = otp_frame_write(&message, ret_frame, ret_size);
	otp_wipe(&message, sizeof(message));
	return err;
}

static void
proof_text(const struct otp_address_proof *proof, bool own,
    struct otp_message *message)
{
	char code[OTP_SEND_TEXT_SIZE],
	    valid[sizeof(", and is valid for 99 minutes")] = "";

	otp_send_text(proof->code, code);
	if (own)
		(void)snprintf(valid, sizeof(valid),
		    ", and is valid for %d minutes", OTP_PENDING_VALID / 60);
	(void)snprintf(message->text, sizeof(message->text),
	    "%s is your code for message %s.\n"
	    "It is for adding this address to the account %s on %s,\n"
	    "asked for on %.10s at %.5s UTC%s.\n"
	    "\n"
	    "%s"
	    "Not you? Ignore this message: nothing is added without the "
	    "code.\n",
	    code, message->tag, message->user, message->host, message->time,
	    message->time + TIME_OF_DAY, valid,
	    own ? "Enter it in otp-enroll, and do not give it to anyone.\n"
		: "Tell it to the administrator who adds the address, and to "
		  "no one else.\n");
	otp_wipe(code, sizeof(code));
}
