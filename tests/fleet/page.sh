#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Three hosts by the commands of pam_otp_fleet(7) as they stand: two servers, of
# which each has an address of its own, and a host. Each display of the page has a
# function of its name here.

handbook=man/pam_otp_fleet.7
. "$(dirname "$0")/server.sh"
. "$top_srcdir/tests/host/page.sh"
daemon=$top_builddir/pam_otpd/pam_otpd
test -x "$daemon" || ground_skip 'pam_otpd is not built'
needs expect openssl createdb dropdb pg_dump pg_restore
test -e "$top_builddir/common/fleet/.libs/pam_otp_postgresql.so" ||
    ground_skip 'libpq was not there to build with'
grep -q '^postgres:' /etc/passwd || {
	echo 'postgres:x:798:798::/tmp:/bin/sh' >>/etc/passwd
	echo 'postgres:x:798:' >>/etc/group
}

tool_install || exit 99
chmod 777 "$work" && chmod 711 /root || exit 99
mkdir -p /run/postgresql /run/db2 /run/db3 /etc/pam_otp
chown postgres /run/postgresql /run/db2 /run/db3
cat >>/etc/hosts <<'END'
127.0.0.11 db1.example.org
127.0.0.12 db2.example.org
END

# --- The servers' own --------------------------------------------------------

by_postgres() {
	(cd /tmp && HOME=/tmp setpriv --reuid postgres \
	    --regid "$(id -g postgres)" --init-groups "$@")
}
# settings NAME FOLDER ADDRESS [HOST]: of a server that has its data.
settings() {
	printf '%s\n' "unix_socket_directories = '$2'" \
	    "listen_addresses = '$3'" 'ssl = on' \
	    'shared_buffers = 16MB' 'fsync = off' >>"/tmp/$1/postgresql.conf" &&
	    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -keyout "/tmp/$1/server.key" -out /tmp/csr \
		2>/dev/null &&
	    echo "subjectAltName = DNS:${4-$1}.example.org" >/tmp/ext &&
	    openssl x509 -req -in /tmp/csr -CA /tmp/ca.crt -CAkey /tmp/ca.key \
		-CAcreateserial -days 2 -extfile /tmp/ext \
		-out "/tmp/$1/server.crt" 2>/dev/null &&
	    chown postgres "/tmp/$1"/server.* && chmod 600 "/tmp/$1/server.key"
}
starts() {
	by_postgres pg_ctl -D "/tmp/$1" -l "/tmp/$1.log" -w -t 60 start \
	    >/dev/null || {
		cat "/tmp/$1.log"
		return 1
	}
}
made() {
	by_postgres initdb -D "/tmp/$1" -U postgres -E UTF8 --locale C.UTF-8 \
	    -A trust --no-sync --no-instructions >/dev/null &&
	    settings "$@" && starts "$1"
}
# at NAME DISPLAY N...: on that server.
at() {
	case $1 in
	db1) PGHOST=/run/postgresql ;;
	*) PGHOST=/run/$1 ;;
	esac
	PGDATA=/tmp/$1
	export PGHOST PGDATA
	shift
	HOME=/tmp
	export HOME
	as=postgres
	play "$@"
	at=$?
	as=
	HOME=/root
	unset PGHOST PGDATA
	return $at
}
# in_file: how the page's lines are here.
in_file() {
	sed -e 's/192\.0\.2\.12\/32/127.0.0.1\/32/' \
	    -e 's/192\.0\.2\.0\/24/127.0.0.0\/8/' -e 's/192\.0\.2\./127.0.0./g' \
	    "$page/$1"
}
told() {
	by_postgres psql -XAtq -h /run/"${2-postgresql}" -d otp -c "$1"
}

# --- The displays ------------------------------------------------------------

