/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages between programs and pam_otpd(8): one message, one answer.
 * Each is a datagram of a fixed size; pam_otpd(8) has its bytes.
 */
#ifndef OTP_WIRE_H
#define OTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/typed.h"
#include "common/effects/account.h"
#include "common/effects/attempt.h"
#include "common/effects/look.h"
#include "common/effects/overview.h"
#include "common/effects/own.h"
#include "common/effects/post.h"

#define OTP_WIRE_MAX	      4096 /* bytes that are ever read */
#define OTP_WIRE_VERSION      2
#define OTP_WIRE_VERSION_MIN  1 /* that is also spoken */
#define OTP_WIRE_VERSION_SIZE 8 /* of a message that has a version alone */
#define OTP_WIRE_REQUEST_SIZE 2480
#define OTP_WIRE_ANSWER_SIZE  2313

/* Modules in a side of a QR code: those of the versions 1 to 10. */
#define OTP_WIRE_SIDE_MIN 21
#define OTP_WIRE_SIDE_MAX 57

/* Of what was typed, the NUL included; longer texts are not sent. */
#define OTP_WIRE_TYPED_SIZE 2048
#define OTP_WIRE_CODE_SIZE  (OTP_TYPED_MAX + 1) /* a code alone */

enum otp_wire_verb {
	OTP_WIRE_LOOK = 1, /* what is known before anything is asked */
	OTP_WIRE_TRY,	   /* otp_attempt_try() */
	OTP_WIRE_TOLD,	   /* otp_attempt_told() */
	OTP_WIRE_STATUS,   /* a part of the account's overview */
	OTP_WIRE_FORGET,   /* otp_known_forget() */
	OTP_WIRE_RESYNC,   /* otp_enrol_resync() */
	OTP_WIRE_SEND,	   /* otp_post_code() */
	OTP_WIRE_PUT,	   /* otp_own_put() */
	OTP_WIRE_RECOVERY, /* otp_own_recovery() */
	OTP_WIRE_REMOVE,   /* otp_own_remove() */
	OTP_WIRE_DRAW,	   /* a text as a QR code */
	OTP_WIRE_ADDRESS,  /* otp_own_add_address() and those after it */
	OTP_WIRE_ENROLL,   /* otp_enrol_put() at a login; from version 2 on */
};

/* Whether VERB is one of own.h: PUT, RECOVERY, REMOVE, ADDRESS. */
bool otp_wire_is_own(enum otp_wire_verb verb);

/* Which part of an overview: there may be several of all but the first. */
enum otp_wire_part {
	OTP_PART_WHOLE = 0, /* all but the following, and how many there are */
	OTP_PART_TOKEN,
	OTP_PART_ADDRESS,
	OTP_PART_DEVICE,
};

/* Part NUMBER of that kind, from 0. */
struct otp_wire_place {
	enum otp_wire_part part;
	uint32_t number;
};

/* What users change, and what of it must still be so. */
struct otp_wire_change {
	enum otp_enrol_mode mode;	     /* PUT, */
	uint8_t secret[OTP_OWN_SECRET_SIZE]; /* of the new token */
	struct otp_active former;	     /* but of a NEW account */
	enum otp_own_step step;		     /* ADDRESS, */
	char uri[OTP_ADDRESS_SIZE];	     /* to ADD */
};

/*
 * What a login sets up with an invitation: a token of the usual kind, whose
 * code came back, and recovery codes, which the user was shown.
 */
struct otp_wire_enrol {
	uint8_t secret[OTP_OWN_SECRET_SIZE];
	uint32_t code; /* the confirming one, and as struct otp_enrolment has */
	uint64_t value; /* it: the credential's, */
	int32_t drift;	/* seconds */
	struct otp_recovery kept[OTP_ENROL_RECOVERY]; /* without their times */
};

/* A QR code without the light modules around it.  A secret, as its text is. */
struct otp_wire_drawing {
	uint32_t side; /* modules; 0: none was drawn */
	/* A row each, bit 0 on the left; 1 is dark. */
	uint64_t rows[OTP_WIRE_SIDE_MAX];
};

