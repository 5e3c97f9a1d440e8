/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/fleet/kind_internal.h"

struct otp_session otp_session;

void
otp_session_close(void)
{
	otp_database_close(otp_session.database);
	otp_session.database = NULL;
}

/* After what is not an answer, and after one that is not trusted. */
enum otp_err
otp_session_outcome(enum otp_err err)
{
	if (err == OTP_OK || err == OTP_ERR_CONFLICT || err == OTP_ERR_ABSENT ||
	    err == OTP_ERR_EXISTS || err == OTP_ERR_UID)
		return err;
	otp_session_close();
	return err == OTP_ERR_READ || err == OTP_ERR_WRITE ? OTP_ERR_DATABASE
							   : err;
}

/* A file that cannot be trusted is an invalid configuration. */
static enum otp_err
read_conf(struct otp_place place, struct otp_fleet_conf *ret_conf,
    struct otp_fault *fault)
{
	const char *path = place.folder + strlen(OTP_FLEET_PREFIX);
	enum otp_err err = otp_fleet_conf_read(path, ret_conf, fault);

	if (err == OTP_OK || err == OTP_ERR_NOMEM || err == OTP_ERR_READ)
		return err;
	return otp_fault_set(fault, OTP_ERR_OPTION,
	    fault != NULL ? fault->errnum : 0, NULL, OTP_DETAIL_NONE);
}

enum otp_err
otp_session_connect(
    struct otp_place place, bool *ret_reused, struct otp_fault *fault)
{
	struct otp_fleet_conf conf;
	struct otp_database_place found;
	enum otp_err err;

	err = read_conf(place, &conf, fault);
	if (err != OTP_OK)
		return err;
	if (otp_session.database != NULL && otp_session.pid != getpid()) {
		otp_database_abandon(otp_session.database);
		otp_session.database = NULL;
		otp_session.open = 0;
	}
	*ret_reused = otp_session.database != NULL &&
	    /* NOLINTNEXTLINE: other padding costs a connection, no more */
	    memcmp(&conf, &otp_session.conf, sizeof(conf)) == 0;
	if (*ret_reused)
		return OTP_OK;
	if (otp_session.open > 0)
		return OTP_ERR_DATABASE; /* others stand on the former one */
	otp_session_close();
	otp_session.conf = conf;
	otp_session.pid = getpid();
	otp_session.number++;
	found = otp_fleet_conf_place(&otp_session.conf);
	err =
	    otp_database_open(&found, CONNECT_MS, &otp_session.database, fault);
	return err == OTP_ERR_READ ? OTP_ERR_DATABASE : err;
}

/* Stores that are open at once are of one attempt, as a renaming has two. */
enum otp_err
otp_session_begin_attempt(void)
{
	if (otp_session.open > 0)
		return OTP_OK;
	return getrandom(otp_session.attempt, sizeof(otp_session.attempt), 0) ==
		sizeof(otp_session.attempt)
	    ? OTP_OK
	    : OTP_ERR_CRYPTO;
}
