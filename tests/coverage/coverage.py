#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
"""Builds the tree once more beside this build, in coverage/, with counters;
runs what TESTS_RUN names there; and shows what of the module and of common/
was run. Fails where a test does; below 95 % of a folder's lines; and where a
branch of the files that decide was never taken and is not named, with the
reason, in `branches' beside this file, or is named and taken. Each folder and
each of those files counts as a test. `make coverage' calls this.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

TOP = os.path.realpath(os.environ["top_srcdir"])
BUILD = os.path.join(os.environ["top_builddir"], "coverage")
MAKE = os.environ.get("MAKE", "make")
LEAST = 95
ROOMS = ("common/core", "common/store", "common/effects", "common/link",
         "pam_module")
EVERY_BRANCH = ("common/core/verify.c", "common/core/verify_listed.c",
                "common/core/throttle.c",
                "common/effects/attempt.c", "common/effects/attempt_judge.c",
                "common/effects/attempt_news.c", "common/effects/enrol.c",
                "common/effects/enrol_change.c", "pam_module/outcome.c")


def run(*command):
    subprocess.run(command, cwd=BUILD, check=True)


def build():
    """Build, and run the tests: whether all of them passed."""
    os.makedirs(BUILD, exist_ok=True)
    if not os.path.exists(f"{BUILD}/config.status"):
        run(f"{TOP}/configure", "-q", "--enable-coverage", "--enable-werror",
            "--disable-hardening", "CFLAGS=-O0 -g", "CC=gcc")
    jobs = f"-j{os.cpu_count()}"
    run(MAKE, "-s", jobs, "all")
    for folder, _, files in os.walk(BUILD):
        for name in files:
            if name.endswith(".gcda"):
                os.unlink(os.path.join(folder, name))
    # Counters are written with libc's calls, of which login_fuzz makes some
    # fail; and where a process may write nothing, neither can they.
    tests = [test for test in os.environ["TESTS_RUN"].split()
             if not test.endswith(("login_fuzz", "host_process_test"))]
    return subprocess.run(
        [MAKE, jobs, "check", "TESTS=" + " ".join(tests)], cwd=BUILD,
        check=False).returncode == 0


def gcov(path, notes):
    """What gcov has to say about the source PATH, compiled with NOTES."""
    said = subprocess.run(
        ["gcov", "--json-format", "--stdout", "--branch-probabilities",
         notes], cwd=BUILD, check=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    for file in json.loads(said)["files"]:
        if os.path.realpath(os.path.join(BUILD, file["file"])) == \
                os.path.join(TOP, path):
            return file["lines"]
    sys.exit(f"coverage: gcov knows nothing of {path}")


def counted(path):
    """The same of all its objects: the one that is installed, and those that
    tests have of their own."""
    folder, name = os.path.split(path[:-2])
    lines = gcov(path, f"{folder}/.libs/{name}.gcno")
    for notes in glob.glob(f"{BUILD}/{folder}/*-{name}.gcno"):
        for line, other in zip(lines, gcov(path, notes), strict=True):
            line["count"] += other["count"]
            for branch, again in zip(line["branches"], other["branches"],
                                     strict=True):
                branch["count"] += again["count"]
    return lines


def untaken(path, lines):
    """(file, function, source, which) of each branch never taken."""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        source = file.read().splitlines()
    found = []
    for line in lines:
        for number, branch in enumerate(line["branches"]):
            if branch["count"] == 0:
                text = " ".join(source[line["line_number"] - 1].split())
                found.append((path, line["function_name"], text,
                              str(number)))
    return found


def named():
    """The same from the list, with the reason of each."""
    known = {}
    with open(f"{TOP}/tests/coverage/branches", encoding="utf-8") as file:
        text = re.sub(r"^#.*\n", "", file.read(), flags=re.M)
    for block in filter(str.strip, re.split(r"\n\s*\n", text)):
        lines = block.strip().splitlines()
        match = re.fullmatch(r"(\S+): (\w+): ([\d ]+)", lines[0])
        if not match or len(lines) < 3:
            sys.exit(f"branches: cannot read:\n{block}")
        for number in match.group(3).split():
            known[(match.group(1), match.group(2), lines[1], number)] = \
                " ".join(lines[2:])
    return known


def share(done, of):
    return f"{100 * done / of:6.1f} % of {of:5}"


def judge(passed, failures, name, faults):
    if faults:
        failures.append(f"failed: {name}: " + "\n".join(faults))
    else:
        passed.append(name)


def main():
    if not shutil.which("gcov"):
        print("skipped: coverage: gcov is not installed")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    passed, failures, missed = [], [], []
    judge(passed, failures, "the tests",
          [] if build() else ["not all are green, and count all the same"])
    print(f"\n{'file':32}{'lines':>17}{'branches':>17}")
    for room in ROOMS:
        total = [0, 0, 0, 0]
        for name in sorted(os.listdir(f"{TOP}/{room}")):
            if not name.endswith(".c"):
                continue
            path = f"{room}/{name}"
            lines = counted(path)
            branches = [branch for line in lines for branch in
                        line["branches"]]
            figures = [sum(line["count"] > 0 for line in lines), len(lines),
                       sum(branch["count"] > 0 for branch in branches),
                       len(branches)]
            total = [a + b for a, b in zip(total, figures)]
            print(f"{path:32}{share(*figures[:2])}{share(*figures[2:])}")
            if path in EVERY_BRANCH:
                missed += untaken(path, lines)
        print(f"{room:32}{share(*total[:2])}{share(*total[2:])}\n")
        judge(passed, failures, room, [f"below {LEAST} % of lines"]
              if 100 * total[0] < LEAST * total[1] else [])
    known = named()
    for path in EVERY_BRANCH:
        judge(passed, failures, path,
              [f"never taken: {key[1]}: {key[3]}\n{key[2]}"
               for key in missed if key[0] == path and key not in known] +
              [f"taken after all: {key[1]}: {key[3]}\n{key[2]}"
               for key in known if key[0] == path and key not in missed])
    judge(passed, failures, "branches",
          [f"no such file: {key[0]}" for key in known
           if key[0] not in EVERY_BRANCH])
    print(f"{len(missed)} branches never taken of the files that decide, "
          f"{sum(key in known for key in missed)} of them named")
    if failures:
        print("\n".join(failures))
    # The line that .ci/run counts.
    print(f"{len(passed)} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
