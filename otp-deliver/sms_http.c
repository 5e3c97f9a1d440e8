/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sms-http, a program for sms: addresses: it gives the message to a gateway
 * with curl(1).  Two files of the administrator's say how: options of curl
 * with the gateway's address and credentials, and what is sent to it.
 *
 * MUST, each with its test in tests/deliver/sms.sh:
 *
 * 1. Neither credentials nor the message are in the arguments
 *    (sms_http__tells_nothing_by_arguments).
 * 2. What is put into the body stays a value (sms_http__quotes_for_json,
 *    sms_http__quotes_for_a_form).
 * 3. Credentials that all can read are not used
 *    (sms_http__refuses_open_credentials).
 */
#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/core/frame.h"
#include "common/core/wipe.h"
#include "otp-deliver/settings.h"
#include "otp-deliver/submit.h"

#define CURL_FILE OTP_DELIVER_CONF_DIR "/sms-http.curl"
#define BODY_FILE OTP_DELIVER_CONF_DIR "/sms-http.body"

#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded"
#define JSON_TYPE "Content-Type: application/json"

#define SIZE_MAX_READ 16384 /* bytes of either file */

/* A place in the body, and what is put there. */
struct place {
	const char *name;
	const char *value;
};

static bool body_write(struct otp_submission *body);
static void body_fill(struct otp_submission *body, const char *template,
    const struct place *places, bool json);
static const struct place *place_at(
    const char *template, const struct place *places);
static void add_json(struct otp_submission *body, const char *value);
static void add_form(struct otp_submission *body, const char *value);

int
main(void)
{
	static struct otp_submission body;
	const bool json = body_write(&body);
	char text[SIZE_MAX_READ];
	/* Root's file comes last, so that its options override these. */
	char curl[] = "curl", disable[] = "--disable", silent[] = "--silent",
	     show[] = "--show-error", fail[] = "--fail-with-body",
	     proto[] = "--proto", https[] = "=https", time[] = "--max-time",
	     seconds[] = "9", header[] = "--header", form_type[] = FORM_TYPE,
	     json_type[] = JSON_TYPE, data[] = "--data-binary", input[] = "@-",
	     config[] = "--config", file[] = CURL_FILE;
	char *arguments[] = { curl, disable, silent, show, fail, proto, https,
		time, seconds, header, json ? json_type : form_type, data,
		input, config, file, NULL };

	if (!otp_settings_text(CURL_FILE, true, text, sizeof(text)))
		otp_submit_fail(CURL_FILE " does not exist");
	otp_wipe(text, sizeof(text));
	otp_submit(&body, arguments);
}

/* Return whether it is JSON. */
static bool
body_write(struct otp_submission *body)
{
	char template[SIZE_MAX_READ] = "to=@TO@&text=@TEXT@\n";
	char text[OTP_FRAME_MAX];
	const struct place places[] = {
		{ "@TO@", otp_submit_variable("OTP_TO") },
		{ "@TEXT@", text },
		{ NULL, NULL },
	};
	bool json;

	otp_submit_read(text, sizeof(text));
	text[strlen(text) - 1] = '\0'; /* the last newline */
	(void)otp_settings_text(BODY_FILE, false, template, sizeof(template));
	json = template[strspn(template, " \t\n")] == '{' ||
	    template[strspn(template, " \t\n")] == '[';
	body_fill(body, template, places, json);
	return json;
}

static void
body_fill(struct otp_submission *body, const char *template,
    const struct place *places, bool json)
{
	while (*template != '\0') {
		const struct place *place = place_at(template, places);

		if (place == NULL) {
			otp_submit_add(body, "%c", *template ++);
			continue;
		}
		if (json)
			add_json(body, place->value);
		else
			add_form(body, place->value);
		template += strlen(place->name);
	}
}

static const struct place *
place_at(const char *template, const struct place *places)
{
	for (; places->name != NULL; places++)
		if (strncmp(template, places->name, strlen(places->name)) == 0)
			return places;
	return NULL;
}

/* RFC 8259, for printable ASCII and line feeds. */
static void
add_json(struct otp_submission *body, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			otp_submit_add(body, "\\n");
		else if (*value == '"' || *value == '\\')
			otp_submit_add(body, "\\%c", *value);
		else
			otp_submit_add(body, "%c", *value);
	}
}

/* RFC 3986: each byte but those that are unreserved. */
static void
add_form(struct otp_submission *body, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *value != '\0'; value++) {
		if (strchr(plain, *value) != NULL)
			otp_submit_add(body, "%c", *value);
		else
			otp_submit_add(body, "%%%02X", (unsigned char)*value);
	}
}
