/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "common/core/tag.h"
#include "common/core/wipe.h"
#include "common/effects/deliver.h"
#include "common/effects/outbox.h"
#include "common/effects/sys.h"
#include "common/store/path.h"
#include "pam_module/decide.h"
#include "pam_module/device.h"
#include "pam_module/letter.h"
#include "pam_module/log.h"

#define MILLISECOND INT64_C(1000000) /* nanoseconds */

/* All users wait equally long, so that the time reveals nothing. */
#define ANSWER_AFTER (1000 * MILLISECOND)
/* A message that is not ready by then is not sent. */
#define SEND_BEFORE (900 * MILLISECOND)
/* From one look at an account that is locked to the next. */
#define LOOK_AGAIN (10 * MILLISECOND)

/* It identifies this host, and is not told to others (machine-id(5)). */
#define HOST_KEY "/etc/machine-id"

/* One request for a code.  A secret: wiped at the end. */
struct sending {
	struct otp_login *login;
	struct otp_send_choice choice;
	int64_t begun; /* on the monotonic clock, in nanoseconds */
	struct otp_dispatch dispatch;
	char frame[OTP_FRAME_MAX];
	size_t size;
};

static void deliver_in_a_second(
    struct otp_login *login, const struct otp_send_choice *choice);
static bool is_worth_a_line(const struct sending *sending);
static void tag_login(struct otp_login *login);
static void read_host_key(char *key, size_t size);
static enum otp_err send_code(struct sending *sending);
static enum otp_err charge_code(struct sending *sending);
static void wait_until(int64_t time);
static int64_t monotonic(void);

bool
otp_deliver_is_asked(const struct otp_login *login)
{
	struct otp_send_choice choice;

	return login->options.deliver != OTP_DELIVER_NO &&
	    login->secrets.typed != NULL &&
	    otp_send_read(login->secrets.typed, &choice);
}

void
otp_deliver_answer(struct otp_login *login)
{
	struct otp_send_choice choice;

	login->code_requested = true;
	if (otp_send_read(login->secrets.typed, &choice))
		deliver_in_a_second(login, &choice);
}

void
otp_deliver_unasked(struct otp_login *login)
{
	static const struct otp_send_choice choice = { .unasked = true };

	if (login->options.deliver == OTP_DELIVER_AUTO)
		deliver_in_a_second(login, &choice);
}

static void
deliver_in_a_second(
    struct otp_login *login, const struct otp_send_choice *choice)
{
	struct sending sending = {
		.login = login,
		.choice = *choice,
		.begun = monotonic(),
		.dispatch = { .delivery = OTP_DELIVERY_NO_FIRST_FACTOR },
	};
	enum otp_err err = OTP_OK;

	login->fault = (struct otp_fault){ 0 };
	tag_login(login);
	if (otp_device_has_first_factor(login))
		err = send_code(&sending);
	login->err = err;
	if (err != OTP_OK || is_worth_a_line(&sending))
		otp_log_delivery(login, &sending.dispatch, err);
	else
		otp_log_debug(login, "deliver",
		    otp_delivery_reason(sending.dispatch.delivery));
	login->err = OTP_OK;
	otp_wipe(&sending.dispatch, sizeof(sending.dispatch));
	otp_wipe(sending.frame, sizeof(sending.frame));
	wait_until(sending.begun + ANSWER_AFTER);
}

/* Users who did not ask, and cannot be meant, are not worth one. */
static bool
is_worth_a_line(const struct sending *sending)
{
	const enum otp_delivery delivery = sending->dispatch.delivery;

	return !sending->choice.unasked ||
	    (delivery != OTP_DELIVERY_HAS_TOKEN &&
		delivery != OTP_DELIVERY_NOT_ROOT &&
		delivery != OTP_DELIVERY_UNENROLLED &&
		delivery != OTP_DELIVERY_UNKNOWN_USER);
}

/* Without a clock or a digest the login has the tag "??", and goes on. */
static void
tag_login(struct otp_login *login)
{
	const struct otp_request *request = &login->request;
	const struct otp_sys *sys = &otp_sys_host;
	char key[64] = "";
	struct otp_tagged tagged = { .key = key,
		.account = request->account,
		.service = request->service,
		.host = request->host };

	read_host_key(key, sizeof(key));
	if (sys->time(sys->context, &tagged.now) != OTP_OK ||
	    otp_tag_make(&tagged, login->tag) != OTP_OK)
		memcpy(login->tag, "??", sizeof(login->tag));
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

static enum otp_err
send_code(struct sending *sending)
{
	struct otp_login *login = sending->login;
	struct otp_dispatch *dispatch = &sending->dispatch;
	enum otp_err err = charge_code(sending);

	if (err != OTP_OK || dispatch->delivery != OTP_DELIVERY_SENT)
		return err;
	if (monotonic() - sending->begun >= SEND_BEFORE) {
		dispatch->delivery = OTP_DELIVERY_LIMIT;
		return OTP_OK;
	}
	err = otp_letter_write(login, dispatch, sending->frame, &sending->size);
	if (err == OTP_OK &&
	    otp_outbox_put(login->options.sockets, sending->frame,
		sending->size, &login->fault) != OTP_OK)
		dispatch->delivery = OTP_DELIVERY_NO_SOCKET;
	return err;
}

/* Another login may have the account locked for a moment. */
static enum otp_err
charge_code(struct sending *sending)
{
	const struct timespec pause = { .tv_nsec = (long)LOOK_AGAIN };
	enum otp_err err = OTP_ERR_LOCK_TIMEOUT;

	for (;;) {
		err = otp_decide_send(
		    sending->login, &sending->choice, &sending->dispatch);
		if (err != OTP_ERR_LOCK_TIMEOUT ||
		    monotonic() - sending->begun >= SEND_BEFORE)
			return err;
		(void)nanosleep(&pause, NULL);
	}
}

static void
wait_until(int64_t time)
{
	const struct timespec end = {
		.tv_sec = (time_t)(time / (1000 * MILLISECOND)),
		.tv_nsec = (long)(time % (1000 * MILLISECOND)),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) ==
	    EINTR)
		;
}

static int64_t
monotonic(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 * MILLISECOND + now.tv_nsec;
}
