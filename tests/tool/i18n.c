/* SPDX-License-Identifier: BSD-2-Clause */
/* The tool's own, save that the catalogs are where the test has them. */
#include "config.h"

#include <stdlib.h>

#include "places.h"

#undef OTP_LOCALE_DIR
#define OTP_LOCALE_DIR getenv("TEST_LOCALE_DIR")
#include "otp-enroll/cli/i18n.c"
