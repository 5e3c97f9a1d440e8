# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The packages on a Debian that is booted in a container; after package/debian.sh,
# whose packages it takes.

package_tests += %D%/boot.sh
EXTRA_DIST += %D%/inside.sh %D%/deliver.sh %D%/daemon.sh
