#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
"""usage: run.py [all | N | tool N | FILE... [N] | stale]

Breaks the rules that decide who is let in, one place at a time, and sees
whether a test turns red: each condition negated, each bound moved by one, each
call's result ignored, each statement dropped. 'all' the mutants; about one in N
of common's and the module's; one in N of the tool's; or those of FILEs. A mutant
that no test notices is named; it fails the run, unless 'equivalent' beside this
file has it, with the reason why no test can. 'make mutation' calls this. 'stale'
tries none, and only names the blocks of 'equivalent' that fit no mutant.
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
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from mutants import Mutant, mutants

TOP = os.environ["top_srcdir"]
BUILD = os.environ["top_builddir"]
MAKE = os.environ.get("MAKE", "make")
HERE = os.path.dirname(os.path.abspath(__file__))
ENROLL = "otp-enroll/otp-enroll"

UNIT = ["effects/attempt_test", "effects/enrol_test"]
ENROL = ["effects/enrol_test", "effects/enrol_change_test", "effects/enrol_adopt_test",
         "effects/standing_test", "effects/enrol_address_test",
         "effects/deliver_test", "effects/enrol_rename_test", "effects/enrol_import_test",
         "effects/enrol_committed_test", "effects/once_test", "effects/inspect_test",
         "effects/snapshot_test", "effects/known_test", "effects/invite_test",
         "effects/own_test",
         "store/powercut_enrol_test"]
STORE = ["store/put_test", "store/fault_test", "store/kill_test"]
PAM = ["pam/outcome_test", "pam/nullok_test", "pam/forward_pass_test",
       "pam/throttle_test", "pam/recovery_test"]
SLOTS = ["unit/slots_test", "effects/attempt_test", "effects/deliver_test",
         "effects/standing_test"] + STORE
REPORT = PAM + ["pam/conversation_test", "pam/message_test", "pam/files_test",
                "pam/log_test", "pam/memory_test", "pam/seed_test"]

VERIFY = (["unit/verify_test", "unit/send_test", "effects/deliver_test",
           "effects/invite_test"] + UNIT + PAM +
          ["pam/deliver_test", "pam/enroll_test"])

ATTEMPT = (["effects/attempt_test", "effects/enrol_adopt_test",
            "effects/known_test", "effects/deliver_test",
            "effects/standing_test", "effects/tell_test",
            "effects/sent_code_test", "effects/verdict_test", "pam/clock_test",
            "pam/deliver_test", "pam/fresh_test"] + PAM +
           ["pam/log_test"] + STORE)

# Which programs look at a file: the quickest and closest first.
WATCHERS = {
    "common/core/verify.c": VERIFY,
    "common/core/verify_listed.c": VERIFY,
    "common/core/throttle.c": ["unit/throttle_test"] + UNIT + PAM,
    "common/core/slots.c": SLOTS,
    "common/core/slot_parts.c": SLOTS,
    "common/effects/attempt.c": ATTEMPT,
    "common/effects/attempt_judge.c": ATTEMPT,
    "common/effects/attempt_news.c": ATTEMPT,
    "common/effects/look.c":
        ["effects/look_test", "effects/attempt_test", "effects/known_test",
         "effects/standing_test", "effects/enrol_test", "pam/nullok_test",
         "pam/enroll_test"],
    "common/effects/overview.c": ["effects/overview_test"],
    "common/effects/enrol.c": ENROL,
    "common/effects/enrol_change.c":
        ["effects/enrol_change_test"] + ENROL + ["store/fault_test"],
    "common/effects/enrol_adopt.c":
        ["effects/enrol_adopt_test", "effects/enrol_change_test"] + ENROL,
    "common/effects/enrol_invite.c":
        ["effects/invite_test", "effects/own_test", "pam/enroll_test",
         "effects/enrol_change_test", "effects/own_fault_test",
         "effects/verdict_test"],
    "common/core/invitation.c": ["unit/seed_test", "effects/invite_test"],
    "common/effects/enrol_rename.c":
        ["effects/enrol_rename_test", "effects/pending_test"] + ENROL,
    "common/effects/merge.c":
        ["effects/enrol_rename_test", "effects/move_test"],
    "common/effects/move.c": ["effects/move_test"],
    "common/effects/snapshot.c":
        ["effects/snapshot_test", "effects/attempt_test"] + ENROL +
        ["pam/log_test"],
    "common/effects/own.c":
        ["effects/own_test", "effects/own_address_test", "effects/own_fault_test",
         "effects/sent_code_test", "effects/verdict_test"],
    "common/effects/enrol_address.c":
        ["effects/own_address_test", "effects/enrol_address_test",
         "effects/own_fault_test", "effects/sent_code_test"],
    "common/effects/active.c": ["effects/enrol_test", "effects/own_test"],
    "common/effects/txn.c": ["effects/enrol_change_test"] + ENROL,
    "pam_module/outcome.c":
        ["unit/outcome_test", "pam/notice_test", "pam/enroll_test"] + REPORT,
}

# The tool's: scripts, which run it as users do.
TOOL = {
    "otp-enroll/main.c": ["usage", "commands", "batch"],
    "otp-enroll/cmd_new.c": ["usage", "commands", "batch", "dialogue",
                             "faults/new"],
    "otp-enroll/cmd_recovery.c": ["commands", "dialogue", "faults/new"],
    "otp-enroll/cmd_adopt.c": ["commands", "tokens", "faults/adopt"],
    "otp-enroll/cmd_import.c": ["import", "faults/import"],
    "otp-enroll/account/orphans.c": ["status"],
    "otp-enroll/account/select.c": ["tokens"],
    "otp-enroll/account/status.c": ["status", "commands"],
    "otp-enroll/account/status_text.c": ["commands", "status", "language"],
    "otp-enroll/account/subject.c": ["commands", "usage", "tokens", "batch"],
    "otp-enroll/account/token_args.c": ["commands", "import", "usage"],
    "otp-enroll/check/account.c": ["check", "advice"],
    "otp-enroll/check/finding.c": ["check", "screen", "advice"],
    "otp-enroll/cli/signals.c": ["batch", "import", "dialogue"],
    "otp-enroll/enrol/batch.c": ["batch"],
    "otp-enroll/enrol/batch_input.c": ["batch"],
    "otp-enroll/enrol/confirm.c": ["commands", "dialogue"],
    "otp-enroll/enrol/confirm_pair.c": ["tokens", "dialogue"],
    "otp-enroll/enrol/secrets.c": ["commands", "tokens", "screen", "picture"],
    "otp-enroll/import/records.c": ["import", "formats"],
}
WATCHERS["otp-enroll/cli/terminal.c"] = ["tool/terminal_test",
                                         "tool/dialogue.sh"]
for file_, scripts in TOOL.items():
    WATCHERS[file_] = [f"{s}.sh" if "/" in s else f"tool/{s}.sh"
                       for s in scripts]
# Of the tool, no mutant drops a message alone, or marks a fault before there is
# one.
NOT_OF_TOOL = re.compile(
    r"(\} else )?(if \(.*\) |else )?otp_(say|print|complain|print_column|print_line)\(|"
    r"struct otp_fault fault = ")

# What needs more seconds of processor than this goes round for ever, and what
# needs more in all sleeps for ever; five times what the program needs with the
# files as they are comes on top. A kernel can be slow: ext4 without a journal
# looks long for an inode after many files were removed.
CPU_SECONDS = 5
SECONDS = 60
LOOK_SECONDS = 0.1  # from one look at what a script said to the next
UNBROKEN_SECONDS = 600

# No power is cut here, so that no test has to wait for the disk. (What tests say of
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
    words = shlex.split(said)
    if os.path.basename(words[0]) == "ccache":  # which has seen no mutant
        words = words[1:]
    return words + ["-w", "-O0", "-fPIC"]


def linker(program):
    """The command that links PROGRAM, a test's or the tool, without the name of
    what comes out, and with MUTANT where its object goes: before the libraries,
    whose own it keeps out."""
    path = program if program == ENROLL else f"tests/{program}"
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
    objects = [f"pam_module/.libs/{name[:-2]}.o"
               for name in sorted(os.listdir(os.path.join(TOP, "pam_module")))
               if name.endswith(".c")]
    return ([compile_line[0], "-shared", "MUTANT.o", *objects,
             "common/.libs/liblink.a", "common/.libs/libeffects.a",
             "common/.libs/libstore.a",
             "common/.libs/libcore.a"] +
            ["-lpam", "-lcrypto"])


def limit(cpu_seconds):
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, environment, cwd, cpu_seconds, seconds):
    """How COMMAND ended, None if it did not in time; what it said; and how long
    it took. A script is ended at its first failure."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as said, \
            subprocess.Popen(command, env=environment, cwd=cwd,
                             stdin=subprocess.DEVNULL, stdout=said,
                             stderr=said,
                             preexec_fn=lambda: limit(cpu_seconds)) as process:
        try:
            status = wait(process, said, seconds, is_script(command[-1]))
        finally:
            try:  # and what it forked
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return (status, read_all(said), time.monotonic() - started)


