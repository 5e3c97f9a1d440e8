/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/version.h"

#include <openssl/crypto.h>
#include <qrencode.h>
#ifdef OTP_PNG
#include <png.h>
#endif

#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "places.h"

void
otp_version_print(void)
{
	otp_print("otp-enroll %s\n", PACKAGE_VERSION);
	/* Of the libraries in use, not those at build time. */
	otp_print("%s\n", OpenSSL_version(OPENSSL_VERSION));
	otp_print("libqrencode %s\n", QRcode_APIVersionString());
#ifdef OTP_PNG
	otp_print("libpng %s\n", png_get_libpng_ver(NULL));
#endif
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
