"""The report as an e-mail: tables and inline styles, a text part, a picture an advertiser."""

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from textwrap import wrap
from types import MappingProxyType

from jinja2 import Environment, PackageLoader

from signalroom.report.day import AdvertiserDay
from signalroom.report.subject import Subject
from signalroom.report.tiles import SHOWN, tiles
from signalroom.report.words.hand import Hand
from signalroom.report.words.spelling import named_day

SUBJECT_LETTERS = 150
NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
TEXT_WIDTH = 72  # characters; mail programs quote what is longer badly


def mail(
    subject: Subject,
    advertisers: Sequence[AdvertiserDay],
    *,
    headline: Sequence[str],
    hands: Sequence[Hand],
    pictures: Mapping[int, bytes],
    note: str = "",
    names: Mapping[str, str] = SHOWN,
    besides: Mapping[str, Sequence[str]] = NOTHING,
) -> EmailMessage:
    """The mail without sender and recipients; `pictures` are PNGs by advertiser id.

    `names` are those of the figures, `besides` lines under titles, at the end.
    """
    currency = subject.client.currency
    shown = [
        (one, tiles(one, currency, names), pictures.get(one.advertiser_id)) for one in advertisers
    ]
    message = EmailMessage(policy=SMTP)
    day = named_day(subject.as_of.day)
    state = "" if subject.as_of.is_complete else " (not complete)"
    first = next(iter(headline[1:]), headline[0])  # the state is said before it
    message["Subject"] = f"{subject.client.name}, {day}{state}: {first}"[:SUBJECT_LETTERS]
    texts = Environment(loader=PackageLoader("signalroom.report"), autoescape=True)
    html = texts.get_template("mail.html.j2").render(
        client=subject.client.name,
        day=day,
        headline=headline,
        hands=hands,
        shown=shown,
        besides=besides,
        note=note,
    )
    message.set_content(_text(headline, hands, besides, note))
    message.add_alternative(html, subtype="html")
    *_, page = message.iter_parts()
    for one, _, picture in shown:
        if picture:
            page.add_related(
                picture,
                maintype="image",
                subtype="png",
                disposition="inline",  # not below the mail once more
                cid=f"<advertiser-{one.advertiser_id}>",
                filename=f"advertiser-{one.advertiser_id}.png",
            )
    return message


def _text(
    headline: Sequence[str], hands: Sequence[Hand], besides: Mapping[str, Sequence[str]], note: str
) -> str:
    """The same in plain text."""
    said = [*headline]
    if hands:
        said += ["", "What needs a hand:", *(f"- {one.text} ({one.where})" for one in hands)]
    for title, lines in besides.items():
        said += ["", f"{title}:", *(f"- {line}" for line in lines)]
    if note:
        said += ["", note]
    wrapped = (
        wrap(line, TEXT_WIDTH, subsequent_indent="  " * line.startswith("- ")) for line in said
    )
    return "\n".join("\n".join(lines) for lines in wrapped) + "\n"
