/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/percent.h"

#include "common/core/hex.h"

bool
otp_percent_decode(const char *text, size_t length, char *ret_text, size_t size)
{
	size_t to = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '%') {
			bool cut = length - i < 3;
			int high = cut ? -1 : otp_hex_value(text[i + 1]);
			int low = cut ? -1 : otp_hex_value(text[i + 2]);

			if (high < 0 || low < 0 || (high | low) == 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (to + 1 >= size)
			return false;
		ret_text[to++] = c;
	}
	ret_text[to] = '\0';
	return true;
}
