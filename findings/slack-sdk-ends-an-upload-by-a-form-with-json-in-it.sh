#!/usr/bin/env bash
# slack_sdk 3.48.0 (Python 3.11), its own client against a server on this machine
#
# files_upload_v2 is three requests: where to send it, the bytes, and files.completeUploadExternal. The
# last is documented with a list of objects under `files`, as JSON. The SDK sends a form, in which `files`
# is that list written as JSON text: a stand-in or a proxy that reads JSON alone refuses what Slack takes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check slack_sdk==3.48.0
cat > upload.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

from slack_sdk import WebClient


class Slack(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = {"ok": True}
        if self.path.endswith("getUploadURLExternal"):
            said |= {"upload_url": f"{address}/upload", "file_id": "F1"}
        if self.path.endswith("completeUploadExternal"):
            print("content type:", self.headers["Content-Type"].partition(";")[0])
            (files,) = parse_qs(body.decode())["files"]
            print("files:", type(json.loads(files)).__name__, "in a text")
            said |= {"files": [{"id": "F1"}]}
        answer = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Slack)
address = f"http://127.0.0.1:{server.server_port}"
Thread(target=server.serve_forever, daemon=True).start()
client = WebClient(token="xoxb-made", base_url=f"{address}/api/")
client.files_upload_v2(channel="C1", filename="day.png", content="made", title="Made")
PY
venv/bin/python upload.py | tee said
grep -qF "content type: application/x-www-form-urlencoded" said
grep -qF "files: list in a text" said
