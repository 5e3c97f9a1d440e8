/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/crypto.h>
#include <png.h>
#include <qrencode.h>

#include "language.h"
#include "output.h"
#include "version.h"

void
otp_version_print(void)
{
	otp_print("otp-enroll %s\n", PACKAGE_VERSION);
	/* Of the libraries that are there now, not those of the build. */
	otp_print("%s\n", OpenSSL_version(OPENSSL_VERSION));
	otp_print("libqrencode %s\n", QRcode_APIVersionString());
	otp_print("libpng %s\n", png_get_libpng_ver(NULL));
#if JANSSON_VERSION_HEX >= 0x020d00
	otp_print("jansson %s\n", jansson_version_str());
#else
	otp_print("jansson %s\n", JANSSON_VERSION);
#endif
#ifdef OTP_NLS
	otp_print(_("Translations: in %s\n"), OTP_LOCALE_DIR);
#else
	otp_print(_("Translations: none\n"));
#endif
	otp_print(_("Store: %s, unless the configuration names another\n"),
	    OTP_STORE_DIR);
	otp_print(_("Configuration: %s\n"), OTP_DEFAULT_CONF);
}
