/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/text.h"

#include <iconv.h>
#include <langinfo.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "common/core/logline.h"
#include "common/core/typed.h"
#include "common/core/utf8.h"
#include "otp-enroll/cli/fill.h"

/* Accents that are characters of their own, as macOS writes them. */
#define ACCENT_FIRST 0x0300
#define ACCENT_LAST  0x036F

static bool is_visible(const char *text, size_t length, uint32_t c);

bool
otp_text_to_utf8(char *text, size_t size)
{
	char converted[OTP_ESCAPED_SIZE];
	char *in = text, *out = converted;
	size_t left = strlen(text), room = size - 1;
	iconv_t conversion;
	bool done;

	if (otp_utf8_is(text))
		return true;
	if (size > sizeof(converted))
		return false;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	conversion = iconv_open("UTF-8", nl_langinfo(CODESET));
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): as iconv_open(3) has it */
	if (conversion == (iconv_t)-1)
		return false;
	done = iconv(conversion, &in, &left, &out, &room) != (size_t)-1;
	(void)iconv_close(conversion);
	*out = '\0';
	if (done)
		memcpy(text, converted, strlen(converted) + 1);
	return done;
}

struct otp_escaped
otp_text_shown(const char *text)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	const bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	struct otp_escaped shown = { "" };
	size_t left = strlen(text);

	if (!utf8)
		return otp_escaped(text);
	while (left > 0) {
		char piece[sizeof("\\xff")] = "";
		uint32_t c = 0;
		size_t length = otp_utf8_next(text, left, &c);

		if (length > 1 && is_visible(text, length, c)) {
			memcpy(piece, text, length);
		} else {
			const char byte[] = { *text, '\0' };

			otp_logline_escape(byte, piece, sizeof(piece));
			length = 1;
		}
		otp_append(shown.text, sizeof(shown.text), piece);
		text += length;
		left -= length;
	}
	return shown;
}

static bool
is_visible(const char *text, size_t length, uint32_t c)
{
	if (c >= ACCENT_FIRST && c <= ACCENT_LAST)
		return otp_typed_blank(text, length) == 0;
	return iswprint((wint_t)c) != 0 && wcwidth((wchar_t)c) > 0 &&
	    otp_typed_blank(text, length) == 0;
}
