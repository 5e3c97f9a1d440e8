# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors

# An example, each line commented out: without a file every default holds.
dist_doc_DATA += %D%/pam_otp.conf

# Each shell looks for the file under just this name.
bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = %D%/completions/bash/otp-enroll
zshcompdir = $(datadir)/zsh/site-functions
dist_zshcomp_DATA = %D%/completions/zsh/_otp-enroll
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_fishcomp_DATA = %D%/completions/fish/otp-enroll.fish

# What `status --json' prints.
dist_doc_DATA += %D%/status.schema.json
