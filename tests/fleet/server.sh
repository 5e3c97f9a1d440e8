# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A database server of its own for the scripts beside this file, each of which
# begins
#
#	. "$(dirname "$0")/server.sh"
#
# and has a host of its own then (host/ground.sh), so that no port and no file is
# another's. The server is the machine's or the one that ./dev has unpacked; it
# runs as nobody, below /tmp. Functions, besides those of host/ground.sh:
#
#	server_make NAME [LINE...]	a new cluster, with these lines in its
#				configuration; it does not fsync, since here
#				processes are killed, never the machine
#	server_start NAME, server_stop NAME	it listens on a socket in /tmp/NAME.at
#	server_signal SIGNAL NAME	to all of its processes
#	as_server COMMAND...	as its user
#	query NAME ROLE SQL...	as ROLE in the database otp; each SQL is a
#				transaction, of 60 seconds at most; prints
#				columns separated by |
#	migrate NAME		all migrations, and:
#				host1, host2	hosts of the realm staff
#				guest		a host of the realm visitors
#				desk		enrolls in the realm staff
#				boss		an administrator
#	tls_make NAME		a certificate of /tmp/ca.crt for localhost, and
#				what contrib/postgresql/README has for
#				pg_hba.conf, when it is started again;
#				/tmp/other_ca.crt is another authority
#	refused SQLSTATE NAME ROLE SQL	fails with just this error
#	standby_make PRIMARY STANDBY	a synchronous one, in step
#	tool_install		the plugin and the migrations are where otp-enroll
#				looks for them: in $plugins and $installed
#	tool_conf NAME ROLE [LINE...]	fleet.conf, for NAME's socket and the realm
#				staff

fleet_top=$(cd "$(dirname "$0")/../.." && pwd)
: "${top_srcdir:=$fleet_top}" "${top_builddir:=$top_srcdir/build}"
SERVERS=$top_builddir/database
. "$top_srcdir/tests/host/ground.sh"

