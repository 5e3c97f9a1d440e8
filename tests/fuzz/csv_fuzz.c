/* SPDX-License-Identifier: BSD-2-Clause */
/* A list of tokens: a header, and rows under it. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/import_csv.h"
#include "common/core/line.h"

static void
check_row(const struct otp_import_csv *csv, const struct otp_line *line)
{
	static struct otp_import_csv_row row;
	struct otp_fault fault = { 0 };
	enum otp_err err;

	memset(&row, FUZZ_MARK, sizeof(row));
	err = otp_import_csv_parse(
	    csv, line->text, line->length, NULL, &row, &fault);
	FUZZ_MUST(memchr(row.user, '\0', sizeof(row.user)) != NULL);
	FUZZ_MUST(memchr(row.serial, '\0', sizeof(row.serial)) != NULL);
	if (err == OTP_OK)
		FUZZ_MUST(fuzz_is_sound_unnamed(&row.token));
	else
		FUZZ_MUST(fuzz_is_zero(&row.token, sizeof(row.token)) &&
		    fault.detail != OTP_DETAIL_NONE && fuzz_is_sound(&fault));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct otp_lines rest = { text, size, 0 };
	struct otp_fault fault = { 0 };
	struct otp_import_csv csv;
	struct otp_line line;

	memset(&csv, FUZZ_MARK, sizeof(csv));
	otp_line_from_returns(text, size);
	while (otp_line_next(&rest, &line) &&
	    otp_import_csv_is_separator(line.text, line.length))
		FUZZ_MUST(!otp_import_csv_is(line.text, line.length));
	if (rest.number > 0) {
		if (otp_import_csv_header(
			line.text, line.length, NULL, &csv, &fault) != OTP_OK) {
			FUZZ_MUST(fuzz_untouched(&csv, sizeof(csv)));
			FUZZ_MUST(fault.detail != OTP_DETAIL_NONE &&
			    fuzz_is_sound(&fault));
		} else {
			FUZZ_MUST(otp_import_csv_is(line.text, line.length));
			while (otp_line_next(&rest, &line))
				check_row(&csv, &line);
		}
	}
	free(text);
	return 0;
}
