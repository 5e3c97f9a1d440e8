/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program for mailto: addresses.  It writes one plain mail and gives it to
 * sendmail(8), as every mail server and many small programs have it.
 *
 * MUST, each with its test in tests/deliver/mailto.sh:
 *
 * 1. Nothing of a message becomes a header of its own
 *    (mailto__takes_no_header_from_any_value).
 * 2. There is one recipient, and no argument names it
 *    (mailto__takes_one_plain_address, mailto__tells_nothing_by_arguments).
 * 3. No header has the code (mailto__has_the_code_in_its_text_alone).
 */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "common/core/address.h"
#include "common/core/conf.h"
#include "common/core/frame.h"
#include "otp-deliver/settings.h"
#include "otp-deliver/submit.h"

struct mailto_settings {
	char from[OTP_ADDRESS_SIZE];
	char sendmail[512];
};

static const struct otp_conf_option options[] = {
	{ .name = "from",
	    .type = OTP_CONF_TEXT,
	    .place = OTP_CONF_FILE,
	    .offset = offsetof(struct mailto_settings, from),
	    .size = sizeof(((struct mailto_settings *)NULL)->from) },
	{ .name = "sendmail",
	    .type = OTP_CONF_PATH,
	    .place = OTP_CONF_FILE,
	    .offset = offsetof(struct mailto_settings, sendmail),
	    .size = sizeof(((struct mailto_settings *)NULL)->sendmail) },
};

static void mail_write(struct otp_submission *mail, const char *from);
static void check_address(const char *address, const char *what);
static const char *host_name(void);
static void add_from(struct otp_submission *mail, const char *from);
static void add_subject(struct otp_submission *mail);
static void add_date(struct otp_submission *mail);
static void add_id(struct otp_submission *mail);

int
main(void)
{
	struct mailto_settings settings = { "", "/usr/sbin/sendmail" };
	static struct otp_submission mail;
	/* -t: the recipient is in the mail.  -i: a dot ends nothing. */
	char *arguments[] = { settings.sendmail, (char[]){ "-i" },
		(char[]){ "-t" }, NULL };

	otp_settings_read(OTP_DELIVER_CONF_DIR "/mailto.conf", options,
	    sizeof(options) / sizeof(options[0]), &settings);
	mail_write(&mail, settings.from);
	otp_submit(&mail, arguments);
}

static void
mail_write(struct otp_submission *mail, const char *from)
{
	const char *to = otp_submit_variable("OTP_TO");
	char text[OTP_FRAME_MAX];

	check_address(to, "OTP_TO");
	otp_submit_read(text, sizeof(text));
	add_from(mail, from);
	otp_submit_add(mail, "To: %s\n", to);
	add_subject(mail);
	add_date(mail);
	add_id(mail);
	/* RFC 3834: no program answers it. */
	otp_submit_add(mail,
	    "Auto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=us-ascii\n"
	    "Content-Transfer-Encoding: 7bit\n");
	otp_submit_add(mail, "\n%s", text);
}

/* As in a seed file: no comma, no quotes, nothing that a header would need. */
static void
check_address(const char *address, const char *what)
{
	struct otp_address checked;
	char uri[sizeof(checked.uri)];
	const int length = snprintf(uri, sizeof(uri), "mailto:%s", address);

	if (length < 0 || (size_t)length >= sizeof(uri) ||
	    otp_address_parse(uri, (size_t)length, &checked, NULL) != OTP_OK)
		otp_submit_fail("%s is not a mail address", what);
}

/* For headers that demand a name of some form. */
static const char *
host_name(void)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789.-";
	const char *host = otp_submit_variable("OTP_HOST");

	if (host[0] == '\0' || host[strspn(host, letters)] != '\0')
		return "localhost";
	return host;
}

/* An answer reaches the administrator. */
static void
add_from(struct otp_submission *mail, const char *from)
{
	if (from[0] == '\0') {
		otp_submit_add(mail, "From: root@%s\n", host_name());
		return;
	}
	check_address(from, "from");
	otp_submit_add(mail, "From: %s\n", from);
}

/* It is shown where the mail is not opened, so it says nothing of the code. */
static void
add_subject(struct otp_submission *mail)
{
	const char *tag = otp_submit_variable("OTP_TAG");

	if (strcmp(otp_submit_variable("OTP_KIND"), "code") == 0)
		otp_submit_add(mail, "Subject: Code for %s (message %s)\n",
		    host_name(), tag);
	else
		otp_submit_add(
		    mail, "Subject: Login notice from %s\n", host_name());
}

/* RFC 5322, in UTC and in English whatever the locale is. */
static void
add_date(struct otp_submission *mail)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const time_t now = time(NULL);
	struct tm utc;

	if (now == (time_t)-1 || gmtime_r(&now, &utc) == NULL)
		otp_submit_fail("the clock does not work");
	otp_submit_add(mail, "Date: %s, %d %s %d %02d:%02d:%02d +0000\n",
	    days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon],
	    utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static void
add_id(struct otp_submission *mail)
{
	uint64_t id[2];

	if (getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		otp_submit_fail("no random numbers");
	otp_submit_add(mail, "Message-ID: <%016" PRIx64 "%016" PRIx64 "@%s>\n",
	    id[0], id[1], host_name());
}
