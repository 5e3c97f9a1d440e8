/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"
#include "common/core/seed.h"
#include "common/core/uri.h"

#define SECRET	 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define SECRET2	 "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
#define TOTP	 "otpauth://totp/host:alice?secret=" SECRET "\n"
#define TOTP2	 "otpauth://totp/host:alice?secret=" SECRET2 "\n"
#define HOTP	 "otpauth://hotp/host:alice?secret=" SECRET "&counter=7\n"
#define SALT	 "000102030405060708090a0b0c0d0e0f"
#define HASH	 "00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100"
#define MAIL	 "deliver:" SECRET ":mailto:alice@example.org\n"
#define SMS	 "deliver:" SECRET2 ":sms:+491701234567\n"
#define PENDING	 "pending:1790000000:" SECRET2 ":mailto:bob@example.org\n"
#define INVITE	 "invite:sha256$" SALT "$" HASH ":1790000000\n"
#define RECOVERY "recovery:1790000000:sha256$" SALT "$" HASH "\n"

static struct otp_seed
parsed(const char *text, size_t size)
{
	struct otp_seed seed;
	struct otp_fault fault = { 0 };

	if (otp_seed_parse(text, size, &seed, &fault) != OTP_OK)
		fail_msg("line %u %s", fault.line, unit_detail(&fault));
	return seed;
}

static void
assert_refused_bytes(
    const char *text, size_t size, unsigned line, const char *what)
{
	static const struct otp_seed nothing;
	struct otp_seed seed;
	struct otp_fault fault = { 0 };

	memset(&seed, 0xa5, sizeof(seed));
	if (otp_seed_parse(text, size, &seed, &fault) != OTP_ERR_PARSE)
		fail_msg("%.200s was taken", text);
	assert_int_equal(fault.line, line);
	if (what != NULL)
		assert_string_equal(unit_detail(&fault), what);
	else
		assert_true(unit_detail(&fault)[0] != '\0');
	assert_null(strstr(unit_detail(&fault), "GEZDGN"));
	assert_memory_equal(&seed, &nothing, sizeof(seed));
	assert_int_equal(
	    otp_seed_parse(text, size, &seed, NULL), OTP_ERR_PARSE);
}

static void
assert_refused(const char *text, unsigned line, const char *what)
{
	assert_refused_bytes(text, strlen(text), line, what);
}

static void
seed_parse__takes_tokens_recovery_codes_and_comments(void **state)
{
	static const char text[] =
	    "# alice\n\n" TOTP " \t \n" RECOVERY "#" TOTP HOTP;
	struct otp_seed seed = parsed(text, strlen(text));

	(void)state;
	assert_int_equal(seed.tokens_count, 2);
	assert_int_equal(seed.recovery_count, 1);
	assert_int_equal(seed.tokens[0].kind, OTP_TOTP);
	assert_int_equal(seed.token_lines[0], 3);
	assert_int_equal(seed.tokens[1].kind, OTP_HOTP);
	assert_int_equal(seed.token_lines[1], 7);
	assert_int_equal(seed.recovery[0].hash[1], 0x11);
}

static void
seed_parse__takes_addresses_with_and_without_a_token(void **state)
{
	struct otp_seed seed = parsed(TOTP MAIL SMS, strlen(TOTP MAIL SMS));

	(void)state;
	assert_int_equal(seed.tokens_count, 1);
	assert_int_equal(seed.addresses_count, 2);
	assert_string_equal(seed.addresses[0].uri, "mailto:alice@example.org");
	assert_memory_equal(
	    seed.addresses[0].secret, "12345678901234567890", 20);
	assert_string_equal(seed.addresses[1].uri, "sms:+491701234567");
	seed = parsed(RECOVERY MAIL, strlen(RECOVERY MAIL));
	assert_int_equal(seed.tokens_count, 0);
	assert_int_equal(seed.addresses_count, 1);
}

static void
seed_parse__takes_an_invitation_with_and_without_a_token(void **state)
{
	struct otp_seed seed = parsed(INVITE, strlen(INVITE));

	(void)state;
	assert_true(seed.invited);
	assert_false(otp_seed_is_active(&seed));
	assert_int_equal(seed.invitation.made, 0);
	assert_int_equal(seed.invitation.until, 1790000000);
	assert_int_equal(seed.invitation.salt[1], 0x01);
	assert_int_equal(seed.invitation.hash[1], 0x11);
	seed = parsed(TOTP INVITE, strlen(TOTP INVITE));
	assert_true(seed.invited);
	assert_true(otp_seed_is_active(&seed));
	seed = parsed(TOTP, strlen(TOTP));
	assert_false(seed.invited);
}

