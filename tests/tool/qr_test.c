/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <qrencode.h>

#include "tests/unit/unit.h"
#include "otp-enroll/qr/qr.h"

#define SIDE_MAX (177 + 2 * OTP_QR_QUIET)
#define TEXT_MAX 3000

/* Symbols that were freed, and those of them that were not wiped before. */
static unsigned freed, unwiped;

/* These calls fail when it is their turn, counted from 1. */
static unsigned encode_fails, alloc_fails;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
QRcode *__real_QRcode_encodeString(const char *text, int version,
    QRecLevel level, QRencodeMode hint, int casesensitive);
QRcode *__wrap_QRcode_encodeString(const char *text, int version,
    QRecLevel level, QRencodeMode hint, int casesensitive);
void __real_QRcode_free(QRcode *code);
void __wrap_QRcode_free(QRcode *code);

static bool
turn(unsigned *left)
{
	return *left > 0 && --*left == 0;
}

void *
__wrap_malloc(size_t size)
{
	return turn(&alloc_fails) ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return turn(&alloc_fails) ? NULL : __real_calloc(count, size);
}

QRcode *
__wrap_QRcode_encodeString(const char *text, int version, QRecLevel level,
    QRencodeMode hint, int casesensitive)
{
	if (turn(&encode_fails)) {
		errno = ENOMEM;
		return NULL;
	}
	return __real_QRcode_encodeString(
	    text, version, level, hint, casesensitive);
}

void
__wrap_QRcode_free(QRcode *code)
{
	size_t size = (size_t)code->width * (size_t)code->width;

	freed++;
	for (size_t i = 0; i < size; i++)
		if (code->data[i] != 0) {
			unwiped++;
			break;
		}
	__real_QRcode_free(code);
}

static const struct {
	enum otp_qr_form form;
	enum otp_palette palette;
} ways[] = {
	{ OTP_QR_HALF_BLOCKS, OTP_PALETTE_NONE },
	{ OTP_QR_HALF_BLOCKS, OTP_PALETTE_8 },
	{ OTP_QR_HALF_BLOCKS, OTP_PALETTE_256 },
	{ OTP_QR_ASCII, OTP_PALETTE_NONE },
	{ OTP_QR_ASCII, OTP_PALETTE_8 },
	{ OTP_QR_ASCII, OTP_PALETTE_256 },
};

/*
 * The bytes that a symbol of a version holds at each level of correction,
 * ISO/IEC 18004, table 7.
 */
static const struct {
	int version;
	size_t bytes[4];
} capacities[] = {
	{ 1, { 17, 14, 11, 7 } },
	{ 2, { 32, 26, 20, 14 } },
	{ 3, { 53, 42, 32, 24 } },
	{ 4, { 78, 62, 46, 34 } },
	{ 5, { 106, 84, 60, 44 } },
	{ 6, { 134, 106, 74, 58 } },
	{ 7, { 154, 122, 86, 64 } },
	{ 8, { 192, 152, 108, 84 } },
	{ 9, { 230, 180, 130, 98 } },
	{ 10, { 271, 213, 151, 119 } },
};
#define LARGEST 2953 /* bytes at version 40, level L */

/* Lower case, so that nothing can be packed closer than a byte. */
static struct otp_qr *
encode_bytes(size_t length)
{
	char text[TEXT_MAX];
	struct otp_qr *qr = NULL;

	assert_true(length < sizeof(text));
	memset(text, 'q', length);
	text[length] = '\0';
	assert_int_equal(otp_qr_encode(text, &qr), OTP_OK);
	assert_non_null(qr);
	return qr;
}

/* A drawing, read back. */
struct drawing {
	const char *at;
	int columns, rows; /* of characters; the columns of the last row */
	bool coloured;
	int paper, ink;	  /* in force: 0 to 255, -1 for the terminal's own */
	bool back_at_end; /* all rows put the terminal's colours back */
	bool dark[SIDE_MAX + 1][SIDE_MAX + 1];
};

/* One SGR parameter of those that there are; 38 and 48 read on. */
static void
colour_take(struct drawing *drawing, const char **at)
{
	char *end = NULL;
	long value = strtol(*at, &end, 10);

	if (value == 38 || value == 48) {
		assert_memory_equal(end, ";5;", 3);
		*(value == 38 ? &drawing->ink : &drawing->paper) =
		    (int)strtol(end + 3, &end, 10);
	} else if (value >= 30 && value <= 37) {
		drawing->ink = (int)value - 30;
	} else if (value >= 40 && value <= 47) {
		drawing->paper = (int)value - 40;
	} else if (value == 0) {
		drawing->ink = drawing->paper = -1;
	} else {
		assert_int_equal(value, 25);
	}
	*at = end;
}

