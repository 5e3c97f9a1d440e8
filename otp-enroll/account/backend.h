/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How commands that users run reach an account: the store itself, or
 * pam_otpd(8).  They do not know which; what only the store's owner can do
 * calls common/effects directly.
 */
#ifndef OTP_BACKEND_H
#define OTP_BACKEND_H

#include "common/effects/enrol.h"
#include "common/effects/inspect.h"
#include "common/effects/own.h"
#include "common/effects/overview.h"
#include "common/effects/post.h"
#include "common/effects/snapshot.h"
#include "otp-enroll/cli/command.h"

struct otp_select; /* otp-enroll/account/select.h */

/* What users change of their own account (own.h).  A secret. */
enum otp_change_kind {
	OTP_CHANGE_PUT = 1,
	OTP_CHANGE_RECOVERY,
	OTP_CHANGE_REMOVE,
	OTP_CHANGE_ADDRESS,
};
struct otp_change {
	enum otp_change_kind kind;
	struct otp_own_proof proof;
	struct otp_own_token token; /* PUT */
	/* REMOVE: of the token, from 0; ADDRESS, to REMOVE: of that */
	unsigned number;
	enum otp_own_step step;	    /* ADDRESS, */
	struct otp_address address; /* to ADD */
	struct otp_sent sent;	    /* then: what became of its code */
};

/* Each as the function of common/effects that it is named after. */
struct otp_backend {
	/* These are in both. */
	enum otp_err (*overview)(const struct otp_tool *tool,
	    const struct otp_subject *subject,
	    struct otp_overview *ret_overview, struct otp_fault *fault);
	enum otp_err (*inspect)(const struct otp_tool *tool,
	    struct otp_account *account, const uint8_t *id, const char *typed,
	    struct otp_inspection *ret_inspection);
	enum otp_err (*forget)(const struct otp_tool *tool,
	    struct otp_account *account, const uint8_t *id,
	    unsigned *ret_count);
	enum otp_err (*resync)(const struct otp_tool *tool,
	    struct otp_account *account, const struct otp_select *selected,
	    const char *first, const char *second,
	    enum otp_verdict *ret_verdict);
	/*
	 * This is pam_otpd's alone.  *RET_SET, once ACCOUNT's 'committed' is
	 * set: the new codes, their texts alone; the caller wipes it.  CHANGE's
	 * 'sent' is set.
	 */
	enum otp_err (*change)(const struct otp_tool *tool,
	    struct otp_account *account, struct otp_change *change,
	    struct otp_recovery_set *ret_set,
	    struct otp_own_result *ret_result);
	/* These are the store's alone. */
	enum otp_err (*snapshot)(const struct otp_host *host,
	    const char *account, struct otp_snapshot *ret_snapshot,
	    struct otp_fault *fault);
	enum otp_err (*make_set)(struct otp_account *account, unsigned count,
	    struct otp_recovery_set *ret_set);
	enum otp_err (*put)(struct otp_account *account,
	    const struct otp_enrolment *enrolment,
	    const struct otp_recovery_set *set);
	enum otp_err (*recovery)(
	    struct otp_account *account, const struct otp_recovery_set *set);
	enum otp_err (*remove_token)(
	    struct otp_account *account, const uint8_t id[OTP_ID_SIZE]);
};

/*
 * Choose which of them serves COMMAND: the store, for its owner, for root, and
 * for what users may not do, so that they are told; else pam_otpd(8).
 */
void otp_backend_choose(
    struct otp_tool *tool, const struct otp_command *command);

#endif
