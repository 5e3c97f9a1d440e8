/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes with recovery codes that are made first, as otp-enroll makes them. */
#ifndef OTP_TEST_CODES_H
#define OTP_TEST_CODES_H

#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "common/effects/enrol_import.h"
#include "common/effects/snapshot.h"

/* otp_enrol_put() with COUNT codes; none with ADD. */
static inline enum otp_err
codes_put(struct otp_account *account, const struct otp_enrolment *enrolment,
    unsigned count, struct otp_recovery_set *ret_set)
{
	enum otp_err err = otp_enrol_make_set(
	    account, enrolment->mode == OTP_ENROL_ADD ? 0 : count, ret_set);

	return err != OTP_OK ? err : otp_enrol_put(account, enrolment, ret_set);
}

/* otp_enrol_recovery() with COUNT codes. */
static inline enum otp_err
codes_renew(struct otp_account *account, unsigned count,
    struct otp_recovery_set *ret_set)
{
	enum otp_err err = otp_enrol_make_set(account, count, ret_set);

	return err != OTP_OK ? err : otp_enrol_recovery(account, ret_set);
}

/* otp_enrol_import() with COUNT codes. */
static inline enum otp_err
codes_import(struct otp_account *account, enum otp_enrol_mode mode,
    const struct otp_imported *import, unsigned count, bool write,
    bool *ret_there, struct otp_recovery_set *ret_set)
{
	enum otp_err err = otp_enrol_make_set(account, count, ret_set);

	return err != OTP_OK ? err
			     : otp_enrol_import(account, mode, import, ret_set,
				   write, ret_there);
}

/* otp_enrol_adopt() with as many codes as are needed. */
static inline enum otp_err
codes_adopt(struct otp_account *account, bool force,
    struct otp_adoption *ret_adoption, struct otp_recovery_set *ret_set)
{
	struct otp_fault fault = { 0 };
	struct otp_snapshot snapshot;
	unsigned count = 0;
	enum otp_err err;

	if (force &&
	    otp_snapshot_read(account->host, account->subject.account,
		&snapshot, &fault) == OTP_OK) {
		count = otp_enrol_adopt_count(&snapshot);
		otp_snapshot_wipe(&snapshot);
	}
	err = otp_enrol_make_set(account, count, ret_set);
	return err != OTP_OK
	    ? err
	    : otp_enrol_adopt(account, force, ret_set, ret_adoption);
}

#endif
