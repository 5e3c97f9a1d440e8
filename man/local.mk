# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

dist_man_MANS +=
