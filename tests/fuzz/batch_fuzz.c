/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of users: CSV, and JSON lines. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "common/core/logline.h"
#include "otp-enroll/enrol/batch_input.h"
#include "otp-enroll/cli/output.h"

static unsigned complaints;

void
otp_complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fuzz_message(format, arguments);
	va_end(arguments);
	complaints++;
}

void
otp_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fuzz_message(format, arguments);
	va_end(arguments);
}

struct otp_escaped
otp_escaped(const char *text)
{
	struct otp_escaped escaped = { "" };

	otp_logline_escape(text, escaped.text, sizeof(escaped.text));
	return escaped;
}

static void
check_row(const struct otp_batch_row *row, unsigned long last)
{
	FUZZ_MUST(row->line > last);
	FUZZ_MUST(row->user[0] != '\0' &&
	    memchr(row->user, '\0', sizeof(row->user)) != NULL);
	FUZZ_MUST(memchr(row->label, '\0', sizeof(row->label)) != NULL);
	FUZZ_MUST(
	    row->kind == 0 || row->kind == OTP_TOTP || row->kind == OTP_HOTP);
	FUZZ_MUST(strchr(row->user, '\n') == NULL || row->user[0] != '\0');
}

/* No more rows than lines; each line that is no row was complained about. */
static void
read_all(struct otp_batch_input *input, size_t lines)
{
	struct otp_batch_row row;
	unsigned long last = 0;
	size_t count = 0;

	for (;;) {
		unsigned before = complaints;
		enum otp_batch_read read;

		memset(&row, FUZZ_MARK, sizeof(row));
		read = otp_batch_next(input, &row);
		FUZZ_MUST(
		    read == OTP_BATCH_ROW || fuzz_untouched(&row, sizeof(row)));
		if (read == OTP_BATCH_END)
			break;
		FUZZ_MUST(++count <= lines + 1);
		FUZZ_MUST((read != OTP_BATCH_ROW) == (complaints > before));
		if (read == OTP_BATCH_FAILED)
			break;
		if (read == OTP_BATCH_BAD)
			continue;
		check_row(&row, last);
		last = row.line;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	size_t lines = 0;
	struct otp_batch_input *input;
	int fd = memfd_create("list", MFD_CLOEXEC);

	FUZZ_MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	input = otp_batch_open(path);
	FUZZ_MUST(input != NULL);
	read_all(input, lines);
	otp_batch_close(input);
	FUZZ_MUST(close(fd) == 0);
	return 0;
}
