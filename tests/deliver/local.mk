# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-deliver on a host of its own, as the scripts in host/.

deliver_tests = \
	%D%/frame.sh \
	%D%/limits.sh \
	%D%/mailto.sh \
	%D%/program.sh \
	%D%/service.sh \
	%D%/sms.sh \
	%D%/socket.sh \
	%D%/ssh.sh
if DELIVER
script_tests += $(deliver_tests) %D%/units.sh
endif

EXTRA_DIST += $(deliver_tests) %D%/units.sh %D%/gateway.py %D%/mail.sh \
	%D%/post.sh %D%/smtp_sink.py