def is_script(program):
    return program.endswith(".sh")


def read_all(file):
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), size, 0).decode(errors="replace")


def wait(process, said, seconds, script):
    """How PROCESS ended, None if it did not in time. Of a script its exit status
    says nothing of its tests: one that failed ends it."""
    if not script:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            status = process.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
        text = read_all(said)
        if re.search(r"^not ok", text, re.M):
            return 1
        if status is not None:
            return status if re.search(r"^1\.\.\d", text, re.M) else 99
    return None


def workplace():
    """Where mutants are built and scripts have their stores: on a disk, since
    'check' warns of a store in memory. The name is short, since messages with
    it have to fit into 80 columns."""
    folder = tempfile.TemporaryDirectory(prefix="m")
    os.chmod(folder.name, 0o711)  # other users run the tool in there, too
    return folder


class Bench:
    """What is needed to try mutants, asked of make once."""

    def __init__(self, files):
        programs = {program for file in files for program in WATCHERS[file]}
        scripts = {program for program in programs if is_script(program)}
        programs -= scripts
        make(*(f"tests/{program}" for program in sorted(programs)),
             "pam_module/pam_otp.la", ENROLL)
        self.compile = compiler()
        if scripts:
            programs.add(ENROLL)
        self.link = {program: linker(program) for program in sorted(programs)
                     if not program.startswith("pam/")}
        self.link_module = module_linker(self.compile)
        self.took = {}  # program -> seconds, with the files as they are
        self.folder = workplace()
        self.preload = f"{self.folder.name}/no_flush.so"
        subprocess.run([self.compile[0], "-shared", "-fPIC", "-x", "c", "-",
                        "-o", self.preload], input=NO_FLUSH, text=True,
                       check=True)

    def build(self, command, file, made, what):
        """Link COMMAND with the object MADE of FILE to the file WHAT."""
        folder, own = os.path.split(file[:-2])
        replaced = re.compile(rf"{folder}/(\.libs/|\w+-)?{own}\.o")
        words = [made if word == "MUTANT.o" else word for word in command
                 if not replaced.fullmatch(word)]
        subprocess.run(words + ["-o", what], cwd=BUILD, check=True)

    @contextmanager
    def compiled(self, mutant, number):
        """A folder for MUTANT, and its object in there: None where it is no
        C."""
        folder = os.path.join(self.folder.name, str(number))
        os.mkdir(folder)
        os.chmod(folder, 0o711)
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

    def run(self, program, file, folder, made, cpu_seconds, seconds):
        """The same as run() of PROGRAM, with the object MADE of FILE in it."""
        module = f"{folder}/pam_otp.so"
        tool = f"{folder}/otp-enroll"
        environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP")
        if is_script(program):
            if not os.path.exists(tool):
                self.build(self.link[ENROLL], file, made, tool)
            environment.update(OTP_ENROLL=tool, TMPDIR=folder)
            command = ["sh", f"{TOP}/tests/{program}"]
        elif program.startswith("pam/"):
            if not os.path.exists(module):
                self.build(self.link_module, file, made, module)
            environment.update(PAM_OTP_SO=module, LD_PRELOAD=self.preload)
            command = [f"{BUILD}/tests/{program}"]
        else:
            command = [f"{folder}/{os.path.basename(program)}"]
            self.build(self.link[program], file, made, command[0])
            environment.update(LD_PRELOAD=self.preload)
        return run(command, environment, folder, cpu_seconds, seconds)

    def unbroken(self, numbered):
        """A program, and how long it takes with a file as it is: it must pass.
        NUMBERED is a number and a pair of them."""
        number, (program, path) = numbered
        with self.compiled(whole(path), f"u{number}") as (folder, made):
            if not made:
                sys.exit(f"{path} cannot be compiled as it is")
            for _ in range(2):  # a clock may have gone on at the wrong moment
                status, said, took = self.run(program, path, folder, made,
                                              UNBROKEN_SECONDS,
                                              UNBROKEN_SECONDS)
                if status == 0:
                    return program, took
        sys.exit(f"{said}{program} fails ({status}), with {path} as it is")

    def killer(self, mutant, number):
        """Which program tells MUTANT from what it should be: None, if none
        does; "compiler" where it is no C."""
        with self.compiled(mutant, number) as (folder, made):
            if not made:
                return "compiler"
            for program in WATCHERS[mutant.file]:
                more = 5 * self.took[program]
                # What a script runs is small, however long it is itself.
                cpu_seconds = CPU_SECONDS + \
                    (0 if is_script(program) else int(more))
                status, _, _ = self.run(program, mutant.file, folder, made,
                                        cpu_seconds, SECONDS + more)
                if status != 0:
                    return program
        return None


