"""Who may ask: the check of a request's signature (AWS Signature Version 4), as S3 does it.

moto takes any credentials; the real bucket does not, and wrong ones must show here.
"""

import hmac
import re
from hashlib import sha256

from werkzeug.wrappers import Request, Response

from sandbox.s3_faults import refusal

ACCESS_KEY = "sandbox"
SECRET_KEY = "sandbox-secret"  # noqa: S105 -- it opens nothing but made data

_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<scope>[^,]+), ?"
    r"SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>\w+)"
)


def unauthorised(request: Request) -> Response | None:
    """The refusal of a request that is not signed with the sandbox's keys."""
    signed = _SIGNED.fullmatch(request.headers.get("Authorization", ""))
    if signed is None:
        return refusal(403, "AccessDenied", "Access Denied.")
    if signed["id"] != ACCESS_KEY:
        return refusal(
            403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist."
        )
    if not hmac.compare_digest(signed["signature"], _signature(request, signed)):
        return refusal(
            403, "SignatureDoesNotMatch", "The request signature does not match your secret key."
        )
    return None


def _signature(request: Request, signed: re.Match[str]) -> str:
    path, _, query = request.environ["RAW_URI"].partition("?")
    pairs = sorted(pair if "=" in pair else f"{pair}=" for pair in query.split("&") if pair)
    names = signed["headers"].split(";")
    headers = [f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names]
    content = request.headers.get("X-Amz-Content-Sha256", "")
    canonical = "\n".join(
        (request.method, path, "&".join(pairs), "".join(headers), signed["headers"], content)
    )
    said = sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join(
        ("AWS4-HMAC-SHA256", request.headers.get("X-Amz-Date", ""), signed["scope"], said)
    )
    key = f"AWS4{SECRET_KEY}".encode()
    for part in signed["scope"].split("/"):  # day, region, service, "aws4_request"
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, to_sign.encode(), "sha256").hexdigest()