static void
seed_parse__refuses_a_bad_or_second_invitation(void **state)
{
	static const char *const bad[] = {
		"invite:\n",
		"invite:sha256$" SALT "$" HASH "\n",
		"invite:sha256$" SALT "$" HASH ":\n",
		"invite:sha256$" SALT "$" HASH ":0\n",
		"invite:sha256$" SALT "$" HASH ":01\n",
		"invite:sha256$" SALT "$" HASH ":253402300800\n",
		"invite:sha256$" SALT "$" HASH ":17x\n",
		"invite:sha256$" SALT "$" HASH "f:1790000000\n",
		"invite:sha256$" SALT "." HASH ":1790000000\n",
		"invite:sha512$" SALT "$" HASH ":1790000000\n",
		"invite:1790000000:sha256$" SALT "$" HASH "\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(bad[i], 1, "bad-invitation");
	assert_refused(INVITE INVITE, 2, "second-invitation");
}

static void
seed_format__writes_an_invitation_that_can_be_read(void **state)
{
	static char text[OTP_SEED_SIZE_MAX + 1];
	struct otp_seed seed = parsed(INVITE, strlen(INVITE));
	size_t size = 0;

	(void)state;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_OK);
	assert_string_equal(text, INVITE);
	for (unsigned i = 0; i < 2; i++) {
		seed.invitation.until = i == 0 ? 0 : OTP_RECOVERY_TIME_MAX + 1;
		assert_int_equal(
		    otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	}
}

/* It is not an address, and of no seed but one that has something else. */
static void
seed_parse__takes_one_pending_address(void **state)
{
	static char text[OTP_SEED_SIZE_MAX + 1];
	struct otp_seed seed = parsed(TOTP PENDING, strlen(TOTP PENDING));
	uint8_t id[OTP_ID_SIZE], without[OTP_ID_SIZE];
	size_t size = 0;

	(void)state;
	assert_int_equal(seed.addresses_count, 0);
	assert_int_equal(seed.pending.until, 1790000000);
	assert_string_equal(seed.pending.address.uri, "mailto:bob@example.org");
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_OK);
	assert_non_null(strstr(text, "\n" PENDING));
	assert_int_equal(otp_seed_tokens_id(&seed, id), OTP_OK);
	for (unsigned i = 0; i < 3; i++) {
		struct otp_seed bad = seed;

		if (i < 2)
			bad.pending.until =
			    i == 0 ? -1 : OTP_RECOVERY_TIME_MAX + 1;
		else
			strcpy(bad.pending.address.uri, "none");
		assert_int_equal(
		    otp_seed_format(&bad, text, &size), OTP_ERR_PARSE);
	}
	seed = parsed(TOTP, strlen(TOTP));
	assert_int_equal(seed.pending.until, 0);
	assert_int_equal(otp_seed_tokens_id(&seed, without), OTP_OK);
	assert_memory_equal(id, without, sizeof(id));
	assert_refused(TOTP PENDING PENDING, 3, "pending");
	assert_refused(TOTP "pending:0\n", 2, "pending");
	assert_refused(PENDING, 0, "no-token");
	/* Nor do an address and one that is to be confirmed exclude each other. */
	seed = parsed(MAIL PENDING, strlen(MAIL PENDING));
	assert_int_equal(seed.addresses_count, 1);
}

static void
seed_parse__refuses_bad_and_repeated_addresses(void **state)
{
	(void)state;
	assert_refused(TOTP "deliver:x:y\n", 2, "address-secret");
	assert_refused(
	    MAIL "deliver:" SECRET2 ":mailto:a@b?cc=c@d\n", 2, "mail-address");
	assert_refused(MAIL "deliver:" SECRET2 ":mailto:alice@example.org\n", 2,
	    "same-address");
	assert_refused(MAIL "deliver:" SECRET ":mailto:bob@example.org\n", 2,
	    "same-address");
	assert_refused(MAIL SMS
	    "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR:a:1\n"
	    "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJS:a:2\n"
	    "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJT:a:3\n",
	    5, "too-many-addresses");
}

static void
seed_parse__refuses_files_without_a_token(void **state)
{
	(void)state;
	assert_refused("", 0, "no-token");
	assert_refused("\n", 0, "no-token");
	assert_refused("# nothing\n\n", 0, "no-token");
	assert_refused(RECOVERY, 0, "no-token");
}

