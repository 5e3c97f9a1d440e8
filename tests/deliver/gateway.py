#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
"""usage: gateway.py PORT FOLDER

A gateway for SMS on 127.0.0.1: each request becomes a file 1, 2, ... in FOLDER,
with its line, its headers and its body. It answers by the path: /send with 200,
/poor with 402 and a reason, /slow not at all, /away with a redirection to /send.
It prints "ready" when it listens.
"""
import http.server
import itertools
import os
import sys
import time

NUMBERS = itertools.count(1)


class Gateway(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name = os.path.join(sys.argv[2], str(next(NUMBERS)))
        with open(name + ".part", "wb") as request:
            request.write(self.requestline.encode() + b"\n" +
                          self.headers.as_bytes() + body)
        os.rename(name + ".part", name)
        if self.path == "/slow":
            time.sleep(60)
        status, said = {
            "/send": (200, b'{"id": 1}'),
            "/poor": (402, b"no credit left: \x1b[31m4821 9930"),
            "/away": (302, b""),
        }.get(self.path, (404, b"no such path"))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/send")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Gateway)
print("ready", flush=True)
server.serve_forever()
