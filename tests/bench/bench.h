/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a login costs, side by side.  A subject is a PAM service; each round
 * does one login of every subject in turn, so that all of them see the same
 * machine.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdint.h>

#define BENCH_SECRET	 "pam_otp bench secret" /* 20 bytes */
#define BENCH_SECRET_HEX "70616d5f6f74702062656e636820736563726574"
#define BENCH_PEOPLE	 64 /* user0 ... of the stores made for crowds */
#define BENCH_RUSH	 50 /* logins in a row */
#define BENCH_WRONG_RUN	 4  /* wrong codes in a row that begin no wait */

struct subject {
	const char *name; /* its PAM service, too */
	bool asks;	  /* for a code */
	bool floor;	  /* a write and a flush of its own after each login */
	uint64_t next;	  /* counter of the next right code */
	double *micros;	  /* one a round */
	unsigned flushed;
	double cpu; /* microseconds, of all rounds */
	unsigned failed;
	double syscalls; /* a login; 0 where not counted */
	long memory;	 /* KiB; 0 where not measured */
};

/* How to log in: in this process, or in one that is executed for it. */
typedef int bench_login(const char *service);

struct bench {
	const char *folder; /* for all files, on the file system measured */
	const char *user;
	const char *once; /* the program for logins in a fresh process */
	char conf_dir[512];
	char code[16];	 /* what is answered to the next prompt */
	unsigned rounds; /* of each subject */
	void (*at_prompt)(void);
	const char *key; /* what sshd tells PAM of each login's, or NULL */
};

extern struct bench bench;

/* --- login.c --- */

_Noreturn void bench_die(const char *what);
double bench_now(void); /* microseconds */
unsigned bench_flushes(void);
bench_login bench_here, bench_afresh;

/* The right code at SUBJECT's counter; or one that is wrong for long. */
void bench_next_code(const struct subject *subject);
void bench_wrong_code(const struct subject *subject);

/* One login of SUBJECT, and the floor's flush; true if it was let in. */
bool bench_once(const struct subject *subject, bench_login *login);

/* The same, added to what SUBJECT has cost. */
bool bench_measure(
    struct subject *subject, bench_login *login, double *ret_micros);

/* The most memory a fresh process had after a login, in KiB. */
long bench_memory(const struct subject *subject);

/* --- files.c --- */

/* A file below the folder, of mode 0600. */
void bench_write(const char *text, const char *name);
void bench_service(const char *name, const char *line);

/*
 * A store, and a service, called NAME: the user enrolled in it, and so many
 * virtual people; beside so many empty files of others.
 */
void bench_store(const char *name, unsigned people, unsigned others);

/* The service of that store remembers keys. */
void bench_remember(const char *name);

/* Services google-authenticator and pam_oath, where they are installed. */
bool bench_have_google(void);
bool bench_have_oath(void);
void bench_google(const char *name, unsigned people);
void bench_oath(const char *name, unsigned people, unsigned others);

/* --- table.c --- */

double bench_quantile(double *micros, unsigned count, double part); /* sorts */
/* ROW: how many logins of a subject came one after the other. */
void bench_table(const char *title, struct subject *subjects, unsigned count,
    unsigned row, bool here);

/* The median of the subject OURS in terms of each other one's. */
void bench_ratios(struct subject *subjects, unsigned count, const char *ours);

/* --- trace.c --- */

/* System calls a login, of right codes or wrong ones; SUBJECT goes on. */
double bench_syscalls(struct subject *subject, bench_login *login, bool right);

/* --- crowd.c --- */

/*
 * 1 to 64 logins at once, of one user in order, and of many, whose codes begin at
 * the counter FIRST.
 */
void bench_crowds(const char *const *names, unsigned count, uint64_t first);

/* --- daemon.c --- */

/*
 * Start pam_otpd, the PROGRAM, and make a service "pam_otpd" that asks it, with
 * the users of a crowd and one more.  False, and said why, if it cannot be.
 */
bool bench_daemon_begin(const char *program);
void bench_daemon_end(void);

/* The logins of that service are of another user, from BEGINS to the end. */
void bench_daemon_call(const char *service, bool begins);

/* Private memory of a process that checks a code, in KiB. */
long bench_daemon_memory(struct subject *subject);

/* A crowd on the socket of root, each with their first code. */
void bench_daemon_rush(void);

/* --- twice.c --- */

/* One code, several logins at the same moment: how often it is taken twice. */
void bench_races(struct subject *subjects, unsigned count);

#endif