/* A secret, since codes may be in it: the caller wipes it. */
struct otp_wire_request {
	uint32_t version; /* 0: OTP_WIRE_VERSION */
	enum otp_wire_verb verb;
	struct otp_request request;
	bool want_enrolled;		 /* LOOK */
	char typed[OTP_WIRE_TYPED_SIZE]; /* TRY, SEND; RESYNC: the first
					    code; PUT: the token's;
					    DRAW: the text; ENROLL:
					    the invitation */
	/* TOLD: as the answer to the try has them */
	uint64_t generation;
	uint32_t unreported;
	uint32_t replays;
	struct otp_wire_place place;	       /* STATUS */
	bool all;			       /* FORGET: all devices, or */
	uint8_t forgotten[OTP_DEVICE_ID_SIZE]; /* this one */
	/*
	 * RESYNC, REMOVE: its number, from 0; ADDRESS, to REMOVE: an address's
	 */
	uint32_t token;
	/* RESYNC: the second code; PUT, RECOVERY, REMOVE, ADDRESS: the proof */
	char second[OTP_WIRE_CODE_SIZE];
	struct otp_wire_change change; /* PUT, RECOVERY, REMOVE, ADDRESS */
	struct otp_wire_enrol enrol;   /* ENROLL */
};

/* A secret with PUT, RECOVERY and DRAW: the caller wipes it. */
struct otp_wire_answer {
	uint32_t version; /* the request's; 0: OTP_WIRE_VERSION */
	enum otp_wire_verb verb;
	char account[OTP_ACCOUNT_SIZE]; /* the request's */
	enum otp_err
	    err; /* if another than OK, only 'committed' counts below */
	struct otp_fault fault;		 /* of 'err' */
	struct otp_look look;		 /* LOOK */
	struct otp_answer answer;	 /* TRY, without its 'told' */
	bool noted;			 /* TOLD */
	struct otp_wire_place place;	 /* STATUS: the request's, */
	struct otp_overview overview;	 /* of which only that part is filled */
	uint32_t forgotten;		 /* FORGET: how many */
	enum otp_verdict resync;	 /* RESYNC */
	struct otp_sent sent;		 /* SEND, ADDRESS */
	struct otp_wire_drawing drawing; /* DRAW */
	/* PUT, RECOVERY, REMOVE, ADDRESS; ENROLL: its verdict alone */
	struct otp_own_result own;
	bool committed;	      /* the change is active, even with an error; */
	uint32_t codes_count; /* then the new recovery codes */
	char codes[OTP_SEED_RECOVERY][OTP_RECOVERY_TEXT_SIZE];
};

/*
 * Write REQUEST.  Errors: PARSE (a reader would refuse it: a text without a
 * NUL, a number out of its range, or a field that the verb does not have).
 */
enum otp_err otp_wire_put_request(const struct otp_wire_request *request,
    uint8_t ret_data[OTP_WIRE_REQUEST_SIZE]) OTP_MUST_USE;

/*
 * Read SIZE bytes: just what otp_wire_put_request() writes.  Errors: PARSE.
 */
enum otp_err otp_wire_get_request(const uint8_t *data, size_t size,
    struct otp_wire_request *ret_request) OTP_MUST_USE;

/* The same of an answer.  One with an error never has the verdict ACCEPT. */
enum otp_err otp_wire_put_answer(const struct otp_wire_answer *answer,
    uint8_t ret_data[OTP_WIRE_ANSWER_SIZE]) OTP_MUST_USE;
enum otp_err otp_wire_get_answer(const uint8_t *data, size_t size,
    struct otp_wire_answer *ret_answer) OTP_MUST_USE;

/*
 * Whether the SIZE bytes begin as a message of pam_otp does, of another version
 * than OTP_WIRE_VERSION.  The daemon answers one that it cannot read with
 * otp_wire_put_version(), its own version alone.
 */
bool otp_wire_is_other_version(const uint8_t *data, size_t size);
void otp_wire_put_version(uint8_t ret_data[OTP_WIRE_VERSION_SIZE]);

/* A message of the version 0, which none is: it asks for the daemon's. */
void otp_wire_ask_version(uint8_t ret_data[OTP_WIRE_VERSION_SIZE]);

#endif
