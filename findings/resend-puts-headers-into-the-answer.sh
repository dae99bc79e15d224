#!/usr/bin/env bash
# resend 2.52.0 (Python 3.11), its own HTTP client against a server on this machine
#
# The API answers a mail that it took with one key, {"id": ...}. What Emails.send returns has two: the
# headers of the response are put into the same dictionary, as http_headers. Whoever keeps the answer as
# a receipt, or compares it with what the API documents, keeps the server's headers too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check resend==2.52.0 requests
cat > send.py <<'PY'
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import resend

BODY = b'{"id": "00000000-0000-4000-8000-000000000001"}'


class Api(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.send_header("ratelimit-remaining", "1")
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Api)
Thread(target=server.serve_forever, daemon=True).start()
resend.api_url = f"http://127.0.0.1:{server.server_port}"
resend.api_key = "re_made"
sent = resend.Emails.send(
    {"from": "a@example.com", "to": ["b@example.com"], "subject": "Made", "text": "Made"}
)
print("keys:", sorted(sent))
print("a header:", dict(sent["http_headers"]).get("ratelimit-remaining"))
PY
venv/bin/python send.py | tee said
grep -qF "keys: ['http_headers', 'id']" said
grep -qF "a header: 1" said