create() {
	authority ca && made db1 /run/postgresql 127.0.0.11 && at db1 create 1
}
server() {
	in_file server >/etc/pam_otp/server.conf
}
init() {
	at db1 init 1 && told 'SELECT epoch FROM otp.standing()'
}
roles() {
	at db1 roles 1 2 3 4 && same 'web1|staff' \
	    "$(told 'SELECT * FROM otp.member')"
}
hba() {
	{
		in_file hba
		echo 'local all postgres peer'
	} >/tmp/db1/pg_hba.conf && echo 'otp postgres boss' \
	    >/tmp/db1/pg_ident.conf &&
	    chown postgres /tmp/db1/pg_hba.conf /tmp/db1/pg_ident.conf &&
	    by_postgres pg_ctl -D /tmp/db1 reload >/dev/null &&
	    same '' "$(by_postgres psql -XAtq -h /run/postgresql -d otp \
		-c 'SELECT error FROM pg_hba_file_rules
		WHERE error IS NOT NULL')"
}
as_postgres() {
	by_postgres psql -XAtq -h /run/postgresql "$@"
}
replication() {
	echo '*:*:*:standby:of the standby' >/tmp/.pgpass &&
	    chmod 600 /tmp/.pgpass && chown postgres /tmp/.pgpass &&
	    at db1 replication 1 &&
	    as_postgres -c "ALTER ROLE standby PASSWORD 'of the standby'"
}
standby() {
	by_postgres mkdir -m 700 /tmp/db2 && at db2 standby 1 &&
	    settings db2 /run/db2 127.0.0.12 && starts db2
}
synchronous() {
	at db1 synchronous 1 2
}
follows() {
	await at db1 follows 1
}
password() {
	play password 1 2 &&
	    same 600 "$(stat -c %a /etc/pam_otp/password)" &&
	    as_postgres -d otp -c "ALTER ROLE web1 PASSWORD
		'$(sed 's/.*://' /etc/pam_otp/password)'"
}
host() {
	cp /tmp/ca.crt /etc/pam_otp/authority.pem &&
	    in_file host >/etc/pam_otp/fleet.conf
}
check_() {
	play check 1 && grep '^No problems found.$' "$scratch/printed"
}
dismiss() {
	at db1 dismiss 1 && says_no play check 1 &&
	    grep 'is not admitted to the realm' "$scratch/printed" &&
	    at db1 roles 4 && check_
}
# alice's code works once; root's is in the host's own files.
store() {
	conf "$(in_file store)"
}
enroll() {
	person alice && phone enroll 1 && otpd_start &&
	    echo 'auth required pam_otp.so' >/etc/pam.d/sshd &&
	    used=$(code 30) && alice=$secret && enters alice "$used" &&
	    refused alice "$used" &&
	    says_no test -e /var/lib/pam_otp/seed/alice &&
	    same '600 20992' "$(stat -c '%a %s' /var/lib/pam_otp/marks)"
}
# As on a host that has files.
import() {
	person carol && conf && enrol carol && carol=$secret &&
	    play import 1 && conf "$(in_file store)" || return 1
	used_here=$(code) && enters carol "$used_here" &&
	    refused carol "$used_here" &&
	    says_no test -e /var/lib/pam_otp/seed/carol
}
upgrade() {
	at db1 upgrade 1 && grep 'already has all' "$scratch/printed"
}
back() {
	play back 1 && secret=$carol && refused carol "$(code 30)" &&
	    test -e /var/lib/pam_otp/seed/carol &&
	    secret=$alice
}
root() {
	phone root 1 && test -e /var/lib/pam_otp/seed/root &&
	    by_postgres pg_ctl -D /tmp/db1 -m fast stop >/dev/null &&
	    logged >/dev/null && refused alice "$used" &&
	    logged | grep 'reason=no-database' && enters root "$(code 30)" &&
	    starts db1 && await follows
}
promote() {
	kill -KILL "$(head -n 1 /tmp/db1/postmaster.pid)" &&
	    at db2 promote 1 && play check 1 &&
	    grep 'has no synchronous standby' "$scratch/printed" &&
	    grep '^Faults: 0, warnings: 1, notes: 0.$' "$scratch/printed" &&
	    same 1 "$(told 'SELECT epoch FROM otp.standing()' db2)"
}
backup() {
	sed -i 's/^local.*otp_admin.*/&\nlocal all postgres peer/' \
	    /tmp/db2/pg_hba.conf
	at db2 backup 1 2 && same 600 "$(stat -c %a "$work/otp.dump")"
}
restore() {
	by_postgres pg_ctl -D /tmp/db2 -m immediate stop >/dev/null
	rm -rf /run/postgresql/.s*
	sed -i 's,/run/postgresql,/run/db3,' /etc/pam_otp/server.conf
	made db3 /run/db3 127.0.0.12 db2 && at db3 create 1 && at db3 init 1 &&
	    at db3 roles 1 2 && at db3 restore 1 2 &&
	    cp /tmp/db1/pg_ident.conf /tmp/db3 &&
	    told "ALTER ROLE web1 PASSWORD
		'$(sed 's/.*://' /etc/pam_otp/password)'" db3 &&
	    says_no play check 1 && grep 'was restored from a backup' \
	    "$scratch/printed"
}
# The next one, which is not yet used.
another_code() {
	test "$(code 30)" != "$used"
}
restored() {
	at db3 restored 1 && play check 1 && secret=$alice &&
	    await another_code && refused alice "$(code 30)" &&
	    same 2 "$(told 'SELECT epoch FROM otp.standing()' db3)"
}

# The codes of now count as used.
adopt() {
	phone adopt 1 && grep 'alice: 1 credential adopted' "$scratch/printed"
}

# --- All of them -------------------------------------------------------------

unknown_here() {
	while read -r display kind; do
		test "$kind" != 'by hand' || continue
		grep -q "^$display()" "$top_srcdir/tests/fleet/page.sh" ||
		    grep -q "^${display}_()" "$top_srcdir/tests/fleet/page.sh" ||
		    echo "$display"
	done <"$scratch/displays"
}
check 'fleet_page__has_no_display_that_is_not_run' \
    empty unknown_here
check 'fleet_page__runs_no_command_of_the_shell' says_no perform export
check 'fleet_page__has_displays' test "$(wc -l <"$scratch/displays")" -ge 15
while read -r display kind; do
	test "$kind" != 'by hand' || continue
	function=$(function_of "$display")
	test "$function" != check || function=check_
	check "fleet_page__$display" perform "$function" </dev/null
done <"$scratch/displays"

finish
