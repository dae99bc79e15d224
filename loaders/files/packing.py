"""A file as it was packed and encoded, as portions of plain bytes."""

import gzip
import io
import zipfile
import zlib
from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import IO, cast

from loaders.errors import FileError

BLOCK = 1 << 21
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
ZEROS = b"\0" * 64  # more than any padding: what a disk holds where nothing was written


def unpacked(file: IO[bytes]) -> IO[bytes]:
    """The file from its start, or what is packed in it; its first bytes tell, not its name."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start[:2] == b"\x1f\x8b":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if start == b"PK\x03\x04":
        archive = zipfile.ZipFile(file)
        members = [
            member
            for member in archive.infolist()
            if not member.is_dir() and not member.filename.startswith("__MACOSX/")
        ]
        if len(members) != 1:
            raise FileError(f"the zip holds {len(members)} files instead of one")
        return archive.open(members[0])
    return file


def encoding_of(file: IO[bytes]) -> str:
    """UTF-8 where all of the file is; else Latin-1, in which anything can be read.

    FileError where what is packed breaks off, is spoiled or asks for a password, and where zeros
    stand in place of text.
    """
    decoder = getincrementaldecoder("utf-8")()
    try:
        for block in blocks_of(unpacked(file)):
            if block.startswith(UTF_16):
                raise FileError("is UTF-16; UTF-8 and Latin-1 can be read")
            if ZEROS in block or not block.strip(b"\0"):
                raise FileError("holds zeros in place of text: it was not written whole")
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "latin-1"
    except (EOFError, OSError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise FileError(f"cannot be unpacked: {error}") from error
    return "utf-8"


def blocks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The file in portions, without a byte order mark."""
    mark = BOM_UTF8
    while block := file.read(BLOCK):
        yield block.removeprefix(mark)
        mark = b""


def in_utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The same text in UTF-8, without the NUL that Postgres refuses."""
    for block in blocks:
        text = block if encoding == "utf-8" else block.decode(encoding).encode()
        yield text.replace(b"\0", b"") if b"\0" in text else text


class Pipe(io.RawIOBase):
    """Blocks as a file, as Arrow reads one: a block at a time, whatever size it asks for.

    None but the last is short: Arrow finds a record in two blocks, not in three.
    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = filter(None, blocks)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002
        block = next(self._blocks, b"")
        while len(block) < BLOCK // 2 and (more := next(self._blocks, b"")):
            block += more
        return block
