/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/deliver.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "common/effects/post.h"
#include "common/effects/sys.h"
#include "pam_module/decide.h"
#include "pam_module/device.h"
#include "pam_module/log.h"

static void deliver_in_a_second(struct otp_login *login, const char *typed);
static bool is_worth_a_line(bool asked, enum otp_delivery delivery);
static void wait_until(int64_t time);

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
	login->code_requested = true;
	deliver_in_a_second(login, login->secrets.typed);
}

void
otp_deliver_unasked(struct otp_login *login)
{
	if (login->options.deliver == OTP_DELIVER_AUTO)
		deliver_in_a_second(login, "");
}

/* All users wait equally long, so that the time reveals nothing. */
static void
deliver_in_a_second(struct otp_login *login, const char *typed)
{
	const int64_t begun = otp_post_clock();
	struct otp_sent sent = { .delivery = OTP_DELIVERY_NO_FIRST_FACTOR };

	login->fault = (struct otp_fault){ 0 };
	login->err = OTP_OK;
	otp_post_tag(&otp_sys_host, &login->request, sent.tag);
	if (otp_device_has_first_factor(login))
		login->err = otp_decide_send(login, typed, &sent);
	memcpy(login->tag, sent.tag, sizeof(login->tag));
	if (login->err != OTP_OK ||
	    is_worth_a_line(typed[0] != '\0', sent.delivery))
		otp_log_delivery(login, &sent);
	else
		otp_log_debug(
		    login, "deliver", otp_delivery_reason(sent.delivery));
	login->err = OTP_OK;
	wait_until(begun + OTP_POST_SECOND);
}

/* Users who did not ask, and cannot be meant, are not worth one. */
static bool
is_worth_a_line(bool asked, enum otp_delivery delivery)
{
	return asked ||
	    (delivery != OTP_DELIVERY_HAS_TOKEN &&
		delivery != OTP_DELIVERY_NOT_ROOT &&
		delivery != OTP_DELIVERY_UNENROLLED &&
		delivery != OTP_DELIVERY_UNKNOWN_USER);
}

static void
wait_until(int64_t time)
{
	const struct timespec end = {
		.tv_sec = (time_t)(time / OTP_POST_SECOND),
		.tv_nsec = (long)(time % OTP_POST_SECOND),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) ==
	    EINTR)
		;
}