def whole(path):
    """A file as it is, in a mutant's place."""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return Mutant(path, 0, "", "", "", "", file.read())


def code(line):
    """A line without its comments, which may change and say the same."""
    return re.sub(r"\s*/\*.*?\*/", "", line)


def key_of(mutant):
    return (mutant.file, mutant.function, code(mutant.before),
            code(mutant.after))


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
        key = (*match.groups(), code(lines[1][2:]), code(lines[2][2:]))
        known[key] = " ".join(lines[3:])
    return known


def chosen(arguments):
    """The mutants to be tried, and all there are."""
    files = [word for word in arguments if word in WATCHERS]
    numbers = [int(word) for word in arguments if word.isdigit()]
    for word in arguments:
        if word not in WATCHERS and not word.isdigit() and \
                word not in ("all", "tool"):
            sys.exit(f"mutation: {word}: none of " + " ".join(WATCHERS))
    share = numbers[0] if numbers else 1
    every = {False: [], True: []}  # common's and the module's; the tool's
    for path in files or WATCHERS:
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            found = mutants(path, file.read())
        tool = path.startswith("otp-enroll/")
        every[tool] += [mutant for mutant in found if not tool or
                        not NOT_OF_TOOL.match(mutant.before)]
    if not files and "tool" in arguments:
        every[False] = []
    elif not files and numbers:
        every[True] = []
    every = every[False] + every[True]
    # By their own text, so that a change elsewhere does not exchange them.
    return [mutant for mutant in every
            if zlib.crc32(repr(key_of(mutant)).encode()) % share == 0], every


def show(mutant):
    print(f"{mutant.file}: {mutant.function}\n- {mutant.before}\n"
          f"+ {mutant.after}\n", flush=True)


def stale(known, every, files):
    """Names the blocks of 'equivalent' that fit no mutant; how many."""
    there = {key_of(mutant) for mutant in every}
    gone = [key for key in known if key[0] in files and key not in there]
    for key in gone:
        print(f"failed: equivalent: no such mutant: {key[0]}: {key[1]}\n"
              f"- {key[2]}\n+ {key[3]}\n")
    return len(gone)


def main():
    if sys.argv[1:] == ["stale"]:
        return 1 if stale(equivalents(), chosen(["all"])[1], WATCHERS) else 0
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
        first = {program: path for path in counts for program in WATCHERS[path]}
        bench.took.update(pool.map(bench.unbroken,
                                   enumerate(first.items())))
        for mutant, killer in pool.map(attempt, enumerate(tried)):
            key = key_of(mutant)
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
    wrong += stale(known, every, counts)
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
