/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * term2ppm THEME COLOURS COLUMNSxROWS: what a terminal of that size would
 * show after having been sent standard input, as a portable pixmap.
 *
 * THEME names the default colours and the first sixteen.  COLOURS is 256, 16
 * or 8 for a terminal that knows only so many and takes each parameter of a
 * sequence it does not know by itself, as old ones do, or 0 for one without
 * any.  Blinking cells are drawn while they are dark.  A newline at the bottom
 * scrolls and fills the new row with the background in force.
 *
 * It knows SGR and the characters of a QR code; all else is an error, as
 * nothing else is expected.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_WIDTH  8
#define CELL_HEIGHT 16
#define MAX_COLUMNS 400
#define MAX_ROWS    400
#define PARAMETERS  32

struct theme {
	const char *name;
	unsigned ink, paper; /* default colours, 0xRRGGBB */
	unsigned first[16];
	unsigned sixteenth[6]; /* 16 to 21, where the theme changes them */
};

static const struct theme themes[] = {
	{ "dark", 0xe5e5e5, 0x000000,
	    { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
		0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
		0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff },
	    { 0 } },
	{ "light", 0x000000, 0xffffff,
	    { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
		0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
		0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff },
	    { 0 } },
	/* The console's grey 7. */
	{ "vga", 0xaaaaaa, 0x000000,
	    { 0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa,
		0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555, 0x55ff55, 0xffff55,
		0x5555ff, 0xff55ff, 0x55ffff, 0xffffff },
	    { 0 } },
	{ "solarized-dark", 0x839496, 0x002b36,
	    { 0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682,
		0x2aa198, 0xeee8d5, 0x002b36, 0xcb4b16, 0x586e75, 0x657b83,
		0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3 },
	    { 0 } },
	{ "solarized-light", 0x657b83, 0xfdf6e3,
	    { 0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682,
		0x2aa198, 0xeee8d5, 0x002b36, 0xcb4b16, 0x586e75, 0x657b83,
		0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3 },
	    { 0 } },
	/* Changes 16 to 21 as well. */
	{ "base16", 0xd8d8d8, 0x181818,
	    { 0x181818, 0xab4642, 0xa1b56c, 0xf7ca88, 0x7cafc2, 0xba8baf,
		0x86c1b9, 0xd8d8d8, 0x585858, 0xab4642, 0xa1b56c, 0xf7ca88,
		0x7cafc2, 0xba8baf, 0x86c1b9, 0xf8f8f8 },
	    { 0xdc9656, 0xa16946, 0x282828, 0x383838, 0xb8b8b8, 0xe8e8e8 } },
};

struct pen {
	unsigned ink, paper;
	bool reverse, blink;
};

struct cell {
	unsigned sign; /* code point */
	unsigned ink, paper;
};

struct screen {
	const struct theme *theme;
	int colours, columns, rows, x, y;
	struct pen pen;
	struct cell cells[MAX_ROWS][MAX_COLUMNS];
};

static _Noreturn void
fail(const char *what, unsigned value)
{
	fprintf(stderr, "term2ppm: %s %#x\n", what, value);
	exit(2);
}

static unsigned
rgb(unsigned red, unsigned green, unsigned blue)
{
	return (red & 255) << 16 | (green & 255) << 8 | (blue & 255);
}

static unsigned
colour_of(const struct screen *screen, unsigned index)
{
	static const unsigned levels[6] = { 0, 95, 135, 175, 215, 255 };
	const struct theme *theme = screen->theme;

	if (index < 16)
		return theme->first[index];
	if (index < 22 && theme->sixteenth[index - 16])
		return theme->sixteenth[index - 16];
	if (index < 232) {
		index -= 16;
		return rgb(levels[index / 36], levels[index / 6 % 6],
		    levels[index % 6]);
	}
	index = 8 + 10 * (index - 232);
	return rgb(index, index, index);
}

static void
pen_reset(struct screen *screen)
{
	screen->pen = (struct pen){ screen->theme->ink, screen->theme->paper,
		false, false };
}

/* 38 or 48: how many parameters it takes in all; 1 where it is not known. */
static int
sgr_extended(struct screen *screen, const unsigned *p, int left)
{
	unsigned *target = p[0] == 38 ? &screen->pen.ink : &screen->pen.paper;

	if (screen->colours < 256)
		return 1;
	if (left >= 3 && p[1] == 5 && p[2] < 256) {
		*target = colour_of(screen, p[2]);
		return 3;
	}
	if (left >= 5 && p[1] == 2) {
		*target = rgb(p[2], p[3], p[4]);
		return 5;
	}
	fail("bad colour", p[0]);
}

static void
sgr_colour(struct screen *screen, unsigned n)
{
	struct pen *pen = &screen->pen;

	if (screen->colours == 0)
		return;
	if (n >= 30 && n <= 37)
		pen->ink = colour_of(screen, n - 30);
	else if (n >= 40 && n <= 47)
		pen->paper = colour_of(screen, n - 40);
	else if (n == 39)
		pen->ink = screen->theme->ink;
	else if (n == 49)
		pen->paper = screen->theme->paper;
	else if (screen->colours >= 16 && n >= 90 && n <= 97)
		pen->ink = colour_of(screen, n - 90 + 8);
	else if (screen->colours >= 16 && n >= 100 && n <= 107)
		pen->paper = colour_of(screen, n - 100 + 8);
}

