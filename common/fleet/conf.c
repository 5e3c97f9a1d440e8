/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it
 * (tests/unit/fleet_conf_test.c):
 *
 * 1. A host that is reached by TCP is verified: it has a name, an address and
 *    an authority (fleetconf__needs_what_a_server_is_verified_by).
 * 2. No name is resolved: each host has an address in numbers
 *    (fleetconf__has_an_address_for_each_host).
 * 3. A directory of a socket, to which nothing is encrypted, is the only host
 *    (fleetconf__mixes_no_socket_with_hosts).
 * 4. No other user can read the key or the password
 *    (fleetconf__refuses_secrets_that_others_can_read).
 */
#include "config.h"

#include "common/fleet/conf.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "common/store/conf_file.h"
#include "common/store/path.h"

#define PORT_DEFAULT  5432
#define MARKS_DEFAULT OTP_STORE_DIR "/marks" /* beside the host's own files */

#define ROOM(field) sizeof(((struct otp_fleet_conf *)NULL)->field)

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): fields' names and initializers */
#define OPTION(kind, field)                             \
	.name = #field, .type = kind,                   \
	.place = OTP_CONF_FILE,                         \
	.offset = offsetof(struct otp_fleet_conf, field)
#define LIST(field)                                     \
	{ OPTION(OTP_CONF_LIST, field), .size = ROOM(field) }
#define NUMBER(field, least, most)                      \
	{ OPTION(OTP_CONF_NUMBER, field),               \
	    .min = least, .max = most }
#define TEXT(field)                                     \
	{ OPTION(OTP_CONF_TEXT, field), .size = ROOM(field) }
#define PATH(field)                                     \
	{ OPTION(OTP_CONF_PATH, field), .size = ROOM(field) }
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

const struct otp_conf_option otp_fleet_conf_table[] = {
	LIST(host),
	LIST(address),
	NUMBER(port, 1, 65535),
	TEXT(database),
	TEXT(role),
	TEXT(realm),
	PATH(authority),
	PATH(certificate),
	PATH(key),
	PATH(password),
	PATH(marks),
};

#define COUNT (sizeof(otp_fleet_conf_table) / sizeof(otp_fleet_conf_table[0]))

const size_t otp_fleet_conf_count = COUNT;

static enum otp_err check(
    const struct otp_fleet_conf *conf, struct otp_fault *fault);
static enum otp_err check_hosts(
    const struct otp_fleet_conf *conf, struct otp_fault *fault);
static enum otp_err check_socket(
    const struct otp_fleet_conf *conf, struct otp_fault *fault);
static enum otp_err check_files(
    const struct otp_fleet_conf *conf, struct otp_fault *fault);

void
otp_fleet_conf_default(struct otp_fleet_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->port = PORT_DEFAULT;
	memcpy(conf->database, "otp", sizeof("otp"));
	memcpy(conf->marks, MARKS_DEFAULT, sizeof(MARKS_DEFAULT));
}

enum otp_err
otp_fleet_conf_read(
    const char *path, struct otp_fleet_conf *ret_conf, struct otp_fault *fault)
{
	struct otp_fleet_conf read;
	struct otp_conf conf = {
		.options = otp_fleet_conf_table,
		.count = COUNT,
		.place = OTP_CONF_FILE,
		.target = &read,
	};
	enum otp_err err;

	otp_fleet_conf_default(&read);
	err = otp_conf_file_read(path, &conf, fault);
	if (err == OTP_OK)
		err = check(&read, fault);
	if (err == OTP_OK)
		err = check_files(&read, fault);
	if (err != OTP_OK)
		return err;
	(void)snprintf(
	    read.port_text, sizeof(read.port_text), "%u", read.port & 0xffff);
	*ret_conf = read;
	return OTP_OK;
}

static enum otp_err
refuse(const char *option, enum otp_detail detail, struct otp_fault *fault)
{
	return otp_fault_set(fault, OTP_ERR_OPTION, 0, option, detail);
}

static enum otp_err
check(const struct otp_fleet_conf *conf, struct otp_fault *fault)
{
	if (conf->host[0] == '\0')
		return refuse("host", OTP_DETAIL_MISSING, fault);
	if (conf->role[0] == '\0')
		return refuse("role", OTP_DETAIL_MISSING, fault);
	if (conf->realm[0] == '\0')
		return refuse("realm", OTP_DETAIL_MISSING, fault);
	if (conf->certificate[0] == '\0' && conf->key[0] != '\0')
		return refuse("certificate", OTP_DETAIL_MISSING, fault);
	if (conf->certificate[0] != '\0' && conf->key[0] == '\0')
		return refuse("key", OTP_DETAIL_MISSING, fault);
	return conf->host[0] == '/' ? check_socket(conf, fault)
				    : check_hosts(conf, fault);
}

