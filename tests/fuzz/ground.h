/* SPDX-License-Identifier: BSD-2-Clause */
/* A store in memory, made once a process, that is gone when it ends. */
#ifndef TESTS_FUZZ_GROUND_H
#define TESTS_FUZZ_GROUND_H

#define FUZZ_PATH_SIZE 512

/* The folder of an empty store. */
const char *fuzz_store(void);

/* A path below the folder that the store is in. */
void fuzz_path(char ret_path[FUZZ_PATH_SIZE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* No file in FOLDER, "seed" or "state", any more. */
void fuzz_store_clear(const char *folder);

/* How many descriptors this process has. */
unsigned fuzz_descriptors(void);

#endif
