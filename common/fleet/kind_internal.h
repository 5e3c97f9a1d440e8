/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What session.c, account.c, kind.c and kind_enrol.c share; only they include
 * this.
 *
 *	kind -> kind_enrol -> account -> session
 */
#ifndef OTP_FLEET_KIND_INTERNAL_H
#define OTP_FLEET_KIND_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/core/slots.h"
#include "common/core/state.h"
#include "common/fleet/conf.h"
#include "common/fleet/database.h"
#include "common/fleet/kind.h"

/*
 * The longest that a login takes, but for waiting for another attempt:
 * connecting, loading, a charge and a commit.  pam_otpd(8)'s callers wait for
 * 10 seconds.
 */
#define CONNECT_MS 3000
#define LOAD_MS	   3000
#define CHANGE_MS  2000 /* each */

/* --- The process's connection (session.c) --------------------------------- */

/* To be used by one thread at a time. */
struct otp_session {
	pid_t pid;		       /* which has connected */
	struct otp_database *database; /* NULL: none */
	unsigned number;	       /* of connections until now */
	struct otp_fleet_conf conf;    /* its place */
	unsigned open;		       /* stores */
	uint8_t attempt[OTP_DATABASE_ATTEMPT_SIZE]; /* of all that are open */
};
extern struct otp_session otp_session;

/*
 * Connect to PLACE, unless it is connected to (*RET_REUSED).  FAULT may be
 * NULL.  Errors: OPTION, DATABASE, NOMEM, READ (of the configuration).
 */
enum otp_err otp_session_connect(struct otp_place place, bool *ret_reused,
    struct otp_fault *fault) OTP_MUST_USE;

/* After a failure; the next transaction connects again. */
void otp_session_close(void);

/* A uuid, unless stores are open.  Errors: CRYPTO. */
enum otp_err otp_session_begin_attempt(void) OTP_MUST_USE;

/*
 * ERR of a call of the database, after which the connection is closed if it was
 * not an answer: DATABASE instead of READ and WRITE.
 */
enum otp_err otp_session_outcome(enum otp_err err) OTP_MUST_USE;

/*
 * --- An account (account.c)
 * ------------------------------------------------------------
 */

struct otp_store {
	struct otp_store_head head;
	bool read;	/* 'row' is what was loaded */
	bool locked;	/* and no other attempt's */
	bool taken;	/* it was taken for this attempt when it was loaded */
	bool kept;	/* and is still, if 2 seconds have not passed */
	bool in_effect; /* readers see the last change, or may see it */
	struct otp_state state;
	struct otp_database_row row;
	char account[OTP_DATABASE_NAME_SIZE];
	uint8_t image[OTP_SLOTS_FILE_SIZE]; /* for coding states */
};

/* Load the row; what is in it is judged later.  Errors: DATABASE. */
enum otp_err otp_fleet_fetch(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

/*
 * The row, loaded if it is not yet, and its state.  Errors: as
 * otp_store_peek().
 */
enum otp_err otp_fleet_read(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

/* Whether this host's clock and the server's agree.  Errors: CLOCK. */
enum otp_err otp_fleet_check_clock(
    const struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

/* STATE into the row, as a record of pam_otp_store(5). */
enum otp_err otp_fleet_encode(
    struct otp_store *store, const struct otp_state *state) OTP_MUST_USE;

/* Put STATE, without looking at its uid. */
enum otp_err otp_fleet_put_state(struct otp_store *store,
    const struct otp_state *state, enum otp_put put,
    struct otp_fault *fault) OTP_MUST_USE;

/* What a change of the row ends with, but for one of its state. */
enum otp_err otp_fleet_changed(
    struct otp_store *store, enum otp_err err) OTP_MUST_USE;

/*
 * --- Their calls of store.h (kind_enrol.c) ---------------------------------
 */

enum otp_err otp_fleet_create(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_fleet_rewrite(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_fleet_purge(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_fleet_put_seed(struct otp_store *store,
    const struct otp_seed *seed, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_fleet_move_seed(struct otp_store *from, struct otp_store *to,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_fleet_drop_seed(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_fleet_check_uid(struct otp_store *store, uint32_t uid,
    bool *ret_ours, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_fleet_claim_uid(struct otp_store *store, uint32_t uid,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_fleet_each(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_fleet_each_uid(struct otp_place place,
    enum otp_err (*visit)(void *context, uint32_t uid, const char *account),
    void *context, struct otp_fault *fault) OTP_MUST_USE;

#endif
