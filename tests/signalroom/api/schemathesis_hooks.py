"""Tells Schemathesis what cursors are, of the snapshot that is served."""

import os

import schemathesis

from signalroom.api.endpoints import ENDPOINTS
from signalroom.api.pages import Cursor
from tests.signalroom.api.questions import keys_of

for endpoint in ENDPOINTS:
    cursors = keys_of(endpoint).map(lambda key: str(Cursor(os.environ["SNAPSHOT"], key)))
    schemathesis.openapi.format(f"{endpoint.name}-cursor", cursors)