static void
escape_take(struct drawing *drawing)
{
	const char *at = drawing->at;

	drawing->coloured = true;
	assert_int_equal(at[1], '[');
	for (at += 2; *at != 'm'; at += *at == ';')
		colour_take(drawing, &at);
	drawing->at = at + 1;
}

static bool
is_black(int colour)
{
	return colour == 0 || colour == 232;
}

static bool
is_white(int colour)
{
	return colour == 7 || colour == 231;
}

/* What a cell with this character shows, its upper and its lower half. */
static void
cell_take(struct drawing *drawing, bool *ret_above, bool *ret_below)
{
	static const struct {
		const char *sign;
		bool above, below;
	} signs[] = {
		{ " ", false, false },
		{ "#", true, true },
		{ "\u2580", true, false },
		{ "\u2584", false, true },
		{ "\u2588", true, true },
	};
	bool all_black = drawing->coloured && is_black(drawing->paper);

	if (drawing->coloured) {
		assert_true(is_black(drawing->ink));
		assert_true(all_black || is_white(drawing->paper));
	}
	for (size_t i = 0; i < COUNT(signs); i++) {
		size_t length = strlen(signs[i].sign);

		if (strncmp(drawing->at, signs[i].sign, length) != 0)
			continue;
		drawing->at += length;
		*ret_above = all_black || signs[i].above;
		*ret_below = all_black || signs[i].below;
		return;
	}
	fail_msg("byte %#x", (unsigned char)*drawing->at);
}

static void
row_take(struct drawing *drawing, enum otp_qr_form form)
{
	int x = 0, y = drawing->rows;

	while (*drawing->at != '\n') {
		bool above = false, below = false;

		assert_int_not_equal(*drawing->at, '\0');
		if (*drawing->at == '\033') {
			escape_take(drawing);
			continue;
		}
		cell_take(drawing, &above, &below);
		if (form == OTP_QR_HALF_BLOCKS) {
			assert_true(x <= SIDE_MAX && 2 * y + 1 <= SIDE_MAX);
			drawing->dark[2 * y][x] = above;
			drawing->dark[2 * y + 1][x] = below;
		} else {
			assert_true(x / 2 <= SIDE_MAX && y <= SIDE_MAX);
			assert_true(
			    x % 2 == 0 || drawing->dark[y][x / 2] == above);
			drawing->dark[y][x / 2] = above;
		}
		x++;
	}
	drawing->at++;
	drawing->rows++;
	if (drawing->rows > 1)
		assert_int_equal(drawing->columns, x);
	drawing->columns = x;
	if (drawing->ink != -1 || drawing->paper != -1)
		drawing->back_at_end = false;
}

static void
drawing_read(const char *text, enum otp_qr_form form, struct drawing *drawing)
{
	*drawing = (struct drawing){
		.at = text, .ink = -1, .paper = -1, .back_at_end = true
	};
	while (*drawing->at)
		row_take(drawing, form);
}

/* QR as text, on the heap. */
static char *
render(const struct otp_qr *qr, enum otp_qr_form form, enum otp_palette palette)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	assert_int_equal(otp_qr_print(qr, form, palette, stream), OTP_OK);
	assert_int_equal(fclose(stream), 0);
	return text;
}

/* Draw a text of LENGTH bytes in the WAYth way, and read it. */
static struct otp_qr *
draw(size_t length, size_t way, struct drawing *drawing)
{
	struct otp_qr *qr = encode_bytes(length);
	char *text = render(qr, ways[way].form, ways[way].palette);

	drawing_read(text, ways[way].form, drawing);
	free(text);
	return qr;
}

static const size_t lengths[] = { 1, 17, 60, 106, 107, 500, LARGEST };

static void
size__is_that_of_what_is_drawn(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++)
		for (size_t way = 0; way < COUNT(ways); way++) {
			static struct drawing drawing;
			struct otp_qr *qr = draw(lengths[i], way, &drawing);
			struct otp_terminal_size size =
			    otp_qr_size(qr, ways[way].form);

			assert_int_equal(size.columns, drawing.columns);
			assert_int_equal(size.rows, drawing.rows);
			otp_qr_free(qr);
		}
}

