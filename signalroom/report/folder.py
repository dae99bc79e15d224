"""A client's report as a folder: written beside the old one, and put in its place whole."""

import fcntl
import json
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from signalroom import export
from signalroom.report.day import AdvertiserDay, advertisers
from signalroom.report.subject import Subject
from signalroom.report.words.hands import hands
from signalroom.report.words.headline import headline

TABLES = {"csv", "xlsx", "parquet"}
# what a report's folder holds; .DS_Store is what a Mac leaves in every folder that was looked at
OURS = {"index.html", "assets", "pictures", "tables", "report.eml", "report.json", ".DS_Store"}


def write_report(
    subject: Subject,
    out: Path,
    *,
    formats: Collection[str],
    docs: str,
    now: datetime,
    note: str = "",
) -> list[Path]:
    """Write a client's report below `out`; the files that a person opens, the page first.

    `docs` is where the docs site lies, as seen from the page; `note` stands on what goes out.
    """
    _refuse_others(out / subject.client_id)
    said, needs = headline(subject), hands(subject, now)
    shown = advertisers(subject)
    names = []
    with replacing(out / subject.client_id) as folder:
        if "html" in formats:
            from signalroom.report.page import write_page

            names.append(
                write_page(subject, folder, docs=docs, headline=said, hands=needs, note=note)
            )
        if {"png", "svg", "eml"} & set(formats):
            from signalroom.report.mail import mail
            from signalroom.report.pictures import picture

            pictures: dict[int, bytes] = {}
            (folder / "pictures").mkdir()
            for one in shown:
                png, svg = picture(subject, one, note=note)
                pictures[one.advertiser_id] = png
                for kind, content in (("png", png), ("svg", svg.encode())):
                    if kind in formats:
                        name = folder / "pictures" / f"advertiser-{one.advertiser_id}.{kind}"
                        name.write_bytes(content)
                        names.append(name)
            if "eml" in formats:
                message = mail(
                    subject, shown, headline=said, hands=needs, pictures=pictures, note=note
                )
                names.append(folder / "report.eml")
                names[-1].write_bytes(message.as_bytes())
        if "json" in formats:
            names.append(folder / "report.json")
            told = _told(subject, shown, now) | {
                "headline": said,
                "hands": [vars(hand) for hand in needs],
                "note": note,
            }
            names[-1].write_text(json.dumps(told, default=str, indent=2) + "\n", encoding="utf-8")
        for kind in TABLES & set(formats):
            files = export.write(subject.warehouse, subject.client_id, folder / "tables", kind)
            names += [file.path for file in files]
        written = [name.relative_to(folder) for name in names]
    return [out / subject.client_id / name for name in written]


def _told(subject: Subject, shown: list[AdvertiserDay], now: datetime) -> dict[str, Any]:
    """The day for another program; figures are texts, as decimals have no other exact form."""
    return {
        "client_id": subject.client_id,
        "client_name": subject.client.name,
        "currency": subject.client.currency,
        "as_of": subject.as_of.day,
        "is_complete": subject.as_of.is_complete,
        "made_at": now.isoformat(),
        "advertisers": [
            {
                "advertiser_id": one.advertiser_id,
                "advertiser_label": one.label,
                "metrics": {name: vars(metric) for name, metric in one.metrics.items()},
            }
            for one in shown
        ],
    }


def _refuse_others(folder: Path) -> None:
    """FileExistsError where it holds more than a report, as data/clients/<id> does."""
    others = {path.name for path in folder.iterdir()} - OURS if folder.is_dir() else set()
    if others:
        raise FileExistsError(
            f"{folder} holds {min(others)}, which is no part of a report, and would be replaced; "
            "give another --out"
        )


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of the old one at the end; of an error nothing is left."""
    new, old = (folder.with_name(f".{folder.name}.{kind}") for kind in ("new", "old"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.parent):
        for rest in (new, old):  # of a process that was killed
            shutil.rmtree(rest, ignore_errors=True)
        new.mkdir()
        try:
            yield new
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time writes into a folder; another waits."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
