#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# usage: typed.py FOLDER [--each]
#
# The tables of typed.c, from the Unicode character database in FOLDER (Debian's
# package unicode-data has it in /usr/share/unicode).  --each: every character by
# itself instead, as tests/lib/unicode.h has them.

import sys


def read(name):
    """The fields of each line, without comments."""
    with open(sys.argv[1] + "/" + name, encoding="utf-8") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) > 1:
                yield fields


def having(name, wanted):
    """The characters that have this property in this file."""
    found = set()
    for fields in read(name):
        if fields[1] == wanted:
            first, _, last = fields[0].partition("..")
            found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


category, digits = {}, {}
for fields in read("UnicodeData.txt"):
    code = int(fields[0], 16)
    category[code] = fields[2]
    if fields[2] == "Nd":
        digits[code] = int(fields[6])

blanks = having("PropList.txt", "White_Space") - {0x0A, 0x0D}
dashes = having("PropList.txt", "Dash")
underscores = {code for code in category if category[code] == "Pc"}
marks = {
    code
    for code in having("DerivedCoreProperties.txt",
                       "Default_Ignorable_Code_Point")
    if category.get(code) in ("Cf", "Mn")
}
skipped = blanks | dashes | underscores | marks
zeros = sorted(code for code in digits if digits[code] == 0)
for zero in zeros:
    assert all(digits.get(zero + i) == i for i in range(10)), hex(zero)
assert len(digits) == 10 * len(zeros) and not skipped & set(digits)


def show(texts):
    """As many on a line as fit."""
    line = "\t"
    for text in texts:
        if len(line.expandtabs(8) + text) > 79:
            print(line.rstrip())
            line = "\t"
        line += text + " "
    print(line.rstrip())


if "--each" in sys.argv:
    for name, codes in (("blanks", blanks), ("dashes", dashes),
                        ("underscores", underscores), ("marks", marks),
                        ("zeros", zeros)):
        print("static const uint32_t unicode_%s[] = {" % name)
        show("0x%04X," % code for code in sorted(codes))
        print("};")
else:
    for codes in blanks | marks, dashes | underscores:
        ranges = []
        for code in sorted(codes):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
        show("{ 0x%04X, 0x%04X }," % tuple(pair) for pair in ranges)
        print()
    show("0x%04X," % zero for zero in zeros)
