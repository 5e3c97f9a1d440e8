/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_otpd(8): checks codes for programs that are not root.
 *
 *	sockets -> accept -> rights -> limits -> worker -> answer
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/oath.h"
#include "common/core/options.h"
#include "common/core/wipe.h"
#include "common/effects/options_file.h"
#include "pam_otpd/accept.h"
#include "pam_otpd/report.h"
#include "pam_otpd/sockets.h"

#define EXIT_FAILED 1
#define EXIT_USAGE  2

static const char help[] =
    "usage: pam_otpd [--listen] [--conf=FILE] [--stderr]\n"
    "       pam_otpd --help | --version\n"
    "\n"
    "Checks codes for programs that are not root: pam_otpd(8).\n"
    "\n"
    "  --listen     create the sockets; otherwise systemd passes them\n"
    "  --conf=FILE  read another configuration file\n"
    "  --stderr     log to standard error\n";

struct arguments {
	bool listen;
	bool to_stderr;
	const char *conf; /* or NULL */
};

static struct arguments arguments_read(int, char **);
static void process_prepare(void);
static void library_prepare(void);
static int sockets_serve(const struct arguments *);
static enum otp_err sockets_folder(
    const char *, struct otp_options *, struct otp_fault *);
static int sockets_fail(const char *, enum otp_err, const struct otp_fault *);

int
main(int argc, char **argv)
{
	const struct arguments arguments = arguments_read(argc, argv);

	process_prepare();
	otp_report_begin(arguments.to_stderr);
	library_prepare();
	return sockets_serve(&arguments);
}

static struct arguments
arguments_read(int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", no_argument, NULL, 'l' },
		{ "conf", required_argument, NULL, 'c' },
		{ "stderr", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 },
	};
	struct arguments arguments = { .conf = NULL };
	int found;

	while ((found = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (found) {
		case 'l':
			arguments.listen = true;
			break;
		case 'c':
			arguments.conf = optarg;
			break;
		case 's':
			arguments.to_stderr = true;
			break;
		case 'h':
			(void)fputs(help, stdout);
			exit(0);
		case 'v':
			(void)puts("pam_otpd (" PACKAGE_STRING ")");
			exit(0);
		default: /* getopt_long() said what is wrong */
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr, "pam_otpd: unexpected argument \"%s\"\n",
		    argv[optind]);
		exit(EXIT_USAGE);
	}
	return arguments;
}

/* Codes pass through this process: no core file has them. */
static void
process_prepare(void)
{
	const struct rlimit none = { 0, 0 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	while (null >= 0 && null < STDERR_FILENO)
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null > STDERR_FILENO)
		(void)close(null);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)umask(S_IRWXG | S_IRWXO);
}

/*
 * A process that checks a code is a copy of this one, and need not set up
 * libcrypto, which takes longer than the check.
 */
static void
library_prepare(void)
{
	static const uint8_t secret[16];
	struct otp_oath *oath = NULL;
	uint32_t value = 0;

	if (otp_oath_new(OTP_SHA1, secret, sizeof(secret), &oath) == OTP_OK &&
	    otp_oath_value(oath, 0, 6, &value) == OTP_OK)
		otp_wipe(&value, sizeof(value));
	otp_oath_free(oath);
}

static int
sockets_serve(const struct arguments *arguments)
{
	struct otp_options options;
	struct otp_sockets sockets;
	struct otp_fault fault = { 0 };
	enum otp_err err;
	bool done = false;

	otp_options_default(&options);
	if (!arguments->listen) {
		err = otp_sockets_take(&sockets, &fault);
	} else {
		err = sockets_folder(arguments->conf, &options, &fault);
		if (err == OTP_OK)
			err = otp_sockets_create(
			    options.sockets, &sockets, &fault);
	}
	if (err == OTP_ERR_ABSENT && !arguments->listen)
		return sockets_fail(
		    "systemd passed no sockets; see pam_otpd(8)", err, &fault);
	if (err != OTP_OK)
		return sockets_fail("no sockets", err, &fault);
	done = otp_accept_all(&sockets, arguments->conf, !arguments->listen);
	if (arguments->listen)
		otp_sockets_remove(options.sockets);
	if (done)
		return 0;
	fault = (struct otp_fault){ .errnum = errno };
	return sockets_fail("cannot go on", OTP_ERR_READ, &fault);
}

/* The configuration says where the sockets are. */
static enum otp_err
sockets_folder(
    const char *conf, struct otp_options *options, struct otp_fault *fault)
{
	const enum otp_err err = otp_options_file_read(
	    conf != NULL ? conf : OTP_DEFAULT_CONF, options, fault);

	if (err == OTP_ERR_ABSENT && conf == NULL)
		return OTP_OK;
	return err;
}

static int
sockets_fail(const char *text, enum otp_err err, const struct otp_fault *fault)
{
	(void)fprintf(stderr, "pam_otpd: %s: %s%s%s%s%s%s%s\n", text,
	    otp_err_reason(err), fault->where[0] != '\0' ? ": " : "",
	    fault->where, fault->detail != OTP_DETAIL_NONE ? ": " : "",
	    otp_detail_word(fault->detail), fault->errnum != 0 ? ": " : "",
	    fault->errnum != 0 ? strerror(fault->errnum) : "");
	return EXIT_FAILED;
}
