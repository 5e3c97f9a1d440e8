/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/sshauth.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

#define METHOD "publickey"

/* Bytes that are still to be read: of the text, or of a key. */
struct piece {
	const uint8_t *at;
	size_t left;
};

/* A type of keys, as plain keys and as certificates name it. */
struct key_type {
	const char *plain;
	const char *certificate;
	unsigned fields; /* strings after the name, RFC 4251's encoding */
};

static const struct key_type key_types[] = {
	{ "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", 1 },
	{ "ssh-rsa", "ssh-rsa-cert-v01@openssh.com", 2 },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com",
	    2 },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
	    2 },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com",
	    2 },
	{ "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com",
	    2 },
	{ "sk-ecdsa-sha2-nistp256@openssh.com",
	    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3 },
};

#define CERTIFICATE_OF_USER 1 /* PROTOCOL.certkeys: not of a host */

static enum otp_err find_line(const char *text, struct piece *ret_line);
static enum otp_err decode(
    struct piece encoded, uint8_t **ret_blob, size_t *ret_size);
static enum otp_err key_digest(struct piece type, uint8_t *blob, size_t size,
    uint8_t ret_key[OTP_DIGEST_SIZE]);
static const struct key_type *type_of(struct piece name, bool *ret_certificate);
static bool skip_certificate_end(struct piece *blob);
static struct piece take_word(struct piece *line);
static bool take_string(struct piece *blob, struct piece *ret_string);
static bool skip_strings(struct piece *blob, unsigned count);
static bool take_number(struct piece *blob, size_t size, uint64_t *ret_number);
static bool is_text(struct piece piece, const char *text);

enum otp_err
otp_sshauth_key(const char *text, uint8_t ret_key[OTP_DIGEST_SIZE])
{
	struct piece line = { NULL, 0 };
	struct piece type, encoded;
	uint8_t *blob = NULL;
	size_t size = 0;
	enum otp_err err = find_line(text, &line);

	if (err != OTP_OK)
		return err;
	(void)take_word(&line); /* the method */
	type = take_word(&line);
	encoded = take_word(&line);
	err = decode(encoded, &blob, &size);
	if (err == OTP_OK)
		err = key_digest(type, blob, size, ret_key);
	free(blob);
	return err;
}

void
otp_sshauth_name(
    const uint8_t key[OTP_DIGEST_SIZE], char ret_name[OTP_SSHAUTH_NAME_SIZE])
{
	unsigned char encoded[4 * ((OTP_DIGEST_SIZE + 2) / 3) + 1];

	(void)EVP_EncodeBlock(encoded, key, OTP_DIGEST_SIZE);
	memcpy(ret_name, "SHA256:", 7);
	memcpy(ret_name + 7, encoded, OTP_SSHAUTH_NAME_SIZE - 8);
	ret_name[OTP_SSHAUTH_NAME_SIZE - 1] = '\0'; /* for the padding */
}

/* The line of the only public key. */
static enum otp_err
find_line(const char *text, struct piece *ret_line)
{
	unsigned count = 0;

	if (strnlen(text, OTP_SSHAUTH_MAX + 1) > OTP_SSHAUTH_MAX)
		return OTP_ERR_PARSE;
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		struct piece line = { (const uint8_t *)text, length };
		struct piece rest = line;

		if (is_text(take_word(&rest), METHOD) && count++ == 0)
			*ret_line = line;
		text += length + (text[length] == '\n');
	}
	return count == 1 ? OTP_OK : OTP_ERR_ABSENT;
}

/*
 * Decode base64.  EVP_DecodeBlock() takes more than the one encoding of a key
 * that sshd(8) writes, so the result is encoded again and compared.
 */
