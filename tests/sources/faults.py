"""The kinds of faulty answers that the proxy gives, and what of them nobody can see.

A kind takes an answer and gives the faulty one, or None where it has nothing to spoil there.
"""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random
from threading import Lock
from typing import Any

from tests.sources.proxy import Answer, Asked

PAGE = b"<!doctype html><html><title>Sign in</title><body>Please sign in.</body></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}
ROWS = ("table", "items", "results", "rowData", "stats", "contacts", "emails", "campaigns", "lists")
SLOW = 1.3  # seconds, more than the loads of these tests wait

Kind = Callable[[Answer, Random], Answer | None]


def cut(answer: Answer, where: int) -> Answer:
    return replace(answer, raw=answer.bytes()[:where])


def shortened(answer: Answer, chance: Random) -> bytes:
    return answer.body[: chance.randrange(max(1, len(answer.body)))]


def chunks_cut(answer: Answer, chance: Random) -> Answer:
    """A body in chunks whose first breaks off."""
    body = b"%x\r\n" % len(answer.body) + shortened(answer, chance)
    return replace(answer, headers=answer.headers | {"Transfer-Encoding": "chunked"}, body=body)


def zipped(answer: Answer, body: bytes) -> Answer:
    return replace(answer, headers=answer.headers | {"Content-Encoding": "gzip"}, body=body)


def page(status: int) -> Kind:
    return lambda _, __: Answer(status, HTML, PAGE)


def refused(status: int, **headers: str) -> Kind:
    return lambda _, __: Answer(status, headers, b"Try later")


def redirect(where: str) -> Kind:
    return lambda _, chance: Answer(chance.choice((301, 302, 307, 308)), {"Location": where})


def instead(body: bytes) -> Kind:
    return lambda answer, _: replace(answer, body=body)


def other_type(answer: Answer, _: Random) -> Answer:
    return replace(answer, body=b"{}" if answer.body.lstrip().startswith(b"[") else b"[]")


def key_twice(answer: Answer, _: Random) -> Answer | None:
    """The first key of an object again, with nothing in it: most parsers take the last."""
    found = parsed(answer)
    if not isinstance(found, dict) or not found:
        return None
    again = json.dumps({next(iter(found)): None})
    return replace(answer, body=answer.body.rstrip()[:-1] + b", " + again.encode()[1:])


def with_rows(change: Callable[[list[Any], Random], list[Any]]) -> Kind:
    """A kind that changes the rows of an answer."""

    def kind(answer: Answer, chance: Random) -> Answer | None:
        found = {"rows": parsed(answer)}
        holder, name = next(places_of_rows(found), (found, "rows"))
        rows = holder[name]
        listed = list(rows.values()) if isinstance(rows, dict) else rows
        if not isinstance(listed, list) or len(listed) < 2:
            return None
        holder[name] = change(listed, chance)
        return replace(answer, body=json.dumps(found["rows"]).encode())

    return kind


def total_changed(answer: Answer, _: Random) -> Answer | None:
    """A total beside rows, or a summary, that says more."""
    found = parsed(answer)
    totals = found.get("total", found) if isinstance(found, dict) else {}
    numbers = [n for n in ("payout", "cost", "count") if isinstance(totals, dict) and n in totals]
    if not numbers:
        return None
    totals[numbers[0]] = float(totals[numbers[0]] or 0) + 100
    return replace(answer, body=json.dumps(found).encode())


def parsed(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def places_of_rows(found: Any) -> Iterator[tuple[Any, Any]]:
    """Where rows are in an answer: what holds them, and under which name."""
    for name, value in found.items() if isinstance(found, dict) else enumerate(found):
        if name in ROWS and isinstance(value, list | dict) and value:
            yield found, name
        elif isinstance(value, dict | list):
            yield from places_of_rows(value)


KINDS: Mapping[str, Kind] = {
    "closed": lambda answer, _: cut(answer, 0),
    "reset": lambda answer, _: replace(cut(answer, 0), reset=True),
    "headers cut": lambda answer, chance: cut(answer, chance.randrange(40)),
    "body cut": lambda answer, chance: cut(answer, -chance.randint(1, max(1, len(answer.body)))),
    "cut as if whole": lambda answer, chance: replace(answer, body=shortened(answer, chance)),
    "length too short": lambda answer, _: replace(answer, length=len(answer.body) // 2),
    "chunks cut": chunks_cut,
    "gzip of garbage": lambda answer, chance: zipped(answer, chance.randbytes(500)),
    "gzip cut": lambda answer, _: zipped(answer, gzip.compress(answer.body)[:-9]),
    "gzip only said": lambda answer, _: zipped(answer, answer.body),
    "slow": lambda answer, _: replace(answer, delay=SLOW),
    "dripping": lambda answer, _: replace(answer, pieces=40),
    "empty": instead(b""),
    "no content": lambda *_: Answer(204),
    "server error": page(500),
    "overloaded": refused(503, **{"Retry-After": "0"}),
    "too many": refused(429),
    "forbidden page": page(403),
    "not found page": page(404),
    "redirect elsewhere": redirect("http://127.0.0.1:9/elsewhere"),
    "redirect to sign in": redirect("/sign-in"),
    "page of HTML": page(200),
    "null": instead(b"null"),
    "other type": other_type,
    "garbage behind": lambda answer, _: replace(answer, body=answer.body + b"\n<!-- 12 ms -->"),
    "key twice": key_twice,
    "total changed": total_changed,
    "rows doubled": with_rows(lambda rows, _: rows * 2),
    "rows short": with_rows(lambda rows, _: rows[: -max(1, len(rows) // 3)]),
    "rows gone": with_rows(lambda *_: []),
    "rows reordered": with_rows(lambda rows, chance: chance.sample(rows, len(rows))),
}

# What looks as if it were true: rows that are gone between others, where no total tells. Those that
# exist are not believed to be deleted at once; new ones come with the next answer.
UNSEEN = {"rows short", "rows gone"}
WITH_TOTALS = {"everflow", "redtrack"}


class Faults:
    """Spoils answers by chance, some of them each time that the same is asked again."""

    def __init__(self, seed: int, share: float) -> None:
        self.chance, self.share = Random(seed), share  # noqa: S311  # repeatable
        self.given: Counter[str] = Counter()
        self._stuck: dict[tuple[str, str], str] = {}
        self._lock = Lock()

    def __call__(self, asked: Asked, answer: Answer) -> Answer:
        if asked.path == "/sign-in":
            return Answer(200, HTML, PAGE)
        with self._lock:
            place = (asked.method, asked.path.partition("?")[0])
            name = self._stuck.get(place)
            if name is None:
                if self.chance.random() >= self.share:
                    return answer
                name = self.chance.choice(list(KINDS))
                if self.chance.random() < 0.5:
                    self._stuck[place] = name
            spoiled = KINDS[name](answer, self.chance)
            if spoiled is None:
                self._stuck.pop(place, None)
                return answer
            self.given[name] += 1
            return spoiled
