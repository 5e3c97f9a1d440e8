/* SPDX-License-Identifier: BSD-2-Clause */
/* The seed file's text: used whole or not at all; read, written, read again. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/seed.h"

static void
check_ids(const struct otp_seed *seed)
{
	uint8_t ids[OTP_SEED_TOKENS + OTP_SEED_RECOVERY + OTP_SEED_ADDRESSES]
		   [OTP_ID_SIZE];
	unsigned count = 0;

	for (unsigned i = 0; i < seed->tokens_count; i++) {
		FUZZ_MUST(otp_token_check(&seed->tokens[i], NULL) == OTP_OK);
		FUZZ_MUST(seed->token_lines[i] > 0 &&
		    (i == 0 ||
			seed->token_lines[i] > seed->token_lines[i - 1]));
		FUZZ_MUST(
		    otp_token_id(&seed->tokens[i], ids[count++]) == OTP_OK);
	}
	for (unsigned i = 0; i < seed->recovery_count; i++)
		otp_recovery_id(&seed->recovery[i], ids[count++]);
	for (unsigned i = 0; i < seed->addresses_count; i++)
		FUZZ_MUST(otp_address_id(&seed->addresses[i], ids[count++]) ==
		    OTP_OK);
	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; j < i; j++)
			FUZZ_MUST(memcmp(ids[i], ids[j], OTP_ID_SIZE) != 0);
}

static void
check_same(const struct otp_seed *one, const struct otp_seed *other)
{
	FUZZ_MUST(one->tokens_count == other->tokens_count &&
	    one->addresses_count == other->addresses_count &&
	    one->recovery_count == other->recovery_count &&
	    one->invited == other->invited);
	if (one->invited)
		FUZZ_MUST(memcmp(&one->invitation, &other->invitation,
			      sizeof(one->invitation)) == 0);
	FUZZ_MUST(one->pending.until == other->pending.until &&
	    memcmp(one->pending.address.secret, other->pending.address.secret,
		OTP_ADDRESS_SECRET_SIZE) == 0 &&
	    strcmp(one->pending.address.uri, other->pending.address.uri) == 0);
	for (unsigned i = 0; i < one->tokens_count; i++)
		FUZZ_MUST(fuzz_same_token(&one->tokens[i], &other->tokens[i]));
	FUZZ_MUST(memcmp(one->recovery, other->recovery,
		      one->recovery_count * sizeof(one->recovery[0])) == 0);
	FUZZ_MUST(memcmp(one->addresses, other->addresses,
		      one->addresses_count * sizeof(one->addresses[0])) == 0);
}

static void
check_written(const struct otp_seed *seed)
{
	static char text[OTP_SEED_SIZE_MAX + 1], twice[OTP_SEED_SIZE_MAX + 1];
	static struct otp_seed again;
	size_t size = SIZE_MAX, size_twice = 0;

	memset(text, FUZZ_MARK, sizeof(text));
	FUZZ_MUST(otp_seed_format(seed, text, &size) == OTP_OK);
	FUZZ_MUST(size == strlen(text) && size <= OTP_SEED_SIZE_MAX);
	FUZZ_MUST(otp_seed_parse(text, size, &again, NULL) == OTP_OK);
	check_same(seed, &again);
	FUZZ_MUST(otp_seed_format(&again, twice, &size_twice) == OTP_OK);
	FUZZ_MUST(size == size_twice && memcmp(text, twice, size) == 0);
	/* Torn anywhere but at a line's end, it is none. */
	FUZZ_MUST(otp_seed_parse(text, size - 1, &again, NULL) != OTP_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct otp_seed seed;
	struct otp_fault fault = { 0 };
	char *text = fuzz_text(data, size);
	unsigned digits = 0;

	memset(&seed, FUZZ_MARK, sizeof(seed));
	if (otp_seed_parse(text, size, &seed, &fault) != OTP_OK) {
		FUZZ_MUST(fuzz_is_zero(&seed, sizeof(seed)));
		FUZZ_MUST(
		    fault.detail != OTP_DETAIL_NONE && fuzz_is_sound(&fault));
		free(text);
		return 0;
	}
	FUZZ_MUST(size > 0 && size <= OTP_SEED_SIZE_MAX &&
	    text[size - 1] == '\n' && memchr(text, '\0', size) == NULL);
	FUZZ_MUST(
	    (seed.tokens_count + seed.addresses_count >= 1 || seed.invited) &&
	    seed.addresses_count <= OTP_SEED_ADDRESSES &&
	    seed.tokens_count <= OTP_SEED_TOKENS &&
	    seed.recovery_count <= OTP_SEED_RECOVERY);
	check_ids(&seed);
	check_written(&seed);
	if (otp_seed_digits(&seed, &digits) == OTP_OK)
		for (unsigned i = 0; i < seed.tokens_count; i++)
			FUZZ_MUST(seed.tokens[i].digits == digits);
	else
		FUZZ_MUST(digits == 0 && seed.tokens_count != 1);
	free(text);
	return 0;
}