static void
render__draws_the_modules(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++)
		for (size_t way = 0; way < COUNT(ways); way++) {
			static struct drawing drawing;
			struct otp_qr *qr = draw(lengths[i], way, &drawing);
			int side = otp_qr_side(qr);

			for (int y = 0; y <= side; y++)
				for (int x = 0; x <= side; x++)
					assert_int_equal(drawing.dark[y][x],
					    otp_qr_dark(qr, x, y));
			otp_qr_free(qr);
		}
}

static void
render__puts_the_colours_back_in_every_row(void **state)
{
	(void)state;
	for (size_t way = 0; way < COUNT(ways); way++) {
		static struct drawing drawing;

		otp_qr_free(draw(60, way, &drawing));
		assert_true(drawing.back_at_end);
	}
}

static void
render__sends_escapes_only_where_there_are_colours(void **state)
{
	(void)state;
	for (size_t way = 0; way < COUNT(ways); way++) {
		static struct drawing drawing;

		otp_qr_free(draw(60, way, &drawing));
		assert_int_equal(
		    drawing.coloured, ways[way].palette != OTP_PALETTE_NONE);
	}
}

/* Who knows but eight colours has no use for the rest, even if harmless. */
static void
render__keeps_to_eight_colours_when_told(void **state)
{
	struct otp_qr *qr = encode_bytes(60);

	(void)state;
	for (int form = OTP_QR_HALF_BLOCKS; form <= OTP_QR_ASCII; form++) {
		char *text = render(qr, (enum otp_qr_form)form, OTP_PALETTE_8);

		assert_null(strstr(text, "8;5;"));
		free(text);
	}
	otp_qr_free(qr);
}

static void
dark__has_a_quiet_zone_of_four(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct otp_qr *qr = encode_bytes(lengths[i]);
		int side = otp_qr_side(qr);

		for (int at = 0; at < side; at++)
			for (int edge = 0; edge < 4; edge++) {
				assert_false(otp_qr_dark(qr, at, edge));
				assert_false(otp_qr_dark(qr, edge, at));
				assert_false(
				    otp_qr_dark(qr, at, side - 1 - edge));
				assert_false(
				    otp_qr_dark(qr, side - 1 - edge, at));
			}
		/* Three corners of the symbol itself are dark. */
		assert_true(otp_qr_dark(qr, 4, 4));
		assert_true(otp_qr_dark(qr, side - 5, 4));
		assert_true(otp_qr_dark(qr, 4, side - 5));
		otp_qr_free(qr);
	}
}

static void
dark__is_light_everywhere_outside(void **state)
{
	static const int places[] = { -1000, -1, 0, 1000 };
	struct otp_qr *qr = encode_bytes(LARGEST);

	(void)state;
	for (size_t y = 0; y < COUNT(places); y++)
		for (size_t x = 0; x < COUNT(places); x++)
			assert_false(otp_qr_dark(qr, places[x], places[y]));
	assert_false(otp_qr_dark(qr, otp_qr_side(qr), 20));
	assert_false(otp_qr_dark(qr, 20, otp_qr_side(qr)));
	otp_qr_free(qr);
}

static void
assert_version(size_t length, int version, char level)
{
	struct otp_qr *qr = encode_bytes(length);

	assert_int_equal(otp_qr_version(qr), version);
	assert_int_equal(otp_qr_level(qr), level);
	assert_int_equal(otp_qr_side(qr), 17 + 4 * version + 2 * OTP_QR_QUIET);
	otp_qr_free(qr);
}

static void
encode__takes_the_smallest_symbol_at_its_best_level(void **state)
{
	static const char letters[] = "LMQH";

	(void)state;
	for (size_t i = 0; i < COUNT(capacities); i++) {
		const size_t *bytes = capacities[i].bytes;
		size_t below = i > 0 ? capacities[i - 1].bytes[0] : 0;

		for (size_t level = 0; level < 4; level++)
			if (bytes[level] > below)
				assert_version(bytes[level],
				    capacities[i].version, letters[level]);
	}
}

static void
encode__takes_the_next_symbol_for_one_byte_more(void **state)
{
	(void)state;
	for (size_t i = 0; i + 1 < COUNT(capacities); i++) {
		struct otp_qr *qr = encode_bytes(capacities[i].bytes[0] + 1);

		assert_int_equal(otp_qr_version(qr), capacities[i + 1].version);
		otp_qr_free(qr);
	}
}

