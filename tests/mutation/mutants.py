# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
"""The mutants of a C file: each differs from it in one place of one function.

It leans on how this tree is laid out: a function's body is what stands between
a `{' and a `}' in the first column.
"""
import re
from collections import namedtuple

# What is replaced is text[start:end]; before and after are whole lines, for
# people and for the list of equivalents.
Mutant = namedtuple("Mutant", "file line function kind before after text")

DECLARES = re.compile(
    r"(const|struct|enum|unsigned|int|bool|char|size_t|ssize_t|static|u?int\d+_t"
    r"|mode_t|off_t|void)\b")
OPENS, CLOSES = "([", ")]"


def mask(text):
    """The same length, without comments, texts and preprocessor's lines."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return re.sub(
        r"/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|^#(?:\\\n|.)*?$",
        blank, text, flags=re.S | re.M)


def parenthesise_values(masked):
    """Braces of initialisers and compound literals count as parentheses."""
    chars = list(masked)
    for match in re.finditer(r"(=|\((?:const )?struct \w+\)|\((?:const )?struct "
                             r"\w+\[\d*\]\))\s*\{", masked):
        depth, at = 0, match.end() - 1
        while at < len(chars):
            if chars[at] in "{(":
                depth += 1
            elif chars[at] in "})":
                depth -= 1
                if depth == 0:
                    break
            at += 1
        if at < len(chars):
            for i in range(match.end() - 1, at + 1):
                chars[i] = {"{": "(", "}": ")"}.get(chars[i], chars[i])
    return "".join(chars)


def closing(code, at):
    """Where the parenthesis closes that opens AT."""
    depth = 0
    for i in range(at, len(code)):
        if code[i] in OPENS:
            depth += 1
        elif code[i] in CLOSES:
            depth -= 1
            if depth == 0:
                return i
    raise ValueError("unbalanced")


def operand(code, start, end, stops):
    """The extent of what stands on both sides of code[start:end], up to
    STOPS or the parenthesis around."""
    left, depth = start, 0
    while left > 0:
        char = code[left - 1]
        if char in CLOSES:
            depth += 1
        elif char in OPENS:
            if depth == 0:
                break
            depth -= 1
        elif depth == 0 and stops.search(code[max(0, left - 2):left]) and \
                not re.match(r"[=!<>]=", code[left - 2:left]) and \
                not (char == "=" and code[left] == "=") and \
                not (char == ">" and code[left - 2] == "-"):
            break
        left -= 1
    right, depth = end, 0
    while right < len(code):
        char = code[right]
        if char in OPENS:
            depth += 1
        elif char in CLOSES:
            if depth == 0:
                break
            depth -= 1
        elif depth == 0 and stops.search(code[right:right + 2]):
            break
        right += 1
    return left, right


AROUND = re.compile(r"^[;{},?:]|[;{},?:]$|&&|\|\||(?<![=!<>])=(?!=)$")


def trimmed(code, left, right):
    while left < right and code[left].isspace():
        left += 1
    while right > left and code[right - 1].isspace():
        right -= 1
    if code[left:right].startswith("return"):
        left += len("return")
        return trimmed(code, left, right)
    return left, right


# What operators() negates as well.
ALONE = re.compile(r"!\w+|[^=!&|]+[=!]=[^=!&|]+")


def conditions(code):
    """if, while, for, ?: negated."""
    for match in re.finditer(r"\b(if|while|for) \(", code):
        opened = match.end() - 1
        left, right = opened + 1, closing(code, opened)
        if match.group(1) == "for":
            parts = code[left:right].split(";")
            left += len(parts[0]) + 1
            right = left + len(parts[1])
        left, right = trimmed(code, left, right)
        if left < right and not ALONE.fullmatch(code[left:right]):
            yield "negated", left, right, "!({})"
    for match in re.finditer(r"\?", code):
        left, _ = operand(code, match.start(), match.end(),
                          re.compile(r"[;{},:?]$|(?<![=!<>])=$"))
        left, right = trimmed(code, left, match.start())
        yield "negated", left, right, "!({})"


def operators(code):
    """Comparisons, && and ||, and what they join."""
    swap = {"==": "!=", "!=": "==", "&&": "||", "||": "&&",
            "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
    for match in re.finditer(r"==|!=|&&|\|\||(?<![<>-])[<>]=?(?![<>=])", code):
        kind = "bound" if match.group()[0] in "<>" else \
            "joined" if match.group()[0] in "&|" else "negated"
        yield kind, match.start(), match.end(), swap[match.group()]
    for match in re.finditer(r"!(?=[\w(])", code):
        yield "negated", match.start(), match.end(), ""
    for match in re.finditer(r"&&|\|\|", code):
        for start, end in ((match.start(), match.start()),
                           (match.end(), match.end())):
            left, right = trimmed(code, *operand(code, start, end, AROUND))
            text = code[left:right]
            if text and not re.search(r"[=!<>]=|!|[^-]>|<|&&|\|\|", text):
                yield "negated", left, right, "!({})"


def numbers(code):
    """Each number in a statement moved by one."""
    for match in re.finditer(r"(?<![\w.])\d+(?=[uUlL]*\b)(?!\w*[.x])", code):
        before = code[:match.start()]
        line = before[before.rfind("\n") + 1:]
        if re.search(r"\b(char|uint8_t|struct \w+) \w+\[$", line):
            continue  # the size of a local array
        value = int(match.group())
        yield "bound", match.start(), match.end(), str(value + 1)
        if value == 1:
            yield "bound", match.start(), match.end(), "0"


def statements(code):
    """START and END of each one, behind what controls it."""
    start, depth = 0, 0
    for at, char in enumerate(code):
        if char in OPENS:
            depth += 1
        elif char in CLOSES:
            depth -= 1
        elif depth == 0 and char in "{}":
            start = at + 1
        elif depth == 0 and char == ";":
            yield behind_control(code, start, at), at
            start = at + 1


def behind_control(code, start, end):
    while True:
        while start < end and code[start].isspace():
            start += 1
        match = re.match(r"(if|while|for|switch) \(", code[start:end])
        if match:
            start = closing(code, start + match.end() - 1) + 1
            continue
        match = re.match(r"(else|do)\b|(case [\w]+|default|\w+):(?!:)",
                         code[start:end])
        if not match:
            return start
        start += match.end()


def results(code, errs):
    """Calls whose result is ignored, and statements that are missing.  ERRS:
    the function returns an enum otp_err."""
    ignored = "((void)({}), OTP_OK)"
    for start, end in statements(code):
        statement = code[start:end]
        match = re.match(r"(?:enum otp_err )?err\s*=\s*(?=\w[^;]*\()", statement)
        if match:
            yield "ignored", start + match.end(), end, ignored
            yield "dropped", start + match.end(), end, "OTP_OK"
        elif statement.startswith("return"):
            match = re.match(r"return\s+(?=.)", statement, re.S)
            value = statement[match.end():] if match else ""
            if errs and "(" in value:
                yield "ignored", start + match.end(), end, ignored
            elif errs and value != "OTP_OK" and match:
                yield "ignored", start + match.end(), end, "OTP_OK"
            elif re.fullmatch(r"true|false", value):
                yield ("answer", start + match.end(), end,
                       "false" if value == "true" else "true")
            elif value.startswith("PAM_"):
                for other in ("PAM_SUCCESS", "PAM_IGNORE", "PAM_SYSTEM_ERR"):
                    if other != value:
                        yield "answer", start + match.end(), end, other
        elif DECLARES.match(statement):
            match = re.match(r"[\w \*]*?\w+\s*=\s*(true|false)$", statement)
            if match:
                value = match.group(1)
                yield ("answer", end - len(value), end,
                       "false" if value == "true" else "true")
        elif statement and re.match(r"[\w*(+]", statement):
            yield "dropped", start, end, ""
    for match in re.finditer(r"\bcase \w+:", code):
        yield "dropped", match.start(), match.end(), ""


def mutants(path, text):
    """All of a file's, in its order."""
    code = parenthesise_values(mask(text))
    found, seen = [], set()
    for body in re.finditer(r"^\{$(.*?)^\}$", code, re.S | re.M):
        head = code[:body.start()].rstrip()
        head = head[max(head.rfind("\n}"), head.rfind(";"),
                        head.rfind("\n\n")) + 1:]
        function = re.search(r"(\w+)\(", head).group(1)
        errs = re.search(r"enum otp_err\s+\w+\(", head) is not None
        part, offset = body.group(1), body.start(1)
        for source in (conditions(part), operators(part), numbers(part),
                       results(part, errs)):
            for kind, start, end, form in source:
                old = text[offset + start:offset + end]
                new = form.replace("{}", old)
                mutated = (text[:offset + start] + new + text[offset + end:])
                if new != old and mutated not in seen:
                    seen.add(mutated)
                    found.append(describe(path, text, offset + start,
                                          offset + end, new, function, kind,
                                          mutated))
    found.sort(key=lambda mutant: mutant.line)
    return number_twins(found)


def describe(path, text, start, end, new, function, kind, mutated):
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    before = " ".join(text[first:last].split())
    after = " ".join((text[first:start] + new + text[end:last]).split())
    return Mutant(path, text.count("\n", 0, start) + 1, function, kind,
                  before, after, mutated)


def number_twins(found):
    """Lines that are alike within a function are told apart by a number."""
    count, numbered = {}, []
    for mutant in found:
        key = mutant[:1] + mutant[2:6]
        count[key] = count.get(key, 0) + 1
        if count[key] > 1:
            mutant = mutant._replace(
                after=f"{mutant.after} [{count[key]}]")
        numbered.append(mutant)
    return numbered
