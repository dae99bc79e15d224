"""The start page names the reports that are there, and a new site leaves them."""

from pathlib import Path

from tests.signalroom.site.small import make_small_site, model


def test_reports_are_named_and_stay(tmp_path: Path) -> None:
    for report in ("report/713", "report/cti", "site/report/713"):
        (tmp_path / report).mkdir(parents=True)
        (tmp_path / report / "index.html").write_text(report)
    (tmp_path / "site/old.html").write_text("of an earlier site")
    make_small_site(tmp_path, model("fct_orders"))
    start = (tmp_path / "site/index.html").read_text()
    assert 'href="report/713/index.html"' in start  # that in the site is the nearer one
    assert 'href="../report/cti/index.html"' in start
    assert (tmp_path / "site/report/713/index.html").read_text() == "site/report/713"
    assert not (tmp_path / "site/old.html").exists()
