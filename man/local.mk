# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

dist_man_MANS += \
	%D%/otp-enroll.1 \
	%D%/pam_otp.8 \
	%D%/pam_otp_admin.7 \
	%D%/pam_otp_migration.7 \
	%D%/pam_otp.conf.5 \
	%D%/pam_otp_store.5
