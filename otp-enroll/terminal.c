/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking for a line MUST, each with its test in tests/tool/terminal_test.c:
 *
 * - put the terminal's settings back on every way out but SIGKILL
 *   (ask__restores_*);
 * - end by the signal it was sent, after the caller has tidied up
 *   (ask__tells_of_*);
 * - do nothing in a signal handler but note the signal;
 * - not miss a signal that comes just before it waits
 *   (ask__sees_a_signal_just_before_it_waits);
 * - leave ignored signals ignored (ask__leaves_ignored_signals_alone);
 * - take nothing beyond its line from a pipe
 *   (ask__takes_one_line_at_a_time_from_a_pipe).
 */
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
#include "terminal.h"

/* Bytes: more than any terminal passes on as a line. */
#define LINE_ENDLESS 65536

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Signals that end a process and may well be sent to one that waits for a
 * person, then those by which a terminal stops and continues one.
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

static volatile sig_atomic_t noted[COUNT(watched)];

/* One attempt at asking. */
struct asking {
	int prompt_fd;
	bool terminal; /* standard input is one */
	bool changed;  /* and its settings are to be put back */
	struct termios settings;
	bool caught[COUNT(watched)];
	struct sigaction actions[COUNT(watched)];
};

struct otp_terminal_size
otp_terminal_size(int fd)
{
	struct otp_terminal_size size = { 80, 24 };
	struct winsize window = { 0 };

	if (ioctl(fd, TIOCGWINSZ, &window) == -1)
		return size;

	/* A serial line answers, with zeros. */
	if (window.ws_col)
		size.columns = window.ws_col;
	if (window.ws_row)
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

	if (!isatty(fd) || !term || !*term || strcmp(term, "dumb") == 0)
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
	    (!no_color || !*no_color);
}

static void
note(int signum)
{
	for (size_t i = 0; i < COUNT(watched); i++)
		if (watched[i] == signum)
			noted[i] = 1;
}

/* The first signal noted among watched[FROM...], or 0. */
static int
noted_from(size_t from, size_t until)
{
	for (size_t i = from; i < until; i++)
		if (noted[i])
			return watched[i];
	return 0;
}

static bool
anything_noted(void)
{
	return noted_from(0, COUNT(watched)) != 0;
}

/*
 * No SA_RESTART: whatever waits is to return and look.  Where standard input
 * is no terminal, being stopped is nothing to care about.
 */
static int
signals_catch(struct asking *asking)
{
	size_t count = asking->terminal ? COUNT(watched) : ENDING;
	struct sigaction action = { .sa_handler = note };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < COUNT(watched); i++)
		noted[i] = 0;
	for (size_t i = 0; i < count; i++) {
		if (sigaction(watched[i], NULL, &asking->actions[i]) == -1)
			return -1;
		if (asking->actions[i].sa_handler == SIG_IGN)
			continue;
		if (sigaction(watched[i], &action, NULL) == -1)
			return -1;
		asking->caught[i] = true;
	}
	return 0;
}

static int
signals_release(struct asking *asking)
{
	int failed = 0;

	for (size_t i = 0; i < COUNT(watched); i++)
		if (asking->caught[i] &&
		    sigaction(watched[i], &asking->actions[i], NULL) == -1)
			failed = -1;
	return failed;
}

/*
 * From the background this stops us by SIGTTOU, as it should: the settings
 * are those of whoever is in the foreground.
 */
static int
settings_apply(const struct termios *settings, int when)
{
	while (tcsetattr(STDIN_FILENO, when, settings) == -1)
		if (errno != EINTR || anything_noted())
			return -1;
	return 0;
}

/* A line at a time, with the keys for signals, whatever was set before. */
static int
settings_change(struct asking *asking, bool echo)
{
	struct termios settings;

	if (!asking->terminal)
		return 0;
	if (tcgetattr(STDIN_FILENO, &asking->settings) == -1)
		return -1;

	settings = asking->settings;
	settings.c_iflag |= ICRNL;
	settings.c_iflag &= ~(tcflag_t)(IGNCR | INLCR);
	settings.c_lflag |= ICANON | ISIG;
	settings.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	if (echo)
		settings.c_lflag |= ECHO;
	if (settings_apply(&settings, TCSAFLUSH) == -1)
		return -1;

	asking->changed = true;
	return 0;
}

/*
 * Not with TCSAFLUSH, which waits for the output: held by Ctrl-S it would
 * keep us from ending.  But half a code is not to end up in a shell.  Tried
 * until SIGTTOU says that the terminal is another's by now; signals noted
 * before are no reason to leave it as it is.
 */
static int
settings_restore(struct asking *asking, bool flush)
{
	size_t ttou = 0;

	if (!asking->changed)
		return 0;

	while (watched[ttou] != SIGTTOU)
		ttou++;
	noted[ttou] = 0;
	if (flush && tcflush(STDIN_FILENO, TCIFLUSH) == -1 && errno != EINTR)
		return -1;
	while (tcsetattr(STDIN_FILENO, TCSANOW, &asking->settings) == -1)
		if (errno != EINTR || noted[ttou])
			return -1;

	asking->changed = false;
	return 0;
}

static int
prompt_open(const struct asking *asking)
{
	int fd;

	if (!asking->terminal || isatty(STDERR_FILENO))
		return STDERR_FILENO;

	fd = open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	return fd == -1 ? STDERR_FILENO : fd;
}

static int
prompt_write(const struct asking *asking, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t count = write(asking->prompt_fd, text, left);

		if (count >= 0) {
			text += count;
			left -= (size_t)count;
		} else if (errno != EINTR || anything_noted()) {
			/* A script may well have closed its stderr. */
			return asking->terminal ? -1 : 0;
		}
	}
	return 0;
}