static void
seed_parse__refuses_torn_and_foreign_text(void **state)
{
	static const char nul[] = "# a\n# b\0c\n" TOTP;
	static const char nul_end[] = TOTP "\0";

	(void)state;
	assert_refused(
	    "otpauth://totp/host:alice?secret=" SECRET, 1, "no-newline");
	assert_refused(TOTP "# torn", 2, "no-newline");
	assert_refused(TOTP "\n ", 3, "no-newline");
	assert_refused("otpauth://totp/host:alice?secret=" SECRET "\r\n", 1,
	    "carriage-return");
	assert_refused("# comment\r\n" TOTP, 1, "carriage-return");
	assert_refused(TOTP "\r\n", 2, "carriage-return");
	assert_refused("\xef\xbb\xbf" TOTP, 1, "not-otpauth");
	assert_refused_bytes(nul, sizeof(nul) - 1, 2, "nul-byte");
	assert_refused_bytes(nul_end, sizeof(nul_end) - 1, 2, "no-newline");
}

static void
seed_parse__refuses_the_whole_for_one_bad_line(void **state)
{
	static const char *const lines[] = {
		"x\n",
		" # indented\n",
		" " TOTP,
		"otpauth://steam/a?secret=" SECRET2 "\n",
		"otpauth://totp/a?digits=6\n",
		"otpauth://totp/a?secret=" SECRET2 "&secret=" SECRET2 "\n",
		"otpauth://totp/a?secret=not+base32\n",
		"otpauth://totp/a?secret=GEZDGNBVGY3TQOI\n",
		"otpauth://totp/a?secret=AAAAAAAAAAAAAAAA\n",
		"otpauth://totp/a?secret=" SECRET2 "&digits=5\n",
		"otpauth://totp/a?secret=" SECRET2 "&digits=9\n",
		"otpauth://totp/a?secret=" SECRET2 "&digits=06\n",
		"otpauth://totp/a?secret=" SECRET2 "&digits=+6\n",
		"otpauth://totp/a?secret=" SECRET2 "&period=0\n",
		"otpauth://totp/a?secret=" SECRET2 "&period=-30\n",
		"otpauth://totp/a?secret=" SECRET2 "&period=14\n",
		"otpauth://totp/a?secret=" SECRET2 "&period=121\n",
		"otpauth://totp/a?secret=" SECRET2
		"&period=18446744073709551616\n",
		"otpauth://totp/a?secret=" SECRET2 "&algorithm=MD5\n",
		"otpauth://hotp/a?secret=" SECRET2 "\n",
		"otpauth://hotp/a?secret=" SECRET2 "&counter=-1\n",
		"otpauth://hotp/a?secret=" SECRET2 "&counter=1e3\n",
		"otpauth://hotp/a?secret=" SECRET2
		"&counter=18446744073709551616\n",
		"recovery:\n",
		"recovery:1790000000:sha256$" SALT "$0011\n",
		"recovery:1790000000:sha256$0001$" HASH "\n",
		"recovery:sha512$" SALT "$" HASH "\n",
		"RECOVERY:sha256$" SALT "$" HASH "\n",
		/* twice the same, whatever else differs */
		TOTP,
		"otpauth://totp/x?secret=" SECRET "&digits=8&period=60\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		char text[3000];

		(void)snprintf(text, sizeof(text), "%s%s%s%s", TOTP, RECOVERY,
		    lines[i], HOTP);
		assert_refused(text, 3, NULL);
	}
	assert_refused(TOTP RECOVERY "#\n" RECOVERY, 4, "same-recovery-code");
	assert_refused(TOTP TOTP, 2, "same-secret");
}

static void
seed_parse__takes_one_secret_as_totp_and_hotp(void **state)
{
	struct otp_seed seed = parsed(TOTP HOTP, strlen(TOTP HOTP));

	(void)state;
	assert_int_equal(seed.tokens_count, 2);
}

/* Append a token whose secret is made of NUMBER. */
static void
append_token(char *text, unsigned number)
{
	char line[200];

	(void)snprintf(line, sizeof(line),
	    "otpauth://totp/a?secret=GEZDGNBVGY3TQO%c%c\n", 'A' + (int)number,
	    'A' + (int)number);
	strcat(text, line);
}

static void
append_recovery(char *text, unsigned number)
{
	char line[200];

	(void)snprintf(line, sizeof(line),
	    "recovery:1790000000:sha256$" SALT "$%02x%s\n", number, &HASH[2]);
	strcat(text, line);
}

