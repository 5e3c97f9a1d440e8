/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * png_modules PIXELS: the PNG on standard input as text, two characters for
 * each square of PIXELS by PIXELS: "##" for a black one, "  " for a white one.
 * It fails where a square is not all black or all white.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

static int
same_colour(const png_byte *from, png_uint_32 stride, png_uint_32 pixels)
{
	for (png_uint_32 y = 0; y < pixels; y++)
		for (png_uint_32 x = 0; x < pixels; x++)
			if (from[y * stride + x] != from[0])
				return 0;
	return from[0] == 0x00 || from[0] == 0xff;
}

static int
print_modules(const png_byte *bytes, const png_image *image, png_uint_32 pixels)
{
	for (png_uint_32 y = 0; y < image->height; y += pixels) {
		for (png_uint_32 x = 0; x < image->width; x += pixels) {
			const png_byte *from = bytes + y * image->width + x;

			if (!same_colour(from, image->width, pixels))
				return 1;
			printf(from[0] == 0 ? "##" : "  ");
		}
		printf("\n");
	}
	return 0;
}

int
main(int argc, char **argv)
{
	png_uint_32 pixels = argc == 2 ? (png_uint_32)atoi(argv[1]) : 0;
	png_byte *bytes = NULL;
	int status = 1;
	png_image image;

	memset(&image, 0, sizeof(image));
	image.version = PNG_IMAGE_VERSION;
	if (pixels == 0 || !png_image_begin_read_from_stdio(&image, stdin))
		goto out;
	image.format = PNG_FORMAT_GRAY;
	bytes = malloc(PNG_IMAGE_SIZE(image));
	if (bytes == NULL || image.width % pixels != 0 ||
	    image.height % pixels != 0 ||
	    !png_image_finish_read(&image, NULL, bytes, 0, NULL))
		goto out;
	status = print_modules(bytes, &image, pixels);
out:
	if (status != 0)
		fprintf(stderr, "png_modules: no such picture\n");
	png_image_free(&image);
	free(bytes);
	return status;
}
