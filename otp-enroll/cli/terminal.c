/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking for a line MUST, each with its test in tests/tool/terminal_test.c:
 *
 * - put the terminal's settings back on every way out but SIGKILL
 *   (ask__restores_*);
 * - leave ending by a signal to main(), so that the caller can tidy up first
 *   (ask__tells_of_*);
 * - do nothing in a signal handler but note the signal;
 * - not miss a signal that comes just before it waits
 *   (ask__sees_a_signal_just_before_it_waits);
 * - leave ignored signals ignored (ask__leaves_ignored_signals_alone);
 * - take nothing beyond its line from a pipe
 *   (ask__takes_one_line_at_a_time_from_a_pipe).
 */
#include "config.h"

#include "otp-enroll/cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "common/core/wipe.h"
#include "otp-enroll/cli/signals.h"

/* Bytes: more than any terminal passes on as a line. */
#define LINE_ENDLESS 65536

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Signals that end a process that waits for a person, then those by which a
 * terminal stops and continues it.
 */
static const int watched[] = {
	SIGHUP,
	SIGINT,
	SIGQUIT,
	SIGPIPE,
	SIGALRM,
	SIGTERM,
	SIGTSTP,
	SIGTTIN,
	SIGTTOU,
	SIGCONT,
};

#define ENDING 6 /* so many of them end the process */

static volatile sig_atomic_t noted[NSIG];

/* One attempt at asking. */
struct asking {
	bool terminal; /* standard input is a terminal */
	int prompt_fd;
	bool changed; /* the settings have to be put back */
	struct termios settings;
	size_t watching; /* so many of the watched signals are noted */
	struct sigaction actions[COUNT(watched)];
};

static enum otp_asked ask_once(const char *prompt, size_t size, char *ret_line);
static void signals_catch(struct asking *asking);
static void signals_release(const struct asking *asking);
static int signals_noted(size_t from, size_t until);
static int settings_change(struct asking *asking);
static int settings_restore(struct asking *asking, bool flush);
static int prompt_open(void);
static int prompt_write(const struct asking *asking, const char *text);
static enum otp_asked line_read(
    const struct asking *asking, size_t size, char *ret_line);
static ssize_t byte_read(const struct asking *asking, char *ret_byte);
static int input_wait(void);

struct otp_terminal_size
otp_terminal_size(int fd)
{
	struct otp_terminal_size size = { 80, 24 };
	struct winsize window = { 0 };

	if (ioctl(fd, TIOCGWINSZ, &window) == -1)
		return size;

	/* A serial line answers, with zeros. */
	if (window.ws_col != 0)
		size.columns = window.ws_col;
	if (window.ws_row != 0)
		size.rows = window.ws_row;
	return size;
}

bool
otp_terminal_half_blocks(void)
{
	/* In some East Asian locales they are two columns wide. */
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
	    wcwidth(L'\u2580') == 1 && wcwidth(L'\u2588') == 1;
}

enum otp_palette
otp_terminal_palette(int fd)
{
	const char *term = getenv("TERM");

	if (!isatty(fd) || term == NULL || term[0] == '\0' ||
	    strcmp(term, "dumb") == 0)
		return OTP_PALETTE_NONE;

	/*
	 * Linux's console maps the 256 to its own: the darkest grey becomes
	 * a light one, and its eight are fixed to black and white anyway.
	 */
	if (strcmp(term, "linux") == 0)
		return OTP_PALETTE_8;

	return OTP_PALETTE_256;
}

bool
otp_terminal_colours(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return otp_terminal_palette(fd) != OTP_PALETTE_NONE &&
	    (no_color == NULL || no_color[0] == '\0');
}

