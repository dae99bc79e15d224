"""What the search of the site knows: sections of guides, marts, columns."""

import json
from collections.abc import Iterable

from signalroom.site.dictionary import Mart
from signalroom.site.guides import Guide

LETTERS = 1200  # of a section: what stands deep in a long one is found by its heading


def index(guides: Iterable[Guide], marts: Iterable[Mart]) -> str:
    """A script that puts the entries where site.js finds them: title, place, where to, text."""
    entries: list[tuple[str, str, str, str]] = []
    for mart in marts:
        page = f"dictionary.html#{mart.name}"
        entries.append((mart.name, "mart", page, mart.description.strip()))
        entries += [
            (column.name, mart.name, f"{page}.{column.name}", column.description.strip())
            for column in mart.columns
        ]
    for guide in guides:
        for section in guide.content.sections:
            page = guide.page + (f"#{section.anchor}" if section.level > 1 else "")
            place = guide.title if section.level > 1 else "guide"
            entries.append((section.title, place, page, section.text[:LETTERS]))
    return f"window.SITE_INDEX = {json.dumps(entries, ensure_ascii=False)};\n"
