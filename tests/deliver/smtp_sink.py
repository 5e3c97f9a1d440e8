#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
"""usage: smtp_sink.py PORT FOLDER

An SMTP server on 127.0.0.1 that accepts every mail and puts it into FOLDER as
it came, the envelope in lines before it. It prints "ready" when it listens.
"""
import asyncio
import itertools
import os
import sys

from aiosmtpd.smtp import SMTP


class Mailbox:
    """Each mail is a file 1, 2, ..."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count(1)

    async def handle_DATA(self, _server, _session, envelope):
        name = os.path.join(self.folder, str(next(self.numbers)))
        with open(name + ".part", "wb") as mail:
            mail.write(b"MAIL FROM %s\n" % envelope.mail_from.encode())
            for recipient in envelope.rcpt_tos:
                mail.write(b"RCPT TO %s\n" % recipient.encode())
            mail.write(b"\n" + envelope.content.replace(b"\r\n", b"\n"))
        os.rename(name + ".part", name)
        return "250 OK"


async def serve(port, folder):
    mailbox = Mailbox(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, hostname="sink.example.org"),
        host="127.0.0.1", port=port)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
