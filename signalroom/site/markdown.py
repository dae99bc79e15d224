"""Markdown as HTML: headings with GitHub's anchors, links for a reader to rewrite."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# A link's target as a page of the site has it; None: there is nothing on the site to go to.
Resolve = Callable[[str], str | None]


@dataclass(frozen=True)
class Section:
    """A heading, and the plain text up to the next one."""

    level: int
    anchor: str
    title: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """A document as HTML, and its parts."""

    html: str
    sections: tuple[Section, ...]


class Renderer(RendererHTML):
    """Wide things scroll by themselves, and by keyboard too."""

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return '<div class="wide" tabindex="0" role="group" aria-label="Table">' + self.renderToken(
            tokens, idx, options, env
        )

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return self.renderToken(tokens, idx, options, env) + "</div>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return super().fence(tokens, idx, options, env).replace("<pre>", '<pre tabindex="0">', 1)

    def code_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        html = super().code_block(tokens, idx, options, env)
        return html.replace("<pre>", '<pre tabindex="0">', 1)

    def heading_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        anchor = tokens[idx].meta["anchor"]
        link = f' <a class="here" href="#{anchor}" aria-label="Link to this section">#</a>'
        return link + self.renderToken(tokens, idx, options, env)


MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable(
    ["table", "strikethrough"]
)


def render(text: str, resolve: Resolve) -> Rendered:
    """A document; each link and picture leads where `resolve` says."""
    env: dict[str, Any] = {}
    tokens = MARKDOWN.parse(text, env)
    sections = _sections(tokens)
    for token in tokens:
        _resolve(token.children or [], resolve)
        if token.attrs.pop("style", "") == "text-align:right":  # the pages allow no inline styles
            token.attrSet("class", "number")
    return Rendered(MARKDOWN.renderer.render(tokens, MARKDOWN.options, env), sections)


def render_description(text: str) -> str:
    """A description of dbt's; its links lead into dbt's own pages and are left out here."""
    return render(text, lambda _: None).html


def slug(title: str) -> str:
    """A heading's anchor as GitHub writes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def plain(tokens: Sequence[Token]) -> str:
    """What is read, without the marks."""
    return "".join(
        t.content if t.type in {"text", "code_inline"} else " " if t.type == "softbreak" else ""
        for t in tokens
    )


def _sections(tokens: list[Token]) -> tuple[Section, ...]:
    found: list[tuple[int, str, str, list[str]]] = []
    seen = Counter[str]()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            title = plain(tokens[place + 1].children or [])
            anchor = slug(title)
            seen[anchor] += 1
            if seen[anchor] > 1:
                anchor = f"{anchor}-{seen[anchor] - 1}"
            token.attrSet("id", anchor)
            tokens[place + 2].meta["anchor"] = anchor
            found.append((int(token.tag[1]), anchor, title, []))
        elif found and tokens[place - 1].type != "heading_open":
            words = plain(token.children) if token.children else token.content
            found[-1][3].extend(words.split())
    return tuple(Section(level, a, title, " ".join(words)) for level, a, title, words in found)


def _resolve(tokens: list[Token], resolve: Resolve) -> None:
    open_links: list[Token] = []
    for token in tokens:
        if token.type == "image":
            token.attrs["src"] = resolve(str(token.attrs["src"])) or ""
        elif token.type == "link_open":
            target = resolve(str(token.attrs["href"]))
            if target is None:
                token.tag, token.attrs = "span", {}
            else:
                token.attrs["href"] = target
            open_links.append(token)
        elif token.type == "link_close":
            token.tag = open_links.pop().tag
