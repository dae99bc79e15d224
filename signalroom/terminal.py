"""Text on the terminal: without secrets, and what came from outside steers nothing."""

import logging
import os
import sys
from io import TextIOWrapper
from unicodedata import category

import click

from loaders.redaction import redact


def plain(text: object) -> str:
    r"""One line, in which whatever does not print is escaped as in `\x1b`.

    That is controls, line ends, turns of direction, halves of characters; blanks of any width stay.
    """
    return "".join(
        letter
        if letter.isprintable() or category(letter) == "Zs"
        else letter.encode("unicode_escape").decode()
        for letter in str(text)
    )


def say(text: object) -> None:
    """Print a line that may hold text from outside."""
    click.echo(plain(redact(str(text))))


class PlainFormatter(logging.Formatter):
    """Messages of a log as plain lines; a traceback behind one keeps its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        return plain(super().formatMessage(record))


class PlainGroup(click.Group):
    """Commands whose errors are plain lines, on terminals of any encoding."""

    def invoke(self, context: click.Context) -> object:
        if os.environ.get("NO_COLOR"):
            context.color = False  # for click that is bold too
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper) and stream.encoding.lower() != "utf-8":
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(context)
        except click.UsageError:  # of what the user typed
            raise
        except click.ClickException as error:
            raise click.ClickException(plain(redact(error.message))) from None
