/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * otp-deliver(8): delivers the one message on standard input.
 *
 *	frame -> program for the scheme -> host's limits -> run it -> log line
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/address.h"
#include "common/core/wipe.h"
#include "otp-deliver/limits.h"
#include "otp-deliver/program.h"
#include "otp-deliver/report.h"
#include "otp-deliver/request.h"

#define DESCRIPTORS 1024 /* that a super-server may have left open */

static void process_prepare(void);
static enum otp_outcome message_deliver(const struct otp_message *message,
    struct otp_program *program, struct otp_fault *fault);
static enum otp_outcome message_allow(
    const struct otp_message *message, struct otp_fault *fault);
static enum otp_outcome program_outcome(const struct otp_program *program);

int
main(int argc, char **argv)
{
	struct otp_message message = { 0 };
	struct otp_program program = { .path = "" };
	struct otp_fault fault = { 0 };
	enum otp_outcome outcome = OTP_OUTCOME_FRAME;

	if (argc != 1) {
		(void)fprintf(stderr,
		    "otp-deliver: unexpected argument \"%s\"; see "
		    "otp-deliver(8)\n",
		    argv[argc > 1]);
		return 2;
	}
	process_prepare();
	if (otp_request_read(STDIN_FILENO, &message, &fault) != OTP_OK) {
		otp_report(outcome, NULL, &program, &fault);
		return 1;
	}
	outcome = message_deliver(&message, &program, &fault);
	otp_report(outcome, &message, &program, &fault);
	otp_wipe(&message, sizeof(message));
	otp_program_finish(&program);
	return outcome != OTP_OUTCOME_DELIVERED;
}

/*
 * A super-server may have left descriptors open or the standard ones closed,
 * and signals ignored.  The message has a code: no core file has it.
 */
static void
process_prepare(void)
{
	const struct rlimit none = { 0, 0 };
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	while (null >= 0 && null <= STDERR_FILENO)
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS; fd++)
		(void)close(fd);
	(void)sigaction(SIGCHLD, &standard, NULL);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)umask(S_IRWXG | S_IRWXO);
}

static enum otp_outcome
message_deliver(const struct otp_message *message, struct otp_program *program,
    struct otp_fault *fault)
{
	enum otp_outcome outcome;
	enum otp_err err = otp_program_find(
	    message->to.uri, otp_address_scheme(&message->to), program, fault);

	if (err == OTP_ERR_ABSENT)
		return OTP_OUTCOME_NO_PROGRAM;
	if (err != OTP_OK)
		return OTP_OUTCOME_PROGRAM;
	outcome = message_allow(message, fault);
	if (outcome != OTP_OUTCOME_DELIVERED)
		return outcome;
	if (otp_program_run(program, message, fault) != OTP_OK)
		return OTP_OUTCOME_START;
	return program_outcome(program);
}

/* OTP_OUTCOME_DELIVERED: it may be. */
static enum otp_outcome
message_allow(const struct otp_message *message, struct otp_fault *fault)
{
	bool allowed = false;

	if (otp_limits_charge(message->kind, &allowed, fault) != OTP_OK)
		return OTP_OUTCOME_STATE;
	return allowed ? OTP_OUTCOME_DELIVERED : OTP_OUTCOME_LIMIT;
}

static enum otp_outcome
program_outcome(const struct otp_program *program)
{
	switch (program->end) {
	case OTP_PROGRAM_EXITED:
		return program->number == 0 ? OTP_OUTCOME_DELIVERED
					    : OTP_OUTCOME_EXIT;
	case OTP_PROGRAM_KILLED:
		return OTP_OUTCOME_KILLED;
	case OTP_PROGRAM_TIMED_OUT:
		break;
	}
	return OTP_OUTCOME_TIMEOUT;
}