migrations=$top_srcdir/contrib/postgresql
for folder in /usr/lib/postgresql/*/bin; do
	test ! -x "$folder/initdb" || PATH=$folder:$PATH
done
needs initdb postgres pg_ctl psql pgbench pg_basebackup setpriv

as_server() {
	(cd /tmp && HOME=/tmp setpriv --reuid nobody --regid nogroup \
	    --clear-groups "$@")
}

server_make() {
	name=$1
	shift
	as_server initdb -D "/tmp/$name" -U postgres -E UTF8 --locale C.UTF-8 \
	    -A trust --no-sync --no-instructions >/dev/null || return 1
	server_set "$name" "unix_socket_directories = '/tmp/$name.at'" \
	    "listen_addresses = ''" 'shared_buffers = 16MB' \
	    'log_min_messages = fatal' 'jit = off' 'fsync = off' "$@"
	as_server mkdir "/tmp/$name.at"
}

# server_set NAME LINE...
server_set() {
	set_name=$1
	shift
	printf '%s\n' "$@" >>"/tmp/$set_name/postgresql.conf"
}

server_start() {
	as_server pg_ctl -D "/tmp/$1" -l "/tmp/$1.log" -w -t 60 start \
	    >/dev/null || {
		cat "/tmp/$1.log"
		return 1
	}
}

server_stop() {
	as_server pg_ctl -D "/tmp/$1" -m immediate -w -t 60 stop >/dev/null
}

# The postmaster's children are in sessions of their own, so by parent. Some may
# have ended by then.
server_signal() {
	postmaster=$(sed -n 1p "/tmp/$2/postmaster.pid")
	children=$(cat "/proc/$postmaster/task/$postmaster/children")
	# shellcheck disable=SC2086
	kill "-$1" "$postmaster" $children 2>/dev/null || :
}

query() {
	query_at=$1 query_role=$2
	shift 2
	for statement in "$@"; do
		timeout 60 psql -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=sqlstate \
		    -h "/tmp/$query_at.at" -U "$query_role" -d otp \
		    -c "$statement" || return 1
	done
}

# migration NAME NUMBER
migration() {
	psql -Xq -v ON_ERROR_STOP=1 -h "/tmp/$1.at" -U postgres -d otp \
	    -f "$(echo "$migrations/$2"-*.sql)" >/dev/null
}

migrate() {
	psql -Xq -h "/tmp/$1.at" -U postgres -d postgres \
	    -c 'CREATE DATABASE otp' || return 1
	for file in "$migrations"/[0-9]*.sql; do
		number=$(basename "$file")
		migration "$1" "${number%%-*}" || return 1
	done
	query "$1" postgres 'CREATE ROLE host1 LOGIN IN ROLE otp_host' \
	    'CREATE ROLE host2 LOGIN IN ROLE otp_host' \
	    'CREATE ROLE guest LOGIN IN ROLE otp_host' \
	    'CREATE ROLE desk LOGIN IN ROLE otp_enroll' \
	    'CREATE ROLE boss LOGIN IN ROLE otp_admin' || return 1
	query "$1" boss "SELECT otp.add_realm('staff')" \
	    "SELECT otp.add_realm('visitors')" \
	    "SELECT otp.admit('host1', 'staff')" \
	    "SELECT otp.admit('host2', 'staff')" \
	    "SELECT otp.admit('desk', 'staff')" \
	    "SELECT otp.admit('guest', 'visitors')" >/dev/null
}

standby_make() {
	server_set "$1" "synchronous_standby_names = '*'" &&
	    query "$1" postgres 'SELECT pg_reload_conf()' >/dev/null &&
	    as_server pg_basebackup -h "/tmp/$1.at" -U postgres -c fast -R \
		-D "/tmp/$2" &&
	    as_server mkdir "/tmp/$2.at" &&
	    server_set "$2" "unix_socket_directories = '/tmp/$2.at'" \
		"listen_addresses = ''" "synchronous_standby_names = ''" &&
	    server_start "$2" &&
	    await standby_is_sync "$1"
}
standby_is_sync() {
	test "$(query "$1" postgres \
	    'SELECT sync_state FROM pg_stat_replication')" = sync
}

tool_install() {
	plugins=$(sed -n 's/^#define OTP_PLUGIN_DIR "\(.*\)"/\1/p' \
	    "$top_builddir/places.h")
	installed=$(sed -n 's/^#define OTP_DATA_DIR "\(.*\)"/\1/p' \
	    "$top_builddir/places.h")/postgresql
	mkdir -p "$plugins" "$installed" /etc/pam_otp &&
	    cp "$top_builddir/common/fleet/.libs/pam_otp_postgresql.so" \
		"$plugins" &&
	    cp "$migrations"/*.sql "$installed"
}
tool_conf() {
	conf_at=$1 conf_role=$2
	shift 2
	printf '%s\n' "host = /tmp/$conf_at.at" "role = $conf_role" \
	    'realm = staff' "$@" >/etc/pam_otp/fleet.conf
}

refused() {
	sqlstate=$1
	shift
	said=$(query "$@" 2>&1) && {
		echo "not refused: $said"
		return 1
	}
	same "ERROR:  $sqlstate" "$said"
}

authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj "/CN=$1" -keyout "/tmp/$1.key" -out "/tmp/$1.crt" -days 2 \
	    2>/dev/null
}
hba() {
	sed -n 's/^    \(host.* otp .*\)/\1/p' "$migrations/README" |
	    sed 's|192\.0\.2\.0/24|127.0.0.1/32|'
}
tls_make() {
	authority ca && authority other_ca &&
	    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj /CN=localhost -keyout "/tmp/$1/server.key" \
		-out /tmp/server.csr 2>/dev/null &&
	    echo 'subjectAltName = DNS:localhost' >/tmp/server.ext &&
	    openssl x509 -req -in /tmp/server.csr -CA /tmp/ca.crt \
		-CAkey /tmp/ca.key -CAcreateserial -days 2 \
		-extfile /tmp/server.ext -out "/tmp/$1/server.crt" 2>/dev/null &&
	    chown nobody "/tmp/$1"/server.* && chmod 600 "/tmp/$1/server.key" &&
	    server_set "$1" 'ssl = on' "listen_addresses = '127.0.0.1'" &&
	    { hba && echo 'local all all trust'; } >"/tmp/$1/pg_hba.conf" &&
	    same 3 "$(wc -l <"/tmp/$1/pg_hba.conf")"
}