static void
seed_parse__bounds_tokens_and_recovery_codes(void **state)
{
	char text[8192] = "";
	struct otp_seed seed;

	(void)state;
	for (unsigned i = 0; i < OTP_SEED_TOKENS; i++)
		append_token(text, i);
	for (unsigned i = 0; i < OTP_SEED_RECOVERY; i++)
		append_recovery(text, i);
	seed = parsed(text, strlen(text));
	assert_int_equal(seed.tokens_count, OTP_SEED_TOKENS);
	assert_int_equal(seed.recovery_count, OTP_SEED_RECOVERY);

	append_recovery(text, 99);
	assert_refused(text, 25, "too-many-recovery-codes");
	*strstr(text, "recovery:") = '\0';
	append_token(text, 20);
	assert_refused(text, 9, "too-many-tokens");
}

static void
seed_parse__bounds_lines_and_file(void **state)
{
	char text[OTP_SEED_SIZE_MAX + 1];
	size_t token = strlen(TOTP);

	(void)state;
	/* a comment of 1023 bytes, then of 1024 */
	memset(text, '#', sizeof(text));
	memcpy(text, TOTP, token);
	text[token + 1023] = '\n';
	(void)parsed(text, token + 1024);
	text[token + 1023] = '#';
	text[token + 1024] = '\n';
	assert_refused_bytes(text, token + 1025, 2, "line-too-long");

	/* 16 KiB, then a byte more */
	memset(text, '\n', sizeof(text));
	memcpy(text, TOTP, token);
	(void)parsed(text, OTP_SEED_SIZE_MAX);
	assert_refused_bytes(text, OTP_SEED_SIZE_MAX + 1, 0, "too-large 16");
}

static void
make_recovery(uint64_t *random, struct otp_recovery *recovery)
{
	const uint64_t most = (uint64_t)OTP_RECOVERY_TIME_MAX;

	memset(recovery, 0, sizeof(*recovery));
	recovery->made = (int64_t)unit_between(random, 1, most - 1);
	if (unit_random(random) & 1)
		recovery->until = (int64_t)unit_between(
		    random, (uint64_t)recovery->made + 1, most);
	unit_fill(random, recovery->salt, sizeof(recovery->salt));
	unit_fill(random, recovery->hash, sizeof(recovery->hash));
}

static void
make_seed(uint64_t *random, struct otp_seed *seed)
{
	memset(seed, 0, sizeof(*seed));
	seed->tokens_count = (unsigned)unit_between(random, 1, OTP_SEED_TOKENS);
	seed->recovery_count =
	    (unsigned)unit_between(random, 0, OTP_SEED_RECOVERY);
	for (unsigned i = 0; i < seed->tokens_count; i++) {
		struct otp_token *token = &seed->tokens[i];

		token->kind = unit_random(random) & 1 ? OTP_TOTP : OTP_HOTP;
		token->hash = (enum otp_hash)unit_between(random, 1, 3);
		token->digits = (unsigned)unit_between(random, 6, 8);
		token->period = token->kind == OTP_TOTP ? 30 : 0;
		token->counter =
		    token->kind == OTP_HOTP ? unit_random(random) : 0;
		token->secret_size = (size_t)unit_between(random, 10, 64);
		unit_fill(random, token->secret, token->secret_size);
		for (unsigned j = 0; j <= i; j++)
			token->label[j] = (char)unit_between(random, 1, 255);
	}
	for (unsigned i = 0; i < seed->recovery_count; i++)
		make_recovery(random, &seed->recovery[i]);
	seed->addresses_count =
	    (unsigned)unit_between(random, 0, OTP_SEED_ADDRESSES);
	for (unsigned i = 0; i < seed->addresses_count; i++) {
		struct otp_address *address = &seed->addresses[i];
		size_t length = (size_t)unit_between(random, 4, 247);

		unit_fill(random, address->secret, sizeof(address->secret));
		memset(address->uri, '~', length);
		address->uri[0] = (char)('a' + i);
		address->uri[1] = ':';
	}
}

static void
seed__reads_back_what_it_wrote(void **state)
{
	uint64_t random = 4648;

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		struct otp_seed seed, got;
		char text[OTP_SEED_SIZE_MAX + 1];
		size_t size = 0;

		make_seed(&random, &seed);
		assert_int_equal(otp_seed_format(&seed, text, &size), OTP_OK);
		assert_int_equal(strlen(text), size);
		got = parsed(text, size);
		memset(got.token_lines, 0, sizeof(got.token_lines));
		assert_memory_equal(&got, &seed, sizeof(seed));
	}
}

