# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

# An example, each line commented out: without a file every default holds.
dist_doc_DATA += %D%/pam_otp.conf

# What `status --json' prints.
dist_doc_DATA += %D%/status.schema.json
