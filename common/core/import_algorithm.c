/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_algorithm.h"

#include <string.h>

#include "common/core/letter.h"

#define PLAIN_SIZE 24 /* of a spelling without signs; longer ones are unknown */

static bool make_plain(
    const char *text, size_t length, char ret_plain[PLAIN_SIZE]);
static bool is_usual(const char *text, size_t length, enum otp_hash hash);

bool
otp_import_algorithm(
    const char *text, size_t length, enum otp_hash *ret_hash, bool *ret_usual)
{
	static const char *const prefixes[] = { "algorithm", "hmac" };
	static const struct {
		const char *name;
		enum otp_hash hash;
	} hashes[] = { { "sha1", OTP_SHA1 }, { "sha256", OTP_SHA256 },
		{ "sha512", OTP_SHA512 } };
	char plain[PLAIN_SIZE];
	const char *name = plain;

	if (!make_plain(text, length, plain))
		return false;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			name += strlen(prefixes[i]);
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (strcmp(name, hashes[i].name) != 0)
			continue;
		*ret_hash = hashes[i].hash;
		*ret_usual = is_usual(text, length, hashes[i].hash);
		return true;
	}
	return false;
}

enum otp_err
otp_import_algorithm_read(const char *text, size_t length,
    const struct otp_import_teller *teller, enum otp_hash *ret_hash,
    struct otp_fault *fault)
{
	bool usual = true;

	if (!otp_import_algorithm(text, length, ret_hash, &usual))
		return otp_import_refused(
		    fault, OTP_DETAIL_UNKNOWN_ALGORITHM, text, length);
	if (!usual)
		otp_import_tell(
		    teller, OTP_DETAIL_CHANGED_ALGORITHM, text, length);
	return OTP_OK;
}

/* Letters in lower case and digits; signs between them are left out. */
static bool
make_plain(const char *text, size_t length, char ret_plain[PLAIN_SIZE])
{
	size_t size = 0;

	for (size_t i = 0; i < length; i++) {
		char c = otp_lower(text[i]);
		bool sign = strchr(" -_./:", c) != NULL && c != '\0';

		if (!sign && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			return false;
		if (sign)
			continue;
		if (size + 1 == PLAIN_SIZE)
			return false;
		ret_plain[size++] = c;
	}
	ret_plain[size] = '\0';
	return true;
}

static bool
is_usual(const char *text, size_t length, enum otp_hash hash)
{
	const char *usual = otp_hash_name(hash);

	if (length != strlen(usual))
		return false;
	for (size_t i = 0; i < length; i++)
		if (otp_lower(text[i]) != otp_lower(usual[i]))
			return false;
	return true;
}
