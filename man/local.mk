# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

if TOOL
dist_man_MANS += %D%/otp-enroll.1
endif
dist_man_MANS += \
	%D%/pam_otp.8 \
	%D%/pam_otp_admin.7 \
	%D%/pam_otp_migration.7 \
	%D%/pam_otp.conf.5 \
	%D%/pam_otp_store.5
if DELIVER
dist_man_MANS += %D%/otp-deliver.8 %D%/pam_otp_deliver.5
else
EXTRA_DIST += %D%/otp-deliver.8 %D%/pam_otp_deliver.5
endif
if DAEMON
dist_man_MANS += %D%/pam_otpd.8
else
EXTRA_DIST += %D%/pam_otpd.8
endif
if LIBPQ
dist_man_MANS += %D%/fleet.conf.5 %D%/pam_otp_fleet.7
else
EXTRA_DIST += %D%/fleet.conf.5 %D%/pam_otp_fleet.7
endif
