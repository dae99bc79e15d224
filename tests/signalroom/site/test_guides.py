"""Guides: links between documents become links between pages."""

from pathlib import Path

import click
import pytest

from signalroom.site.guides import GROUPS, Guides
from signalroom.site.markdown import render, slug
from tests.support import REPOSITORY

DOCS = {
    "README.md": "# Us\n\n[all](docs/one.md#a-part) [file](.env.example) ![way](docs/way.svg)",
    "docs/one.md": "# One\n\n## A part\n\n[up](../README.md) [folder](decisions) [out](https://x.y)",
    "docs/decisions/0001-so.md": "# 1. So\n\n[one](../one.md)",
    "docs/way.svg": "<svg/>",
    ".env.example": "A=\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in DOCS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_links_between_documents_lead_to_pages(root: Path) -> None:
    guides = Guides(root)
    html = {guide.source: guide.content.html for guide in guides.guides}
    assert 'href="one.html#a-part"' in html["README.md"]
    assert 'href="../files/env.example.html"' in html["README.md"]
    assert 'src="../pictures/way.svg"' in html["README.md"]
    assert 'href="readme.html"' in html["docs/one.md"]
    assert "<span>folder</span>" in html["docs/one.md"]
    assert 'href="https://x.y"' in html["docs/one.md"]
    assert 'href="../one.html"' in html["docs/decisions/0001-so.md"]
    assert (guides.files, guides.pictures) == ({".env.example"}, {"docs/way.svg"})


def test_a_link_that_leads_nowhere_is_named(root: Path) -> None:
    (root / "docs/one.md").write_text("[gone](two.md)")
    with pytest.raises(click.ClickException, match=r"docs/one\.md links to two\.md"):
        Guides(root)


def test_numbers_stand_to_the_right_without_a_style_that_the_page_forbids() -> None:
    html = render("| a | b |\n|---|--:|\n| x | 1 |", str).html
    assert '<th class="number">b</th>' in html
    assert '<td class="number">1</td>' in html
    assert "style" not in html


def test_a_document_that_no_group_names_is_in_the_menu(root: Path) -> None:
    menu = Guides(root).menu()
    assert [entry.label for entry in menu["More"]] == ["One"]
    assert [entry.label for entry in menu["Decisions"]] == ["1. So"]
    assert menu["Start"][0].page == "guides/readme.html"


def test_the_menu_names_what_is_there() -> None:
    for entries in GROUPS.values():
        for target in entries:
            source, _, anchor = target.partition("#")
            sections = render((REPOSITORY / source).read_text(), str).sections
            assert not anchor or anchor in {section.anchor for section in sections}, target


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("Add a client", "add-a-client"),
        ("PostHog, Mautic and Google Sheets", "posthog-mautic-and-google-sheets"),
        ("1. A stand-in", "1-a-stand-in"),
        ("`marts` & more", "marts--more"),
    ],
)
def test_anchors_are_those_of_github(title: str, anchor: str) -> None:
    assert slug(title.replace("`", "")) == anchor


def test_headings_of_one_name_have_anchors_of_their_own() -> None:
    anchors = [section.anchor for section in render("# A\n## B\ntext\n## B\n", str).sections]
    assert anchors == ["a", "b", "b-1"]


def test_html_in_a_document_is_text() -> None:
    html = render("<script>alert(1)</script>\n\n| a |\n|---|\n| <b> |\n", str).html
    assert "<script>" not in html
    assert "<td>&lt;b&gt;</td>" in html