static void
seed_format__has_room_for_the_longest(void **state)
{
	uint64_t random = 1;
	struct otp_seed seed;
	char text[OTP_SEED_SIZE_MAX + 1];
	size_t size = 0;

	(void)state;
	do
		make_seed(&random, &seed);
	while (seed.tokens_count < OTP_SEED_TOKENS ||
	    seed.recovery_count < OTP_SEED_RECOVERY ||
	    seed.addresses_count < OTP_SEED_ADDRESSES);
	for (unsigned i = 0; i < OTP_SEED_ADDRESSES; i++)
		memset(seed.addresses[i].uri + 2, '~', 245);
	for (unsigned i = 0; i < OTP_SEED_RECOVERY; i++) {
		seed.recovery[i].made = OTP_RECOVERY_TIME_MAX - 1;
		seed.recovery[i].until = OTP_RECOVERY_TIME_MAX;
	}
	for (unsigned i = 0; i < OTP_SEED_TOKENS; i++) {
		memset(seed.tokens[i].label, '%', 255);
		memset(seed.tokens[i].issuer, 'x', 50);
	}
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_OK);
	(void)parsed(text, size);
}

/* LABEL and ISSUER as they stand in the line are written no longer. */
static void
assert_kept(const char *label, const char *issuer)
{
	char text[OTP_URI_MAX + 2], again[OTP_SEED_SIZE_MAX + 1];
	struct otp_seed seed, got;
	size_t size = 0;

	(void)snprintf(text, sizeof(text),
	    "otpauth://hotp/%s?secret=GEZDGNBVGY3TQOJQ&counter=1&issuer=%s\n",
	    label, issuer);
	seed = parsed(text, strlen(text));
	assert_int_equal(otp_seed_format(&seed, again, &size), OTP_OK);
	assert_true(size <= strlen(text));
	got = parsed(again, size);
	assert_memory_equal(&got, &seed, sizeof(seed));
}

/* Encoded in full these would be longer than a line may be. */
static void
seed_format__writes_whatever_was_read(void **state)
{
	/* What stands there as it is, of a label and of an issuer. */
	static const char plain[2][4] = { "\xe6 &=", "\xe6 ?=" };
	char label[256] = "", issuer[256] = "";

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		memset(label, plain[0][i / 4], sizeof(label) - 1);
		memset(issuer, plain[1][i % 4], sizeof(issuer) - 1);
		assert_kept(label, issuer);
	}
	/* And what cannot. */
	memcpy(label, "%3f%23%25%0a%7f", strlen("%3f%23%25%0a%7f"));
	memcpy(issuer, "%26%23%25%01", strlen("%26%23%25%01"));
	assert_kept(label, issuer);
}

static void
seed_format__refuses_what_could_not_be_read_back(void **state)
{
	struct otp_seed sound =
	    parsed(TOTP HOTP RECOVERY MAIL, strlen(TOTP HOTP RECOVERY MAIL));
	struct otp_seed seed = sound;
	char text[OTP_SEED_SIZE_MAX + 1] = "";
	size_t size = 99;

	(void)state;
	seed.tokens_count = 0;
	seed.addresses_count = 0;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed.tokens_count = OTP_SEED_TOKENS + 1;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	seed.recovery_count = OTP_SEED_RECOVERY + 1;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	seed.tokens[1] = seed.tokens[0];
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	seed.recovery[seed.recovery_count++] = seed.recovery[0];
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	seed.recovery[0].made = 0;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed.recovery[0].made = OTP_RECOVERY_TIME_MAX + 1;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	seed.recovery[0].until = seed.recovery[0].made;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed.recovery[0].until = OTP_RECOVERY_TIME_MAX + 1;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	seed.addresses_count = OTP_SEED_ADDRESSES + 1;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	seed.addresses[1] = seed.addresses[0];
	seed.addresses[1].uri[7] ^= 1;
	seed.addresses_count++;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed.addresses[1] = seed.addresses[0];
	seed.addresses[1].secret[0] ^= 1;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	seed.addresses[0].uri[7] = '-';
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	memset(seed.addresses[0].uri, 'a', sizeof(seed.addresses[0].uri));
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	memset(seed.addresses[0].secret, 0, sizeof(seed.addresses[0].secret));
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	seed = sound;
	seed.tokens[1].digits = 5;
	assert_int_equal(otp_seed_format(&seed, text, &size), OTP_ERR_PARSE);
	assert_null(strstr(text, "GEZDGN"));
	assert_int_equal(size, 99);
}