/*
 * Wait for COUNT inputs or a signal, for ever without LIMIT.  The signals are
 * let through only while waiting, so that none can come unseen between the
 * look and the wait.
 */
static int
input_wait(nfds_t count, const struct timespec *limit)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	sigset_t closed, before;
	int ready = -1, saved;

	sigemptyset(&closed);
	for (size_t i = 0; i < COUNT(watched); i++)
		sigaddset(&closed, watched[i]);
	if (sigprocmask(SIG_BLOCK, &closed, &before) == -1)
		return -1;
	if (anything_noted())
		errno = EINTR;
	else
		ready = ppoll(&input, count, limit, &before);
	saved = errno;
	if (sigprocmask(SIG_SETMASK, &before, NULL) == -1)
		return -1;
	errno = saved;
	return ready == -1 ? -1 : 0;
}

/* A terminal that is gone gives an end of input, too. */
static bool
hung_up(void)
{
	struct termios settings;

	return tcgetattr(STDIN_FILENO, &settings) == -1 && errno == EIO;
}

/*
 * When a terminal hangs up, reading ends a moment before the signal comes.
 * Were we gone from here by then, it would end us untidily.
 */
static void
hangup_await(void)
{
	static const struct timespec moment = { .tv_nsec = 200000000 };

	while (input_wait(0, &moment) == -1 && errno == EINTR)
		if (anything_noted())
			break;
}

/* One byte, or 0 at the end, or -1; EINTR is told when a signal was noted. */
static ssize_t
input_byte(char *ret_byte)
{
	for (;;) {
		ssize_t count = -1;

		if (input_wait(1, NULL) == 0)
			count = read(STDIN_FILENO, ret_byte, 1);
		if (count == 1 || (count == 0 && !hung_up()))
			return count;
		if (errno == EIO) {
			hangup_await();
			errno = EIO;
		}
		if (anything_noted())
			errno = EINTR;
		else if (errno == EINTR || errno == EAGAIN)
			continue;
		return -1;
	}
}

/*
 * Read to the end of the line: what is left of it must not be the answer to
 * the next question.  A line without end is no line, and none will come.
 */
static enum otp_asked
line_read(size_t size, char *ret_line)
{
	enum otp_asked asked = OTP_ASKED_LINE;
	size_t kept = 0, passed = 0;
	ssize_t count = 0;
	char byte = 0;

	while (passed < LINE_ENDLESS && (count = input_byte(&byte)) == 1 &&
	    byte != '\n') {
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

/*
 * The newline that was typed shows only with echo.  Nothing is written once
 * a signal came: a terminal held by Ctrl-S would hold us.
 */
static void
prompt_end(const struct asking *asking, bool echo, enum otp_asked asked)
{
	if (anything_noted() || asked == OTP_ASKED_ERROR)
		return;
	if (asking->terminal && echo && asked != OTP_ASKED_EOF)
		return;

	/* The answer is there already; only the look of it would suffer. */
	(void)prompt_write(asking, "\n");
}

static enum otp_asked
ask_once(
    const char *prompt, bool echo, size_t size, char *ret_line, int *ret_errno)
{
	struct asking asking = { .terminal = isatty(STDIN_FILENO) };
	enum otp_asked asked = OTP_ASKED_ERROR;

	asking.prompt_fd = prompt_open(&asking);
	if (signals_catch(&asking) == 0 &&
	    settings_change(&asking, echo) == 0 &&
	    prompt_write(&asking, prompt) == 0)
		asked = line_read(size, ret_line);
	*ret_errno = errno;
	prompt_end(&asking, echo, asked);

	if (settings_restore(&asking, asked != OTP_ASKED_LINE) == -1 &&
	    !anything_noted()) {
		*ret_errno = errno;
		asked = OTP_ASKED_ERROR;
	}
	if (signals_release(&asking) == -1) {
		*ret_errno = errno;
		asked = OTP_ASKED_ERROR;
	}
	if (asking.prompt_fd > STDERR_FILENO)
		(void)close(asking.prompt_fd); /* nothing is lost with it */
	return asked;
}

/* Whether a stop was noted; if so we were stopped, and go on now. */
static bool
stopped(void)
{
	int signum = noted_from(ENDING, COUNT(watched));

	if (signum && signum != SIGCONT && raise(signum) != 0)
		return false;
	return signum != 0;
}

enum otp_asked
otp_terminal_ask(
    const char *prompt, bool echo, size_t size, char *ret_line, int *ret_why)
{
	enum otp_asked asked;
	int errnum = 0, ending;
	bool again;

	do {
		asked = ask_once(prompt, echo, size, ret_line, &errnum);
		ending = noted_from(0, ENDING);
		again = !ending && stopped() && asked == OTP_ASKED_ERROR &&
		    errnum == EINTR;
	} while (again);

	if (ending)
		asked = OTP_ASKED_SIGNAL;
	if (asked != OTP_ASKED_LINE)
		otp_wipe(ret_line, size);
	if (asked == OTP_ASKED_SIGNAL)
		*ret_why = ending;
	else if (asked == OTP_ASKED_ERROR)
		*ret_why = errnum;
	return asked;
}

void
otp_terminal_die(int signum)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t open;

	sigemptyset(&action.sa_mask);
	sigemptyset(&open);
	sigaddset(&open, signum);
	if (sigaction(signum, &action, NULL) == 0 &&
	    sigprocmask(SIG_UNBLOCK, &open, NULL) == 0)
		(void)raise(signum);
	_exit(128 + signum);
}
