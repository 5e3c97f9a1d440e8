/* SPDX-License-Identifier: BSD-2-Clause */
/* Which callers may ask what, by the socket that is asked. */
#ifndef OTP_RIGHTS_H
#define OTP_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/effects/attempt.h"
#include "common/link/wire.h"

/* The sockets, with the names that they have in their directory. */
enum otp_listener {
	OTP_LISTENER_ROOT = 0,
	OTP_LISTENER_SERVICE,
	OTP_LISTENER_USER,
};
#define OTP_LISTENERS 3

/* "root", "service" or "user"; static. */
const char *otp_listener_name(enum otp_listener listener);

/* A name and its uid, as the user database has them, if it does. */
struct otp_entry {
	bool found;
	uint32_t uid;
	char name[OTP_ACCOUNT_SIZE];
};

/* A request, and what the kernel and the user database say of it. */
struct otp_claim {
	enum otp_listener listener;
	uint32_t peer;
	enum otp_wire_verb verb;
	const char *account;		 /* as the message has it */
	uint32_t uid;			 /* likewise */
	const struct otp_entry *by_name; /* of 'account' */
	const struct otp_entry *by_uid;	 /* of 'peer' */
};

/*
 * Whether CLAIM is allowed: the only place where that is decided.
 *
 *	root	uid 0 asks all verbs but put, recovery, remove and address for
 *		all accounts: root changes tokens in the store itself
 *	service	a peer looks, tries and sends for accounts whose uid is not 0
 *	user	a peer other than uid 0 asks all verbs but told, send, draw and
 *		enroll for the account that has their uid, and whose name that
 *		uid has
 *
 * So only root says that users were told of wrong codes: a program of theirs
 * that an attacker runs cannot hide these.  Nor can it have messages sent: a
 * caller who sends states that the user gave a first factor.
 */
bool otp_rights_allow(const struct otp_claim *claim);

/*
 * What a caller of LISTENER cannot state is taken out of REQUEST, which is
 * allowed: on "service" and "user", known devices and the owner's last code; on
 * "user", also that the owner is told and where the login comes from, and the
 * tries are charged to the tally of other callers.
 */
void otp_rights_restrict(
    enum otp_listener listener, struct otp_request *request);

/*
 * What a caller of LISTENER is not told is taken out of ANSWER: on "user", the
 * administrator's words about an exemption, and a library's text, which can
 * name a host.
 */
void otp_rights_conceal(
    enum otp_listener listener, struct otp_wire_answer *answer);

#endif