static void
seed_digits__wants_them_all_alike(void **state)
{
	struct otp_seed seed = parsed(TOTP TOTP2 HOTP, strlen(TOTP TOTP2 HOTP));
	unsigned digits = 99;

	(void)state;
	assert_int_equal(otp_seed_digits(&seed, &digits), OTP_OK);
	assert_int_equal(digits, 6);
	seed.tokens[2].digits = 8;
	digits = 99;
	assert_int_equal(otp_seed_digits(&seed, &digits), OTP_ERR_LENGTHS);
	seed.tokens_count = 0;
	assert_int_equal(otp_seed_digits(&seed, &digits), OTP_ERR_LENGTHS);
	assert_int_equal(digits, 99);
}

static void
seed_parse__survives_damage(void **state)
{
	static const char sound[] = "# a\n" TOTP RECOVERY HOTP "\n";
	uint64_t random = 9;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		char *text = malloc(sizeof(sound) - 1);
		size_t size =
		    (size_t)unit_between(&random, 0, sizeof(sound) - 1);
		struct otp_seed seed;

		assert_non_null(text);
		memcpy(text, sound, sizeof(sound) - 1);
		for (unsigned j = 0; j < i % 4; j++)
			text[unit_between(&random, 0, sizeof(sound) - 2)] =
			    (char)unit_random(&random);
		if (otp_seed_parse(text, size, &seed, NULL) == OTP_OK)
			assert_in_range(seed.tokens_count, 1, 2);
		free(text);
	}
}

/* As sha256sum(1) says. */
static void
seed_tokens_id__is_the_documented_digest(void **state)
{
	static const struct {
		const char *text, *id;
	} cases[] = {
		{ TOTP, "\x2f\xa8\x87\x9a\x71\x7b\x0a\x23" },
		{ TOTP TOTP2, "\x10\xcd\x80\x48\x42\xff\x5f\x6d" },
		{ TOTP2 TOTP, "\x1f\xe7\xda\xff\xdb\x77\x23\xbc" },
		{ TOTP HOTP RECOVERY, "\x40\x9a\x74\x8b\xc2\xcb\xd4\x25" },
		{ TOTP RECOVERY MAIL, "\x7f\x57\x00\x84\xa7\x98\xdb\xa7" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct otp_seed seed;
		uint8_t id[OTP_ID_SIZE];

		assert_int_equal(otp_seed_parse(cases[i].text,
				     strlen(cases[i].text), &seed, NULL),
		    OTP_OK);
		assert_int_equal(otp_seed_tokens_id(&seed, id), OTP_OK);
		assert_memory_equal(id, cases[i].id, sizeof(id));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    seed_parse__takes_tokens_recovery_codes_and_comments),
		cmocka_unit_test(
		    seed_parse__takes_an_invitation_with_and_without_a_token),
		cmocka_unit_test(
		    seed_parse__refuses_a_bad_or_second_invitation),
		cmocka_unit_test(
		    seed_format__writes_an_invitation_that_can_be_read),
		cmocka_unit_test(
		    seed_parse__takes_addresses_with_and_without_a_token),
		cmocka_unit_test(seed_parse__takes_one_pending_address),
		cmocka_unit_test(
		    seed_parse__refuses_bad_and_repeated_addresses),
		cmocka_unit_test(seed_parse__refuses_files_without_a_token),
		cmocka_unit_test(seed_parse__refuses_torn_and_foreign_text),
		cmocka_unit_test(
		    seed_parse__refuses_the_whole_for_one_bad_line),
		cmocka_unit_test(seed_parse__takes_one_secret_as_totp_and_hotp),
		cmocka_unit_test(seed_parse__bounds_tokens_and_recovery_codes),
		cmocka_unit_test(seed_parse__bounds_lines_and_file),
		cmocka_unit_test(seed__reads_back_what_it_wrote),
		cmocka_unit_test(seed_format__has_room_for_the_longest),
		cmocka_unit_test(seed_format__writes_whatever_was_read),
		cmocka_unit_test(
		    seed_format__refuses_what_could_not_be_read_back),
		cmocka_unit_test(seed_digits__wants_them_all_alike),
		cmocka_unit_test(seed_tokens_id__is_the_documented_digest),
		cmocka_unit_test(seed_parse__survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