enum otp_asked
otp_terminal_ask(const char *prompt, size_t size, char *ret_line)
{
	enum otp_asked asked;
	int ending, stopping;

	do {
		for (size_t i = 0; i < COUNT(watched); i++)
			noted[watched[i]] = 0;
		asked = ask_once(prompt, size, ret_line);
		ending = signals_noted(0, ENDING);
		stopping = signals_noted(ENDING, COUNT(watched));
		if (ending != 0) {
			otp_signals_note(ending);
			asked = OTP_ASKED_INTERRUPTED;
		} else if (stopping != 0 && stopping != SIGCONT) {
			(void)raise(stopping); /* returns when continued */
		}
	} while (asked == OTP_ASKED_ERROR && stopping != 0);
	if (asked != OTP_ASKED_LINE)
		otp_wipe(ret_line, size);
	return asked;
}

/* Leaves errno as it was where it failed. */
static enum otp_asked
ask_once(const char *prompt, size_t size, char *ret_line)
{
	struct asking asking = { .terminal = isatty(STDIN_FILENO) };
	enum otp_asked asked = OTP_ASKED_ERROR;
	int saved;

	asking.prompt_fd = prompt_open();
	signals_catch(&asking);
	if (settings_change(&asking) == 0 && prompt_write(&asking, prompt) == 0)
		asked = line_read(&asking, size, ret_line);
	/* A terminal has shown the newline that ended a line. */
	if (asked == OTP_ASKED_EOF)
		(void)prompt_write(&asking, "\n");
	saved = errno;
	if (settings_restore(&asking, asked != OTP_ASKED_LINE) == -1 &&
	    asked != OTP_ASKED_ERROR) {
		saved = errno;
		asked = OTP_ASKED_ERROR;
	}
	signals_release(&asking);
	if (asking.prompt_fd > STDERR_FILENO)
		(void)close(asking.prompt_fd);
	errno = saved;
	return asked;
}

static void
signal_note(int signum)
{
	noted[signum] = 1;
}

/*
 * Without SA_RESTART, so that what waits returns and looks.  Where standard
 * input is not a terminal, nothing has to be done about being stopped.
 */
static void
signals_catch(struct asking *asking)
{
	struct sigaction action = { .sa_handler = signal_note };

	(void)sigemptyset(&action.sa_mask);
	asking->watching = asking->terminal ? COUNT(watched) : ENDING;
	for (size_t i = 0; i < asking->watching; i++) {
		(void)sigaction(watched[i], NULL, &asking->actions[i]);
		if (asking->actions[i].sa_handler != SIG_IGN)
			(void)sigaction(watched[i], &action, NULL);
	}
}

static void
signals_release(const struct asking *asking)
{
	for (size_t i = 0; i < asking->watching; i++)
		(void)sigaction(watched[i], &asking->actions[i], NULL);
}

/* The first signal noted of watched[FROM] to watched[UNTIL - 1], or 0. */
static int
signals_noted(size_t from, size_t until)
{
	for (size_t i = from; i < until; i++)
		if (noted[watched[i]])
			return watched[i];
	return 0;
}

static bool
anything_noted(void)
{
	return signals_noted(0, COUNT(watched)) != 0;
}

/*
 * A line at a time, shown as it is typed, with the keys for signals, whatever
 * was set before.  TCSAFLUSH drops what was typed before the question.  In the
 * background this stops the process by SIGTTOU.
 */
static int
settings_change(struct asking *asking)
{
	struct termios settings;

	if (!asking->terminal)
		return 0;
	if (tcgetattr(STDIN_FILENO, &asking->settings) == -1)
		return -1;
	settings = asking->settings;
	settings.c_iflag |= ICRNL;
	settings.c_iflag &= ~(tcflag_t)(IGNCR | INLCR);
	settings.c_lflag |= ICANON | ISIG | ECHO;
	settings.c_lflag &= ~(tcflag_t)ECHONL;
	while (tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == -1)
		if (errno != EINTR || anything_noted())
			return -1;
	asking->changed = true;
	return 0;
}

/*
 * TCSAFLUSH would wait for output that Ctrl-S keeps back, so FLUSH is a call
 * of its own: a shell must not be given half a code.  SIGTTOU means that the
 * terminal is another's by now; other signals are no reason to give up.
 */
