/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/notice.h"

#include "common/effects/outbox.h"
#include "pam_module/device.h"
#include "pam_module/letter.h"
#include "pam_module/log.h"

static enum otp_err notice_put(
    const struct otp_login *login, unsigned number, struct otp_fault *fault);

void
otp_notice_of_login(struct otp_login *login)
{
	if (!login->options.notify)
		return;
	login->request.tell = otp_device_has_first_factor(login);
	if (!login->request.tell)
		otp_log_debug(login, "notify", "no password or key before it");
}

void
otp_notice_send(const struct otp_login *login)
{
	const struct otp_told *told = &login->answer.told;
	struct otp_fault fault = { 0 };
	enum otp_err err = OTP_OK;

	if (told->notice.kind == OTP_NOTICE_NONE)
		return;
	for (unsigned i = 0; i < told->to_count; i++) {
		struct otp_fault last = { 0 };
		const enum otp_err put = notice_put(login, i, &last);

		if (put == OTP_OK || err != OTP_OK)
			continue;
		err = put;
		fault = last;
	}
	otp_log_notice(login, err, &fault);
}

static enum otp_err
notice_put(
    const struct otp_login *login, unsigned number, struct otp_fault *fault)
{
	char frame[OTP_FRAME_MAX];
	size_t size = 0;
	enum otp_err err = otp_letter_write_notice(login, number, frame, &size);

	return err == OTP_OK
	    ? otp_outbox_put(login->options.sockets, frame, size, fault)
	    : err;
}