static enum otp_err
decode(struct piece encoded, uint8_t **ret_blob, size_t *ret_size)
{
	const int length = (int)encoded.left; /* at most OTP_SSHAUTH_MAX */
	uint8_t *again = NULL;
	uint8_t *blob = NULL;
	enum otp_err err = OTP_ERR_PARSE;
	int size;

	if (length < 4 || length % 4 != 0)
		return OTP_ERR_PARSE;
	blob = malloc((size_t)length / 4 * 3);
	again = malloc((size_t)length + 1);
	if (blob == NULL || again == NULL) {
		err = OTP_ERR_NOMEM;
		goto out;
	}
	size = EVP_DecodeBlock(blob, encoded.at, length);
	if (size < 0)
		goto out;
	size -= encoded.at[length - 1] == '=';
	size -= encoded.at[length - 2] == '=';
	if (EVP_EncodeBlock(again, blob, size) != length ||
	    memcmp(again, encoded.at, (size_t)length) != 0)
		goto out;
	*ret_blob = blob;
	*ret_size = (size_t)size;
	blob = NULL;
	err = OTP_OK;
out:
	free(again);
	free(blob);
	return err;
}

/*
 * Check that the SIZE bytes of BLOB are exactly a key or a certificate of
 * TYPE, and digest the key.
 */
static enum otp_err
key_digest(struct piece type, uint8_t *blob, size_t size,
    uint8_t ret_key[OTP_DIGEST_SIZE])
{
	struct piece rest = { blob, size };
	struct piece name, fields;
	bool certificate = false;
	const struct key_type *known = type_of(type, &certificate);
	size_t plain_length;

	if (known == NULL || !take_string(&rest, &name) ||
	    name.left != type.left || memcmp(name.at, type.at, type.left) != 0)
		return OTP_ERR_PARSE;
	if (certificate && !skip_strings(&rest, 1)) /* the nonce */
		return OTP_ERR_PARSE;
	fields = rest;
	if (!skip_strings(&rest, known->fields))
		return OTP_ERR_PARSE;
	fields.left -= rest.left;
	if (certificate && !skip_certificate_end(&rest))
		return OTP_ERR_PARSE;
	if (rest.left != 0)
		return OTP_ERR_PARSE;
	/* The plain name is shorter: the plain key fits where BLOB is. */
	plain_length = strlen(known->plain);
	memmove(blob + 4 + plain_length, fields.at, fields.left);
	blob[3] = (uint8_t)plain_length;
	memcpy(blob + 4, known->plain, plain_length);
	return otp_digest(blob, 4 + plain_length + fields.left, ret_key);
}

static const struct key_type *
type_of(struct piece name, bool *ret_certificate)
{
	for (size_t i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++) {
		*ret_certificate = is_text(name, key_types[i].certificate);
		if (*ret_certificate || is_text(name, key_types[i].plain))
			return &key_types[i];
	}
	return NULL;
}

/* What follows a certificate's key (PROTOCOL.certkeys). */
static bool
skip_certificate_end(struct piece *blob)
{
	uint64_t serial, type, valid;

	return take_number(blob, 8, &serial) && take_number(blob, 4, &type) &&
	    type == CERTIFICATE_OF_USER &&
	    skip_strings(blob, 2) && /* key id, principals */
	    take_number(blob, 8, &valid) && take_number(blob, 8, &valid) &&
	    /* critical options, extensions, reserved, signer, signature */
	    skip_strings(blob, 5);
}

/* Up to the next blank or the end; the blank is skipped. */
static struct piece
take_word(struct piece *line)
{
	struct piece word = { line->at, 0 };

	while (word.left < line->left && word.at[word.left] != ' ')
		word.left++;
	line->at += word.left;
	line->left -= word.left;
	if (line->left > 0) {
		line->at++;
		line->left--;
	}
	return word;
}

static bool
take_string(struct piece *blob, struct piece *ret_string)
{
	uint64_t length = 0;

	if (!take_number(blob, 4, &length) || length > blob->left)
		return false;
	*ret_string = (struct piece){ blob->at, (size_t)length };
	blob->at += length;
	blob->left -= (size_t)length;
	return true;
}

static bool
skip_strings(struct piece *blob, unsigned count)
{
	struct piece string;

	while (count > 0 && take_string(blob, &string))
		count--;
	return count == 0;
}

/* A big-endian number of SIZE bytes. */
static bool
take_number(struct piece *blob, size_t size, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (blob->left < size)
		return false;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | blob->at[i];
	blob->at += size;
	blob->left -= size;
	*ret_number = number;
	return true;
}

static bool
is_text(struct piece piece, const char *text)
{
	return piece.left == strlen(text) &&
	    memcmp(piece.at, text, piece.left) == 0;
}
