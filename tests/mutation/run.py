#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
"""usage: run.py [all | N | FILE...]

Breaks the rules that decide who is let in, one place at a time, and sees
whether a test turns red: each condition negated, each bound moved by one, each
call's result ignored, each statement dropped. `all' the mutants, every Nth, or
those of FILEs. A mutant that no test tells is named; it fails the run, unless
`equivalent' beside this file has it, with the reason why no test can. `make
mutation' calls this.
"""
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from mutants import Mutant, mutants

TOP = os.environ["top_srcdir"]
BUILD = os.environ["top_builddir"]
MAKE = os.environ.get("MAKE", "make")
HERE = os.path.join(TOP, "tests/mutation")

UNIT = ["effects/attempt_test", "effects/enrol_test"]
ENROL = ["effects/enrol_test", "effects/enrolled_test", "effects/adopt_test",
         "effects/former_test", "effects/import_test",
         "store/powercut_enrol_test"]
STORE = ["store/put_test", "store/fault_test", "store/kill_test"]
PAM = ["pam/outcome_test", "pam/nullok_test", "pam/forward_pass_test",
       "pam/throttle_test", "pam/recovery_test"]
REPORT = PAM + ["pam/conversation_test", "pam/message_test", "pam/files_test",
                "pam/log_test", "pam/memory_test", "pam/seed_test"]

# Which programs look at a file: the quickest and closest first.
WATCHERS = {
    "common/core/verify.c": ["unit/verify_test"] + UNIT + PAM,
    "common/core/throttle.c": ["unit/throttle_test"] + UNIT + PAM,
    "common/core/slots.c":
        ["unit/slots_test", "effects/attempt_test"] + STORE,
    "common/effects/attempt.c":
        ["effects/attempt_test", "effects/adopt_test"] + PAM + STORE,
    "common/effects/enrol.c": ENROL,
    "common/effects/enrolled.c": ["effects/enrolled_test"] + ENROL,
    "common/effects/adopt.c":
        ["effects/adopt_test", "effects/enrolled_test"] + ENROL,
    "common/effects/former.c": ["effects/former_test"] + ENROL,
    "common/effects/holding.c": ["effects/enrolled_test"] + ENROL,
    "pam_module/report.c": ["unit/report_test"] + REPORT,
}

# What needs more seconds of processor than this goes round for ever, and what
# needs more in all sleeps for ever; five times what the program needs with the
# files as they are comes on top. A kernel can be slow: ext4 without a journal
# looks long for an inode after many files were removed.
CPU_SECONDS = 5
SECONDS = 60
UNBROKEN_SECONDS = 600

# No power is cut here, so nobody need wait for the disk. (What tests say of
# flushes they see in their own wrappers.)
NO_FLUSH = """int fsync(int fd) { (void)fd; return 0; }
int fdatasync(int fd) { (void)fd; return 0; }
"""


