"""Twilio: text messages as forms, behind basic authentication, refused by numbers.

Numbers of Twilio's own for tests are refused as there; +15005550006 is the account's.
"""

import re
from email.utils import format_datetime
from typing import Any

from flask import Blueprint, Response, g, request

from loaders import clock
from sandbox.data import ACCOUNTS
from sandbox.messages import Messages
from sandbox.service import RefusedError, answer

LONGEST = 1_600  # letters
OWN_NUMBER = "+15005550006"
SERVICE_SID = f"MG{0:032d}"
FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
STATUS = {20003: 401, 20404: 404, 20429: 429}  # all others are 400
SAID = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    21211: "The 'To' number is not a valid phone number.",
    21408: "Permission to send an SMS has not been enabled for the region",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}


class TwilioError(RefusedError):
    """A refusal by its number."""

    def __init__(self, code: int) -> None:
        super().__init__(STATUS.get(code, 400), SAID.get(code, "Refused"))
        self.code = code


class Twilio(Messages):
    """The fake of api.twilio.com."""

    name = "twilio"

    def add_routes(self, routes: Blueprint) -> None:
        path = "/2010-04-01/Accounts/<sid>/Messages.json"
        routes.add_url_rule(path, "send", self.send, methods=["POST"])
        routes.add_url_rule(path, "sent", self.sent, methods=["GET"])

    def environ(self, url: str, account: str) -> dict[str, str]:
        return {
            "TWILIO_ACCOUNT_SID": sid_of(account),
            "TWILIO_AUTH_TOKEN": f"sandbox-twilio-{account}",
            "TWILIO_FROM_NUMBER": OWN_NUMBER,
            "TWILIO_TO": "+15550100713",
            "TWILIO_BASE_URL": url,
        }

    def account_of_request(self) -> str:
        basic = request.authorization
        for account in ACCOUNTS:
            if basic and basic.username == sid_of(account):
                if basic.password != f"sandbox-twilio-{account}":
                    break
                if sid_of(account) not in request.path:
                    raise TwilioError(20404)
                return account
        raise TwilioError(20003)

    def send(self, sid: str) -> Response:
        asked = request.form.to_dict()  # JSON is no form, and has none of its fields
        if not asked.get("To"):
            raise TwilioError(21604)
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", asked["To"]):
            raise TwilioError(21211)
        sender, service = asked.get("From"), asked.get("MessagingServiceSid")
        if not sender and service != SERVICE_SID:
            raise TwilioError(21603)
        if sender and sender != OWN_NUMBER:
            raise TwilioError(FROM.get(sender, 21606))
        if asked["To"] in TO:
            raise TwilioError(TO[asked["To"]])
        if not asked.get("Body"):
            raise TwilioError(21602)
        if len(asked["Body"]) > LONGEST:
            raise TwilioError(21617)
        kept = asked | {"account": g.account, "at": clock.now()}
        number = len(self.messages) + 1
        return self.accept(kept, answer(_shown(sid, number, kept), 201))

    def sent(self, sid: str) -> Response:
        """The messages of the account to a number, the newest first."""
        found = [
            _shown(sid, number, one)
            for number, one in enumerate(self.messages, 1)
            if one["account"] == g.account and request.args.get("To") in (None, one["To"])
        ]
        return answer({"messages": found[::-1], "next_page_uri": None})

    def error(self, status: int, reason: str) -> Response:
        code = int(reason or 20001)
        more = f"https://www.twilio.com/docs/errors/{code}"
        said = {"code": code, "message": SAID.get(code, "Refused"), "more_info": more}
        return answer(said | {"status": status}, status)

    def _refuse(self, refused: RefusedError) -> Response:
        code = 20429 if refused.status == 429 else 20500
        if isinstance(refused, TwilioError):
            code = refused.code
        response = self.error(refused.status, str(code))
        response.headers.update(refused.headers)
        return response


def sid_of(account: str) -> str:
    """The SID of an account: AC and 32 hexadecimal digits."""
    return f"AC{account.encode().hex():0>32}"


def _shown(sid: str, number: int, message: dict[str, Any]) -> dict[str, Any]:
    """A message as Twilio shows it; the numbers in it are texts."""
    id_ = f"SM{number:032d}"
    at = format_datetime(message["at"])
    return {
        "sid": id_,
        "account_sid": sid,
        "api_version": "2010-04-01",
        "body": message["Body"],
        "date_created": at,
        "date_updated": at,
        "date_sent": None,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": message.get("From"),
        "messaging_service_sid": message.get("MessagingServiceSid"),
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "status": "accepted" if message.get("MessagingServiceSid") else "queued",
        "to": message["To"],
        "uri": f"/2010-04-01/Accounts/{sid}/Messages/{id_}.json",
    }