static int
settings_restore(struct asking *asking, bool flush)
{
	if (!asking->changed)
		return 0;
	noted[SIGTTOU] = 0;
	if (flush)
		(void)tcflush(STDIN_FILENO, TCIFLUSH);
	while (tcsetattr(STDIN_FILENO, TCSANOW, &asking->settings) == -1)
		if (errno != EINTR || noted[SIGTTOU])
			return -1;
	return 0;
}

static int
prompt_open(void)
{
	int fd;

	if (isatty(STDERR_FILENO))
		return STDERR_FILENO;
	fd = open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	return fd == -1 ? STDERR_FILENO : fd;
}

/* Users who pipe an answer in are not asked. */
static int
prompt_write(const struct asking *asking, const char *text)
{
	size_t left = asking->terminal ? strlen(text) : 0;

	while (left > 0) {
		ssize_t count = write(asking->prompt_fd, text, left);

		if (count == -1 && (errno != EINTR || anything_noted()))
			return -1;
		if (count > 0) {
			text += count;
			left -= (size_t)count;
		}
	}
	return 0;
}

/*
 * Reads to the end of the line: what is left of it must not answer the next
 * question.  Bytes without an end are not a line.
 */
static enum otp_asked
line_read(const struct asking *asking, size_t size, char *ret_line)
{
	enum otp_asked asked = OTP_ASKED_LINE;
	size_t kept = 0, passed = 0;
	ssize_t count = 0;
	char byte = 0;

	while (passed < LINE_ENDLESS &&
	    (count = byte_read(asking, &byte)) == 1 && byte != '\n') {
		passed++;
		if (byte == '\0')
			asked = OTP_ASKED_MALFORMED;
		else if (kept + 1 >= size && asked == OTP_ASKED_LINE)
			asked = OTP_ASKED_TOO_LONG;
		else if (kept + 1 < size)
			ret_line[kept++] = byte;
	}
	ret_line[kept] = '\0';
	otp_wipe(&byte, sizeof(byte));
	if (count == -1)
		return OTP_ASKED_ERROR;
	if ((count == 0 && passed == 0) || passed == LINE_ENDLESS)
		return OTP_ASKED_EOF;
	return asked;
}

/* Whether a read that returned COUNT, and errno, has lost its terminal. */
static bool
is_hung_up(ssize_t count)
{
	struct termios settings;

	return (count == -1 || tcgetattr(STDIN_FILENO, &settings) == -1) &&
	    errno == EIO;
}

/*
 * One byte, 0 at the end, or -1 with errno, EINTR where a signal was noted.
 * When a terminal hangs up, reading fails a moment before SIGHUP comes: it is
 * noted here, so that the process ends the same way whichever is first.
 */
static ssize_t
byte_read(const struct asking *asking, char *ret_byte)
{
	for (;;) {
		ssize_t count = -1;

		if (input_wait() == 0)
			count = read(STDIN_FILENO, ret_byte, 1);
		if (count == 1)
			return count;
		if (asking->terminal && is_hung_up(count) &&
		    asking->actions[0].sa_handler != SIG_IGN)
			noted[SIGHUP] = 1;
		if (anything_noted()) {
			errno = EINTR;
			return -1;
		}
		if (count == 0 || (errno != EINTR && errno != EAGAIN))
			return count;
	}
}

/*
 * Waits for input or a signal.  Signals are let through only while it waits,
 * so that none can come unseen between the look and the wait.
 */
static int
input_wait(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	sigset_t closed, before;
	int ready = -1, saved;

	(void)sigemptyset(&closed);
	for (size_t i = 0; i < COUNT(watched); i++)
		(void)sigaddset(&closed, watched[i]);
	if (sigprocmask(SIG_BLOCK, &closed, &before) == -1)
		return -1;
	if (anything_noted())
		errno = EINTR;
	else
		ready = ppoll(&input, 1, NULL, &before);
	saved = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return ready == -1 ? -1 : 0;
}