def make(*arguments):
    return subprocess.run([MAKE, "-C", BUILD, "--no-print-directory",
                           *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def compiler():
    """Quick, and silent about what a mutant looks like."""
    said = make("-s", "--eval", "told: ; $(info $(COMPILE))@:", "told")
    return shlex.split(said) + ["-w", "-O0", "-fPIC"]


def linker(program):
    """The command that links PROGRAM, without the name of what comes out, and
    with MUTANT where its object goes: before the libraries, whose own it
    keeps out."""
    path = f"tests/{program}"
    for line in make("-n", "V=1", "-W", "common/libcore.la",
                     path).splitlines():
        if "--mode=link" in line and f"-o {path} " in line:
            break
    else:
        sys.exit(f"{program}: no line to link it")
    line = line.replace("--mode=link", "--dry-run --mode=link")
    line = line.replace("common/libeffects.la", "MUTANT.o common/libeffects.la")
    said = subprocess.run(line, shell=True, cwd=BUILD, check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    words = shlex.split(re.findall(r"^libtool: link: (.*)", said, re.M)[-1])
    at = words.index("-o")
    del words[at:at + 2]
    return words


def module_linker(compile_line):
    """The same for the module; a mutant of its own files takes their place."""
    objects = [f"pam_module/.libs/{name}.o" for name in
               ("pam_otp", "account", "talk", "report", "log", "message")]
    return ([compile_line[0], "-shared", "MUTANT.o", *objects,
             "common/.libs/libeffects.a", "common/.libs/libcore.a"] +
            ["-lpam", "-lcrypto"])


def limit(cpu_seconds):
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(program, environment, cwd, cpu_seconds, seconds):
    """How PROGRAM ended, None if it did not in time; what it said; and how long
    it took."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as said, \
            subprocess.Popen([program], env=environment, cwd=cwd,
                             stdin=subprocess.DEVNULL, stdout=said,
                             stderr=said,
                             preexec_fn=lambda: limit(cpu_seconds)) as process:
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            try:  # and what it forked
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        said.seek(0)
        return (status, said.read().decode(errors="replace"),
                time.monotonic() - started)


class Bench:
    """What is needed to try mutants, asked of make once."""

    def __init__(self, files):
        programs = {program for file in files for program in WATCHERS[file]}
        make(*(f"tests/{program}" for program in sorted(programs)),
             "pam_module/pam_otp.la")
        self.compile = compiler()
        self.link = {program: linker(program) for program in sorted(programs)
                     if not program.startswith("pam/")}
        self.link_module = module_linker(self.compile)
        self.took = {}  # program -> seconds, with the files as they are
        self.folder = tempfile.TemporaryDirectory(prefix="pam_otp-mutation.")
        self.preload = f"{self.folder.name}/no_flush.so"
        subprocess.run([self.compile[0], "-shared", "-fPIC", "-x", "c", "-",
                        "-o", self.preload], input=NO_FLUSH, text=True,
                       check=True)

    def build(self, command, made, what):
        """Link COMMAND with the object MADE to the file WHAT."""
        own = os.path.basename(made)[:-2]
        replaced = re.compile(rf"pam_module/(\.libs/|\w+-){own}\.o")
        words = [made if word == "MUTANT.o" else word for word in command
                 if not replaced.fullmatch(word)]
        subprocess.run(words + ["-o", what], cwd=BUILD, check=True)

    @contextmanager
    def compiled(self, mutant, number):
        """A folder for MUTANT, and its object in there: None where it is no
        C."""
        folder = os.path.join(self.folder.name, str(number))
        os.mkdir(folder)
        name = os.path.basename(mutant.file)[:-2]
        source, made = f"{folder}/{name}.c", f"{folder}/{name}.o"
        with open(source, "w", encoding="utf-8") as file:
            file.write(mutant.text)
        beside = os.path.dirname(os.path.join(TOP, mutant.file))
        status = subprocess.run([*self.compile, "-I", beside, "-c", source,
                                 "-o", made], cwd=BUILD, check=False,
                                stderr=subprocess.DEVNULL).returncode
        try:
            yield folder, made if status == 0 else None
        finally:
            subprocess.run(["rm", "-rf", folder], check=True)

    def run(self, program, folder, made, cpu_seconds, seconds):
        """The same as run() of PROGRAM, with the object MADE in it."""
        module = f"{folder}/pam_otp.so"
        environment = dict(os.environ, PAM_OTP_SO=module,
                           LD_PRELOAD=self.preload,
                           CMOCKA_MESSAGE_OUTPUT="TAP")
        if program.startswith("pam/"):
            if not os.path.exists(module):
                self.build(self.link_module, made, module)
            what = f"{BUILD}/tests/{program}"
        else:
            what = f"{folder}/{os.path.basename(program)}"
            self.build(self.link[program], made, what)
        return run(what, environment, folder, cpu_seconds, seconds)

    def unbroken(self, path):
        """How long each program takes with PATH as it is; all must pass."""
        took = {}
        with self.compiled(whole(path), path.replace("/", "-")) as (folder,
                                                                    made):
            if not made:
                sys.exit(f"{path} cannot be compiled as it is")
            for program in WATCHERS[path]:
                status, said, took[program] = self.run(
                    program, folder, made, UNBROKEN_SECONDS, UNBROKEN_SECONDS)
                if status != 0:
                    sys.exit(f"{said}{program} fails ({status}), with {path} "
                             "as it is")
        return took

    def killer(self, mutant, number):
        """Which program tells MUTANT from what it should be: None, if none
        does; "compiler" where it is no C."""
        with self.compiled(mutant, number) as (folder, made):
            if not made:
                return "compiler"
            for program in WATCHERS[mutant.file]:
                more = 5 * self.took[program]
                status, _, _ = self.run(program, folder, made,
                                        CPU_SECONDS + int(more),
                                        SECONDS + more)
                if status != 0:
                    return program
        return None


def whole(path):
    """A file as it is, in a mutant's place."""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return Mutant(path, 0, "", "", "", "", file.read())


def equivalents():
    """(file, function, before, after) -> reason."""
    known = {}
    with open(f"{HERE}/equivalent", encoding="utf-8") as file:
        text = re.sub(r"^#.*\n", "", file.read(), flags=re.M)
    for block in filter(str.strip, re.split(r"\n\s*\n", text)):
        lines = block.strip().splitlines()
        match = re.fullmatch(r"(\S+): (\w+)", lines[0])
        if not match or len(lines) < 4 or lines[1][:2] != "- " or \
                lines[2][:2].strip() != "+":
            sys.exit(f"equivalent: cannot read:\n{block}")
        key = (*match.groups(), lines[1][2:], lines[2][2:])
        known[key] = " ".join(lines[3:])
    return known


def chosen(arguments):
    """The mutants to be tried, and all there are."""
    files = [word for word in arguments if word in WATCHERS]
    numbers = [int(word) for word in arguments if word.isdigit()]
    for word in arguments:
        if word not in WATCHERS and not word.isdigit() and word != "all":
            sys.exit(f"mutation: {word}: none of " + " ".join(WATCHERS))
    every = []
    for path in files or WATCHERS:
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            every += mutants(path, file.read())
    return every[::numbers[0] if numbers else 1], every


def show(mutant):
    print(f"{mutant.file}: {mutant.function}\n- {mutant.before}\n"
          f"+ {mutant.after}\n", flush=True)


def main():
    tried, every = chosen(sys.argv[1:])
    known = equivalents()
    started = time.monotonic()
    counts = {mutant.file: {"killed": 0, "survived": 0, "equivalent": 0}
              for mutant in tried}
    bench = Bench(list(counts))
    wrong = 0

    def attempt(pair):
        return pair[1], bench.killer(pair[1], pair[0])

    with ThreadPoolExecutor(2 * os.cpu_count()) as pool:
        for took in pool.map(bench.unbroken, counts):
            for program, seconds in took.items():
                bench.took[program] = max(seconds, bench.took.get(program, 0))
        for mutant, killer in pool.map(attempt, enumerate(tried)):
            key = (mutant.file, mutant.function, mutant.before, mutant.after)
            if os.environ.get("MUTATION_LOG"):
                with open(os.environ["MUTATION_LOG"], "a",
                          encoding="utf-8") as log:
                    log.write(f"{mutant.file}:{mutant.line}: {killer}: "
                              f"{mutant.after}\n")
            if killer is None and key in known:
                counts[mutant.file]["equivalent"] += 1
            elif killer is None:
                counts[mutant.file]["survived"] += 1
                print("failed: survived:", end=" ")
                show(mutant)
            elif key in known:
                wrong += 1
                print(f"failed: not equivalent, {killer} tells it:", end=" ")
                show(mutant)
            elif killer != "compiler":
                counts[mutant.file]["killed"] += 1
    there = {(m.file, m.function, m.before, m.after) for m in every}
    for key in known:
        if key[0] in counts and key not in there:
            wrong += 1
            print(f"failed: equivalent: no such mutant: {key[0]}: {key[1]}\n"
                  f"- {key[2]}\n+ {key[3]}\n")
    print(f"{'file':30}{'killed':>10}{'survived':>10}{'equivalent':>12}")
    for file, count in counts.items():
        print(f"{file:30}{count['killed']:10}{count['survived']:10}"
              f"{count['equivalent']:12}")
    killed, survived, equivalent = (
        sum(count[what] for count in counts.values())
        for what in ("killed", "survived", "equivalent"))
    print(f"{'all':30}{killed:10}{survived:10}{equivalent:12}")
    print(f"{len(tried)} of {len(every)} mutants in "
          f"{time.monotonic() - started:.0f} s")
    # The line that .ci/run counts.
    print(f"{killed + equivalent} passed, {survived + wrong} failed, "
          "0 skipped")
    return 1 if survived or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
