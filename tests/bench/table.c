/* SPDX-License-Identifier: BSD-2-Clause */
/* What was measured, in lines that people and tests/bench/plot read. */
#include "config.h"

#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
bench_quantile(double *micros, unsigned count, double part)
{
	qsort(micros, count, sizeof(*micros), by_size);
	return micros[(unsigned)((count - 1) * part)];
}

static double
mean(const struct subject *subject)
{
	double sum = 0;

	for (unsigned i = 0; i < bench.rounds; i++)
		sum += subject->micros[i];
	return sum / bench.rounds;
}

/* A number, or nothing where it was not measured. */
static void
print_known(double value)
{
	if (value > 0)
		(void)printf("%9.0f", value);
	else
		(void)printf("%9s", "-");
}

static void
print_row(struct subject *subject, bool here)
{
	const unsigned rounds = bench.rounds;

	(void)printf("  %-22s %9.0f %9.1f %9.1f %9.1f", subject->name,
	    1e6 / mean(subject), bench_quantile(subject->micros, rounds, 0.5),
	    bench_quantile(subject->micros, rounds, 0.99),
	    subject->cpu / rounds);
	print_known(subject->syscalls);
	if (here)
		(void)printf("%9.2f", (double)subject->flushed / rounds);
	else
		print_known((double)subject->memory);
	if (subject->failed > 0)
		(void)printf("  UNEXPECTED ANSWERS: %u", subject->failed);
	(void)printf("\n");
}

void
bench_table(const char *title, struct subject *subjects, unsigned count,
    unsigned row, bool here)
{
	(void)printf("\n%s (%u of each, ", title, bench.rounds);
	if (row == 1)
		(void)printf("in turn)\n");
	else
		(void)printf("%u in a row)\n", row);
	(void)printf("  %-22s %9s %9s %9s %9s%9s%9s\n", "", "a second",
	    "median us", "99% us", "CPU us", "syscalls",
	    here ? "flushes" : "KiB");
	for (unsigned i = 0; i < count; i++)
		print_row(&subjects[i], here);
	(void)fflush(stdout);
}

void
bench_ratios(struct subject *subjects, unsigned count, const char *ours)
{
	double median = 0;

	for (unsigned i = 0; i < count; i++)
		if (strcmp(subjects[i].name, ours) == 0)
			median = bench_quantile(
			    subjects[i].micros, bench.rounds, 0.5);
	for (unsigned i = 0; i < count && median > 0; i++)
		if (strcmp(subjects[i].name, ours) != 0)
			(void)printf("  %s / %-20s %.2f\n", ours,
			    subjects[i].name,
			    median /
				bench_quantile(
				    subjects[i].micros, bench.rounds, 0.5));
	(void)fflush(stdout);
}
