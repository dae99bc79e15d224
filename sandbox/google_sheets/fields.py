"""The `fields` parameter of Google's APIs: which parts of an answer are wanted."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Mask = dict[str, "Mask"]  # a field and the fields wanted within; none within: all of it

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[*(),/.]")
_NAMES = re.compile(r"[A-Za-z0-9_]+|\*")


class BadMaskError(Exception):
    """A mask that does not parse, or names what is not there."""


def parse(text: str, known: frozenset[str]) -> Mask:
    """`sheets(properties.title,data/rowData),namedRanges` as a tree; `*` stands for everything."""
    words = _WORD.findall(text)
    if "".join(words) != text.replace(" ", ""):
        raise BadMaskError(text)
    mask: Mask = {}
    for path in _paths(iter(words), end=""):
        if path[0] not in known and path[0] != "*":
            raise BadMaskError(".".join(path))
        _add(mask, path)
    return mask


def wants(mask: Mask, *path: str) -> bool:
    """Whether anything at or below a path is asked for."""
    for name in path:
        if not mask or "*" in mask:
            return True
        if name not in mask:
            return False
        mask = mask[name]
    return True


def masked(answer: Any, mask: Mask) -> Any:
    """The wanted parts of an answer."""
    if not mask or "*" in mask:
        return answer
    if isinstance(answer, list):
        return [masked(item, mask) for item in answer]
    if not isinstance(answer, Mapping):
        return answer
    return {name: masked(answer[name], inner) for name, inner in mask.items() if name in answer}


def _paths(words: Iterator[str], end: str) -> Iterator[tuple[str, ...]]:
    """Each field that is named, down to it, until the closing `end`."""
    after = ","
    while after == ",":
        path = [_name(words)]
        while (after := next(words, "")) in ("/", "."):
            path.append(_name(words))
        if after == "(":
            for inner in _paths(words, end=")"):
                yield (*path, *inner)
            after = next(words, "")
        else:
            yield tuple(path)
    if after != end:
        raise BadMaskError(after)


def _name(words: Iterator[str]) -> str:
    word = next(words, "")
    if not _NAMES.fullmatch(word):
        raise BadMaskError(word)
    return word


def _add(mask: Mask, path: tuple[str, ...]) -> None:
    """Add a field; what is wanted whole stays whole."""
    for name in path[:-1]:
        if name in mask and not mask[name]:
            return
        mask = mask.setdefault(name, {})
    mask[path[-1]] = {}