static void
sgr(struct screen *screen, const unsigned *p, int count)
{
	for (int i = 0; i < count;) {
		int taken = 1;

		switch (p[i]) {
		case 0:
			pen_reset(screen);
			break;
		case 5:
		case 25:
			screen->pen.blink = p[i] == 5;
			break;
		case 7:
		case 27:
			screen->pen.reverse = p[i] == 7;
			break;
		case 38:
		case 48:
			taken = sgr_extended(screen, &p[i], count - i);
			break;
		default:
			sgr_colour(screen, p[i]);
		}
		i += taken;
	}
}

static void
escape_read(struct screen *screen)
{
	unsigned p[PARAMETERS] = { 0 };
	int count = 1, c = getchar();

	if (c != '[')
		fail("not a control sequence", (unsigned)c);
	while ((c = getchar()) != 'm') {
		if (c >= '0' && c <= '9')
			p[count - 1] = p[count - 1] * 10 + (unsigned)(c - '0');
		else if (c == ';' && count < PARAMETERS)
			count++;
		else
			fail("not SGR", (unsigned)c);
	}
	sgr(screen, p, count);
}

static struct cell
cell_make(const struct screen *screen, unsigned sign)
{
	const struct pen *pen = &screen->pen;
	struct cell cell = { sign, pen->ink, pen->paper };

	if (pen->reverse)
		cell = (struct cell){ sign, pen->paper, pen->ink };
	if (pen->blink)
		cell.ink = cell.paper;
	return cell;
}

static void
row_fill(struct screen *screen, int row)
{
	struct cell blank = { ' ', screen->pen.ink, screen->pen.paper };

	for (int x = 0; x < screen->columns; x++)
		screen->cells[row][x] = blank;
}

static void
newline(struct screen *screen)
{
	screen->x = 0;
	if (++screen->y < screen->rows)
		return;

	memmove(screen->cells[0], screen->cells[1],
	    sizeof(screen->cells[0]) * (size_t)(screen->rows - 1));
	screen->y = screen->rows - 1;
	row_fill(screen, screen->y);
}

static void
put(struct screen *screen, unsigned sign)
{
	if (screen->x == screen->columns)
		newline(screen);
	screen->cells[screen->y][screen->x++] = cell_make(screen, sign);
}

/* The six bits of a further byte. */
static unsigned
utf8_more(void)
{
	int byte = getchar();

	if ((byte & 0xc0) != 0x80)
		fail("not UTF-8", (unsigned)byte);
	return (unsigned)byte & 63;
}

/* The rest of a sequence: three bytes are a block's, two a letter's. */
static unsigned
utf8_read(int first)
{
	unsigned sign = (unsigned)first & 15;

	if ((first & 0xe0) == 0xc0)
		return ((unsigned)first & 31) << 6 | utf8_more();
	if ((first & 0xf0) != 0xe0)
		fail("not UTF-8 of two or three bytes", (unsigned)first);
	sign = sign << 6 | utf8_more();
	return sign << 6 | utf8_more();
}

static void
screen_feed(struct screen *screen)
{
	int c;

	while ((c = getchar()) != EOF) {
		if (c == '\n')
			newline(screen);
		else if (c == '\033')
			escape_read(screen);
		else if (c >= 0x80)
			put(screen, utf8_read(c));
		else if (c >= ' ' && c < 0x7f)
			put(screen, (unsigned)c);
		else
			fail("unexpected byte", (unsigned)c);
	}
}

/* Whether a sign has ink at this place of its cell. */
static bool
sign_inked(unsigned sign, int x, int y)
{
	switch (sign) {
	case ' ':
		return false;
	case 0x2580:
		return y < CELL_HEIGHT / 2;
	case 0x2584:
		return y >= CELL_HEIGHT / 2;
	case 0x2588:
		return true;
	case '#':
		if (y < 2 || y > 13)
			return false;
		return x == 2 || x == 5 || y == 5 || y == 6 || y == 9 ||
		    y == 10;
	default:
		/* Any other writing: something of middling weight. */
		return y > 2 && y < 13 && (x == 1 || x == 4);
	}
}

static void
screen_draw(const struct screen *screen)
{
	printf("P6\n%d %d\n255\n", screen->columns * CELL_WIDTH,
	    screen->rows * CELL_HEIGHT);
	for (int y = 0; y < screen->rows * CELL_HEIGHT; y++) {
		for (int x = 0; x < screen->columns * CELL_WIDTH; x++) {
			const struct cell *cell =
			    &screen->cells[y / CELL_HEIGHT][x / CELL_WIDTH];
			bool inked = sign_inked(
			    cell->sign, x % CELL_WIDTH, y % CELL_HEIGHT);
			unsigned colour = inked ? cell->ink : cell->paper;

			putchar((int)(colour >> 16 & 255));
			putchar((int)(colour >> 8 & 255));
			putchar((int)(colour & 255));
		}
	}
}

int
main(int argc, char **argv)
{
	static struct screen screen;

	if (argc != 4 ||
	    sscanf(argv[3], "%dx%d", &screen.columns, &screen.rows) != 2 ||
	    screen.columns < 1 || screen.columns > MAX_COLUMNS ||
	    screen.rows < 1 || screen.rows > MAX_ROWS)
		fail("usage: term2ppm THEME COLOURS COLUMNSxROWS", 0);
	for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++)
		if (strcmp(themes[i].name, argv[1]) == 0)
			screen.theme = &themes[i];
	if (!screen.theme)
		fail("no such theme", 0);
	screen.colours = atoi(argv[2]);

	pen_reset(&screen);
	for (int row = 0; row < screen.rows; row++)
		row_fill(&screen, row);
	screen_feed(&screen);
	screen_draw(&screen);
	return fflush(stdout) == EOF;
}
