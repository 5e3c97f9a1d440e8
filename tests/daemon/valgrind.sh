#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# pam_otpd under valgrind, with the processes that answer: nothing is read that was
# not written, nothing is used once it was freed, and nothing is lost.

. "$(dirname "$0")/../check/lib.sh"

if [ -n "${INSTRUMENTED-}" ]; then
	skip 'valgrind__has_nothing_to_say' 'this build is instrumented'
	finish
elif ! command -v valgrind >/dev/null; then
	skip 'valgrind__has_nothing_to_say' 'valgrind is not installed'
	finish
fi

cat >"$scratch/pam_otpd" <<END
#!/bin/sh
exec valgrind --quiet --soname-synonyms=somalloc=NONE --leak-check=full \
    --errors-for-leak-kinds=definite --show-leak-kinds=definite \
    --suppressions="$top_srcdir/tests/pam/valgrind.supp" \
    --log-file="$scratch/valgrind.%p" "$top_builddir/pam_otpd/pam_otpd" "\$@"
END
chmod 755 "$scratch" "$scratch/pam_otpd"

# Those of daemon_test that do not mind how long an answer takes.
answers() {
	PAM_OTPD=$scratch/pam_otpd DAEMON_TESTS="daemon__$1" \
	    "$top_builddir/tests/daemon/daemon_test" >"$scratch/out" 2>&1 ||
	    {
		grep -v '^ok ' "$scratch/out"
		return 1
	}
}
for tests in accepts_a_code_once answers_each_verb 'sends_what*' 'sends_nothing*' \
    'tells_the*' 'shows_*' 'forgets_*' resynchronises_a_token \
    'ends_what*' refuses_with_a_wrong_configuration; do
	check "valgrind__daemon__$(echo "$tests" | tr -d '*')" answers "$tests"
done
# One file a process, and what was found.
says() {
	test "$(find "$scratch" -name 'valgrind.*' | wc -l)" -gt 40 || return 1
	! cat "$scratch"/valgrind.* | grep -v 'WARNING: unhandled .*syscall: 437' |
	    grep '^==' | head -n 40 | grep .
}
check 'valgrind__has_nothing_to_say_of_the_processes' says
echo "# ran: $(find "$scratch" -name 'valgrind.*' | wc -l) processes under valgrind"
finish
