/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/daemon/rights_test.c:
 *
 * 1. Every combination of socket, peer, verb and account is allowed or not as
 *    the table of pam_otpd(8) has it (rights__are_those_of_the_table).
 * 2. What is not known is refused (rights__refuse_what_is_not_known).
 * 3. A caller who is not root states neither a known device nor an earlier code
 *    (rights__restrict_what_a_caller_states).
 */
#include "config.h"

#include "pam_otpd/rights.h"

#include <string.h>

#define UID_OVERFLOW 65534 /* a uid that this user namespace does not have */

static bool may_ask_service(const struct otp_claim *);
static bool may_ask_user(const struct otp_claim *);
static bool is_verb_of_root(enum otp_wire_verb);
static bool is_verb_of_all(enum otp_wire_verb);
static bool is_verb_of_services(enum otp_wire_verb);
static bool is_verb_of_users(enum otp_wire_verb);
static bool is_verb_of_both(enum otp_wire_verb);

const char *
otp_listener_name(enum otp_listener listener)
{
	static const char *const names[OTP_LISTENERS] = {
		[OTP_LISTENER_ROOT] = "root",
		[OTP_LISTENER_SERVICE] = "service",
		[OTP_LISTENER_USER] = "user",
	};

	return names[listener];
}

bool
otp_rights_allow(const struct otp_claim *claim)
{
	switch (claim->listener) {
	case OTP_LISTENER_ROOT:
		return is_verb_of_root(claim->verb) && claim->peer == 0;
	case OTP_LISTENER_SERVICE:
		return is_verb_of_services(claim->verb) &&
		    may_ask_service(claim);
	case OTP_LISTENER_USER:
		return is_verb_of_users(claim->verb) && may_ask_user(claim);
	}
	return false;
}

/* The group of the socket decides who the peer is. */
static bool
may_ask_service(const struct otp_claim *claim)
{
	const struct otp_entry *entry = claim->by_name;

	if (claim->peer == UID_OVERFLOW || claim->peer == OTP_UID_VIRTUAL)
		return false;
	if (!entry->found) /* a virtual user, or there is none */
		return claim->uid == OTP_UID_VIRTUAL;
	return entry->uid != 0 && entry->uid == claim->uid &&
	    strcmp(entry->name, claim->account) == 0;
}

static bool
may_ask_user(const struct otp_claim *claim)
{
	const struct otp_entry *by_name = claim->by_name;
	const struct otp_entry *by_uid = claim->by_uid;

	if (claim->peer == 0 || claim->peer == UID_OVERFLOW ||
	    claim->peer == OTP_UID_VIRTUAL)
		return false;
	return by_name->found && by_uid->found && by_name->uid == claim->peer &&
	    by_uid->uid == claim->peer && claim->uid == claim->peer &&
	    claim->account[0] != '\0' &&
	    strcmp(by_name->name, claim->account) == 0 &&
	    strcmp(by_uid->name, claim->account) == 0;
}

/* Root changes tokens in the store itself, but for those of a login. */
static bool
is_verb_of_root(enum otp_wire_verb verb)
{
	return is_verb_of_both(verb) || is_verb_of_services(verb) ||
	    verb == OTP_WIRE_TOLD || verb == OTP_WIRE_DRAW ||
	    verb == OTP_WIRE_ENROLL;
}

static bool
is_verb_of_all(enum otp_wire_verb verb)
{
	return verb == OTP_WIRE_LOOK || verb == OTP_WIRE_TRY;
}

/* A service has checked a password: a user's own programs may not have. */
static bool
is_verb_of_services(enum otp_wire_verb verb)
{
	return is_verb_of_all(verb) || verb == OTP_WIRE_SEND;
}

static bool
is_verb_of_users(enum otp_wire_verb verb)
{
	return is_verb_of_both(verb) || otp_wire_is_own(verb);
}

static bool
is_verb_of_both(enum otp_wire_verb verb)
{
	return is_verb_of_all(verb) || verb == OTP_WIRE_STATUS ||
	    verb == OTP_WIRE_FORGET || verb == OTP_WIRE_RESYNC;
}

void
otp_rights_restrict(enum otp_listener listener, struct otp_request *request)
{
	request->by_other = listener == OTP_LISTENER_USER;
	if (listener == OTP_LISTENER_ROOT)
		return;
	request->same_user = listener == OTP_LISTENER_USER;
	memset(&request->device, 0, sizeof(request->device));
	memset(&request->owner, 0, sizeof(request->owner));
	if (listener != OTP_LISTENER_USER)
		return;
	request->tell = false;
	memset(request->host, 0, sizeof(request->host));
	memset(request->service, 0, sizeof(request->service));
}

void
otp_rights_conceal(enum otp_listener listener, struct otp_wire_answer *answer)
{
	if (listener != OTP_LISTENER_USER)
		return;
	memset(answer->look.exemption.reason, 0,
	    sizeof(answer->look.exemption.reason));
	memset(answer->fault.foreign, 0, sizeof(answer->fault.foreign));
}