/* --- Hosts --------------------------------------------------------------- */

/* Cut the first text from *LIST, which is NULL after the last, into TEXT. */
static bool
next_text(const char **list, char text[OTP_FLEET_TEXT_SIZE])
{
	size_t length;

	if (*list == NULL)
		return false;
	length = strcspn(*list, ",");
	memcpy(text, *list, length);
	text[length] = '\0';
	*list = (*list)[length] == ',' ? *list + length + 1 : NULL;
	return true;
}

/* No folder, and nothing else that libpq has a meaning of its own for. */
static bool
is_name(const char *text)
{
	static const char others[] = "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

	return text[0] != '-' && text[0] != '.' &&
	    text[strspn(text, others)] == '\0';
}

static bool
is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 ||
	    inet_pton(AF_INET6, text, &address) == 1;
}

static enum otp_err
check_hosts(const struct otp_fleet_conf *conf, struct otp_fault *fault)
{
	const char *hosts = conf->host, *addresses = conf->address;
	char text[OTP_FLEET_TEXT_SIZE];

	if (conf->address[0] == '\0')
		return refuse("address", OTP_DETAIL_MISSING, fault);
	if (conf->authority[0] == '\0')
		return refuse("authority", OTP_DETAIL_MISSING, fault);
	while (next_text(&hosts, text)) {
		if (!is_name(text))
			return refuse("host", OTP_DETAIL_NOT_HOSTS, fault);
		if (!next_text(&addresses, text) || !is_address(text))
			return refuse(
			    "address", OTP_DETAIL_NOT_ADDRESSES, fault);
	}
	return addresses == NULL
	    ? OTP_OK
	    : refuse("address", OTP_DETAIL_NOT_ADDRESSES, fault);
}

static enum otp_err
check_socket(const struct otp_fleet_conf *conf, struct otp_fault *fault)
{
	if (strchr(conf->host, ',') != NULL)
		return refuse("host", OTP_DETAIL_NOT_HOSTS, fault);
	if (conf->address[0] != '\0')
		return refuse("address", OTP_DETAIL_SOCKET, fault);
	if (conf->authority[0] != '\0')
		return refuse("authority", OTP_DETAIL_SOCKET, fault);
	if (conf->certificate[0] != '\0')
		return refuse("certificate", OTP_DETAIL_SOCKET, fault);
	return OTP_OK;
}

/* --- Files --------------------------------------------------------------- */

static enum otp_err
check_file(const char *path, enum otp_path_trust trust, struct otp_fault *fault)
{
	struct statx status = { 0 };
	int fd = -1;
	enum otp_err err;

	if (path[0] == '\0')
		return OTP_OK;
	err = otp_path_open(path, trust, &fd, &status, fault);
	otp_path_close(&fd);
	return err;
}

/* libpq would go on without what it cannot read. */
static enum otp_err
check_files(const struct otp_fleet_conf *conf, struct otp_fault *fault)
{
	enum otp_err err = check_file(conf->authority, OTP_PATH_PUBLIC, fault);

	if (err == OTP_OK)
		err = check_file(conf->certificate, OTP_PATH_PUBLIC, fault);
	if (err == OTP_OK)
		err = check_file(conf->key, OTP_PATH_PRIVATE, fault);
	if (err == OTP_OK)
		err = check_file(conf->password, OTP_PATH_PRIVATE, fault);
	return err;
}

/* --- The place ----------------------------------------------------------- */

/*
 * libpq takes "" for a choice of its own, and NULL for one in the environment.
 */
static const char *
given(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

struct otp_database_place
otp_fleet_conf_place(const struct otp_fleet_conf *conf)
{
	return (struct otp_database_place){
		.host = given(conf->host),
		.address = given(conf->address),
		.port = given(conf->port_text),
		.database = given(conf->database),
		.role = given(conf->role),
		.realm = given(conf->realm),
		.authority = given(conf->authority),
		.certificate = given(conf->certificate),
		.key = given(conf->key),
		.password = given(conf->password),
		.marks = given(conf->marks),
	};
}