/* 23 rows of half blocks and one for the prompt are a window of 24. */
static void
encode__fits_a_usual_uri_in_23_rows(void **state)
{
	struct otp_qr *qr = NULL;
	struct otp_terminal_size size;

	(void)state;
	assert_int_equal(
	    otp_qr_encode("otpauth://totp/host:alice?secret="
			  "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U&issuer=host",
		&qr),
	    OTP_OK);
	assert_in_range(otp_qr_version(qr), 1, 5);
	size = otp_qr_size(qr, OTP_QR_HALF_BLOCKS);
	assert_in_range(size.rows, 1, 23);
	assert_in_range(size.columns, 1, 80);
	otp_qr_free(qr);
}

static void
encode__refuses_what_no_symbol_holds(void **state)
{
	char text[LARGEST + 2];
	struct otp_qr *qr = NULL;

	(void)state;
	assert_version(LARGEST, 40, 'L');
	memset(text, 'q', LARGEST + 1);
	text[LARGEST + 1] = '\0';
	assert_int_equal(otp_qr_encode(text, &qr), OTP_ERR_LIMIT);
	assert_null(qr);
}

static void
encode__refuses_an_empty_text(void **state)
{
	struct otp_qr *qr = NULL;

	(void)state;
	assert_int_equal(otp_qr_encode("", &qr), OTP_ERR_PARSE);
	assert_null(qr);
}

static void
encode__fails_without_memory(void **state)
{
	struct otp_qr *qr = NULL;

	(void)state;
	alloc_fails = 1;
	assert_int_equal(otp_qr_encode("text", &qr), OTP_ERR_NOMEM);
	assert_null(qr);
	/* Four levels are tried for it, and each may be the one to fail. */
	for (unsigned i = 1; i <= 4; i++) {
		freed = 0;
		encode_fails = i;
		assert_int_equal(otp_qr_encode("text", &qr), OTP_ERR_NOMEM);
		assert_int_equal(encode_fails, 0);
		assert_int_equal(freed, i - 1);
		assert_null(qr);
	}
}

static void
free__wipes_every_symbol_made(void **state)
{
	(void)state;
	freed = unwiped = 0;
	otp_qr_free(encode_bytes(1));	/* level H: L, M and Q were tried */
	otp_qr_free(encode_bytes(106)); /* level L: M was too large */
	otp_qr_free(NULL);
	assert_int_equal(freed, 4 + 2);
	assert_int_equal(unwiped, 0);
}

/* So that words can stand beside it. */
static void
print_row__leaves_the_line_open(void **state)
{
	struct otp_qr *qr = encode_bytes(60);
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	(void)state;
	assert_non_null(stream);
	otp_qr_print_row(qr, OTP_QR_ASCII, OTP_PALETTE_8, 5, stream);
	assert_int_equal(fclose(stream), 0);
	assert_null(strchr(text, '\n'));
	assert_string_equal(text + size - strlen("\033[0m"), "\033[0m");
	free(text);
	otp_qr_free(qr);
}

static void
print__tells_that_it_cannot_write(void **state)
{
	struct otp_qr *qr = encode_bytes(60);
	FILE *file = fopen("/dev/full", "w");
	static char buffer[65536]; /* all of it fails but with the flush */

	(void)state;
	assert_non_null(file);
	assert_int_equal(setvbuf(file, buffer, _IOFBF, sizeof(buffer)), 0);
	errno = 0;
	assert_int_equal(
	    otp_qr_print(qr, OTP_QR_ASCII, OTP_PALETTE_8, file), OTP_ERR_WRITE);
	assert_int_equal(errno, ENOSPC);
	(void)fclose(file); /* fails again */
	otp_qr_free(qr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size__is_that_of_what_is_drawn),
		cmocka_unit_test(render__draws_the_modules),
		cmocka_unit_test(render__puts_the_colours_back_in_every_row),
		cmocka_unit_test(
		    render__sends_escapes_only_where_there_are_colours),
		cmocka_unit_test(render__keeps_to_eight_colours_when_told),
		cmocka_unit_test(dark__has_a_quiet_zone_of_four),
		cmocka_unit_test(dark__is_light_everywhere_outside),
		cmocka_unit_test(
		    encode__takes_the_smallest_symbol_at_its_best_level),
		cmocka_unit_test(
		    encode__takes_the_next_symbol_for_one_byte_more),
		cmocka_unit_test(encode__fits_a_usual_uri_in_23_rows),
		cmocka_unit_test(encode__refuses_what_no_symbol_holds),
		cmocka_unit_test(encode__refuses_an_empty_text),
		cmocka_unit_test(encode__fails_without_memory),
		cmocka_unit_test(free__wipes_every_symbol_made),
		cmocka_unit_test(print_row__leaves_the_line_open),
		cmocka_unit_test(print__tells_that_it_cannot_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
