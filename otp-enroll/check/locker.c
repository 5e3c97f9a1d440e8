/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/locker.h"

#include <string.h>
#include <sys/stat.h>

#include "common/effects/options_load.h"
#include "common/store/store.h"

enum locker {
	LOCKER_NONE = 0,
	LOCKER_BLIND,	 /* one text, and it shows no message */
	LOCKER_ONE_TEXT, /* one text for every question */
	LOCKER_ASKS,	 /* it asks each question */
	LOCKER_OTHER,	 /* as its user, but the versions differ */
	LOCKER_UNKNOWN,	 /* perhaps with a helper that is root's */
};

static enum locker locker_of(const char *service);

bool
otp_locker_is_users(const char *service)
{
	const enum locker locker = locker_of(service);

	return locker != LOCKER_NONE && locker != LOCKER_UNKNOWN;
}

bool
otp_locker_has_one_text(const char *service)
{
	const enum locker locker = locker_of(service);

	return locker == LOCKER_BLIND || locker == LOCKER_ONE_TEXT;
}

/* By the name of its file in pam.d. */
static enum locker
locker_of(const char *service)
{
	static const struct {
		const char *service;
		enum locker locker;
	} lockers[] = {
		{ "cinnamon-screensaver", LOCKER_UNKNOWN },
		{ "gtklock", LOCKER_ONE_TEXT },
		{ "hyprlock", LOCKER_OTHER },
		{ "i3lock", LOCKER_BLIND },
		{ "kde", LOCKER_UNKNOWN },
		{ "mate-screensaver", LOCKER_UNKNOWN },
		{ "swaylock", LOCKER_BLIND },
		{ "waylock", LOCKER_BLIND },
		{ "xscreensaver", LOCKER_UNKNOWN },
		{ "xsecurelock", LOCKER_ASKS },
	};

	for (size_t i = 0; i < sizeof(lockers) / sizeof(lockers[0]); i++)
		if (strcmp(service, lockers[i].service) == 0)
			return lockers[i].locker;
	return LOCKER_NONE;
}

/* As the module decides it; it uses a store of the user's own itself. */
void
otp_locker_judge_store(struct otp_judged *judged,
    const struct otp_service_line *line, const struct otp_options *options)
{
	const char *service = judged->service->name;
	struct otp_options daemons;
	struct otp_fault fault = { 0 };
	struct stat status;

	if (!otp_locker_is_users(service) ||
	    judged->services->root[0] != '\0' || options->conf[0] == '\0' ||
	    (otp_place_is_folder(options->store) &&
		(stat(options->store, &status) != 0 || status.st_uid != 0)))
		return;
	if (otp_options_load(0, NULL, &daemons, &fault) != OTP_OK ||
	    strcmp(daemons.store, options->store) != 0)
		otp_judged_flaw(judged, OTP_FOUND_LOCKER_STORE,
		    otp_judged_where(line).text, service, options->store);
}

void
otp_locker_judge(struct otp_judged *judged)
{
	const struct otp_where where = otp_judged_where(judged->ours);
	const char *service = judged->service->name;
	enum otp_found found = OTP_FOUND_COUNT;

	switch (locker_of(service)) {
	case LOCKER_BLIND:
		found = OTP_FOUND_LOCKER_BLIND;
		break;
	case LOCKER_ONE_TEXT:
		found = OTP_FOUND_LOCKER_ONE_TEXT;
		break;
	case LOCKER_ASKS:
		found = OTP_FOUND_LOCKER_ASKS;
		break;
	case LOCKER_OTHER:
		found = OTP_FOUND_LOCKER_OTHER;
		break;
	case LOCKER_UNKNOWN:
		found = OTP_FOUND_LOCKER_UNKNOWN;
		break;
	case LOCKER_NONE:
		return;
	}
	if (judged->split && found == OTP_FOUND_LOCKER_ASKS)
		return; /* it asks one question */
	otp_judged_add(judged, found, where.text, service, NULL);
}
