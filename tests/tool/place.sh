#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Where a store can be: on a file system that is known to be local, or that an
# administrator says is.

. "$(dirname "$0")/tool.sh"

have jq && have oathtool || {
	skip 'place' 'jq or oathtool is missing'
	finish
}
if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
	skip 'place' 'not root, or no mount namespaces'
	finish
fi
login=$top_builddir/tests/lib/login
disk=$scratch/disk
mkdir "$disk" "$scratch/pam.d"
echo "auth required $PAM_OTP_SO conf=$conf nullok" >"$scratch/pam.d/x"

# on MOUNT COMMAND: COMMAND in a namespace with this mount at $disk; 9: there
# can be none. What is mounted there ends with the namespace.
on() {
	status=0
	unshare -m sh -c "mount --make-rprivate / && { $1; } >'$scratch/said2' 2>&1 ||
	    exit 9
	    $2" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
	out=$(cat "$scratch/out")
	err=$(cat "$scratch/err")
	put "$status $out $err"
}
tool="'$OTP_ENROLL' --conf '$conf'"

# --- A kernel's file system that is not on the list ---

huge="mount -t hugetlbfs none '$disk'"
configure
echo "store = $disk/store" >"$conf"
on "$huge" :
if [ $status = 0 ]; then
	init_refuses() {
		on "$huge" "$tool init; echo \$?; ls -A '$disk'"
		same 1 "$out" && put "$err" | grep -q \
		    "$disk/store: is on a file system (0x958458f6) that other"
	}
	check 'init__refuses_before_anything_is_made' init_refuses
else
	skip 'init__refuses_before_anything_is_made' 'there is no hugetlbfs'
fi

# --- One folder at two places, as two guests or pods see it ---

mkdir "$scratch/shared"
fuse="bindfs '$scratch/shared' '$disk'"
on "$fuse" :
if ! have bindfs || [ $status != 0 ]; then
	skip 'fuse' 'bindfs is missing, or there is no /dev/fuse'
	finish
fi
init_on_fuse() {
	on "$fuse" "$tool init; echo \$?; ls -A '$disk'"
	same 1 "$out" && put "$err" | grep -q '(fuse) that other' &&
	    put "$err" | grep -q "'file_system_is_local = yes' instead"
}
check 'init__refuses_fuse' init_on_fuse

echo "store = $scratch/shared/store" >"$conf"
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said2"
"$OTP_ENROLL" --conf "$conf" new --print --no-confirm --hotp "$user" \
    >"$scratch/new" 2>"$scratch/said2"
secret=$(secret_in "$(cat "$scratch/new")")
code=$(oathtool --hotp -b -c 0 "$secret")
echo "store = $disk/store" >"$conf"
refused() {
	on "$fuse" "'$login' '$scratch/pam.d' x '$user' $code; echo ended \$?"
	put "$out" | grep -q \
	    'result=unavailable reason=filesystem.*detail=file-system type=fuse' &&
	    put "$out" | grep -qx 'ended 1'
}
check 'login__is_refused_on_fuse_whoever_is_enrolled' refused
finds_it() {
	on "$fuse" "$tool check --json; echo; $tool status '$user'"
	put "$out" | grep . | jq -es '.[0].findings |
	    any(.id == "filesystem" and .level == "fault")' &&
	    put "$err" | grep -q '(fuse) that other'
}
check 'check__finds_the_file_system' finds_it

echo 'file_system_is_local = yes' >>"$conf"
taken() {
	on "$fuse" "'$login' '$scratch/pam.d' x '$user' $code; echo ended \$?
	    $tool check --json"
	put "$out" | grep -q 'result=accepted' &&
	    put "$out" | grep -qx 'ended 0' &&
	    put "$out" | sed '1,/^ended/d' | jq -e '.findings |
		any(.id == "file-system-trusted" and .level == "warning" and
		    (.text | test("fuse")))'
}
check 'option__accepts_fuse_and_check_warns' taken
init_taken() {
	on "$fuse" "rm -rf '$disk/store' && $tool init && ls -A '$disk/store'"
	test $status = 0 && put "$out" | grep -qx .store
}
check 'option__lets_init_make_a_store' init_taken
not_needed() {
	echo "store = $scratch/shared/store" >"$conf"
	echo 'file_system_is_local' >>"$conf"
	enroll check --json
	put "$out" | jq -e '.findings | any(.id == "file-system-trusted" and
	    .level == "note")'
}
check 'option__that_is_not_needed_is_noted' not_needed
finish
