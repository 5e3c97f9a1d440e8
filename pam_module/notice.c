/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/notice.h"

#include "common/effects/post.h"
#include "pam_module/device.h"
#include "pam_module/log.h"

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
otp_notice_note(struct otp_login *login, const struct otp_host *host)
{
	struct otp_told *told = &login->answer.told;

	if (!login->request.tell)
		return;
	otp_post_note(host, login->request.account, told);
	(void)host->sys->time(host->sys->context, &told->notice.time);
}

void
otp_notice_send(const struct otp_login *login)
{
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (login->answer.told.notice.kind == OTP_NOTICE_NONE)
		return;
	err = otp_post_notice(
	    login->options.sockets, &login->request, &login->answer, &fault);
	otp_log_notice(login, err, &fault);
}
