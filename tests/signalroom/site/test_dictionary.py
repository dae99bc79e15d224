"""The metric dictionary has every mart and column, also one that nobody described."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from signalroom.site.dictionary import read_marts
from tests.signalroom.site.conftest import Site
from tests.signalroom.site.small import make_small_site, model
from tests.support import REPOSITORY


@pytest.mark.slow
def test_every_mart_and_column_is_in_it(site: Site) -> None:
    """So is the mart of docs/adding-a-mart.md, which no file of the project names."""
    page = (site.pages / "dictionary.html").read_text()
    text = " ".join(unescape(page).split())
    marts = site.marts
    assert len(marts) > 20
    assert "weekly_epc" in {mart["name"] for mart in marts}
    for mart in marts:
        assert f'id="{mart["name"]}"' in page
        for column in mart["columns"].values():
            assert f'id="{mart["name"]}.{column["name"]}"' in page
            assert column["data_type"] in text
            plain = column["description"].split("`")[0].split("*")[0]
            assert " ".join(plain.split()) in text, column["name"]


@pytest.mark.slow
def test_every_figure_of_the_report_is_defined_in_it(site: Site) -> None:
    """The page links each of its columns to the dictionary."""
    report = REPOSITORY / "signalroom/report/page/assets"
    scripts = "".join(path.read_text() for path in report.glob("*.js"))
    names = re.findall(r'^ *\{.*define: "([^"]+)"', scripts, re.MULTILINE)
    page = (site.pages / "dictionary.html").read_text()
    assert len(names) > 20
    assert [name for name in names if f'id="{name}"' not in page] == []


def test_what_tests_promise_is_said() -> None:
    about_orders = {"resource_type": "test", "attached_node": "model.x.fct_orders", "name": "t"}
    tests: list[dict[str, Any]] = [
        {"column_name": None, "test_metadata": {"name": name, "kwargs": kwargs}} | about_orders
        for name, kwargs in (
            ("unique_combination", {"columns": ["client_id", "order_id"]}),
            ("foreign_key", {"columns": ["client_id"], "to": "ref('dim_clients')"}),
            ("expression_is_true", {"expression": "amount >= 0"}),
        )
    ]
    tests += [
        {"column_name": "state", "test_metadata": {"name": name, "kwargs": kwargs}} | about_orders
        for name, kwargs in (("not_null", {}), ("accepted_values", {"values": ["new", "paid"]}))
    ]
    tests.append(
        {"resource_type": "test", "name": "assert_all", "test_metadata": None}
        | {"depends_on": {"nodes": ["model.x.fct_orders"]}}
    )
    nodes = [model("fct_orders", state="text"), *tests]
    (mart,) = read_marts({"nodes": dict(enumerate(nodes))})
    assert mart.grain == ["client_id", "order_id"]
    assert mart.tests == ["amount >= 0", "client_id is in dim_clients"]
    assert mart.checks == ["assert_all"]
    assert mart.columns[0].tests == ["never null", "one of new, paid"]


def test_marts_without_a_word_and_words_that_are_code(tmp_path: Path) -> None:
    described = model("fct_loud", name="text")
    described["description"] = "<script>alert(1)</script> & `a < b` [x](javascript:alert(1))"
    make_small_site(tmp_path, described, model("fct_dumb", name=None), model("fct_bare"))
    page = (tmp_path / "site/dictionary.html").read_text()
    assert page.count("No description.") == 4
    assert "<script>alert" not in page
    assert "javascript:" not in page.replace("[x](javascript:", "")
    assert 'id="fct_dumb.name"' in page
    assert 'id="fct_bare"' in page


def test_a_project_without_marts_and_guides(tmp_path: Path) -> None:
    make_small_site(tmp_path)
    assert "0 marts" in (tmp_path / "site/index.html").read_text()
    assert "Metric dictionary" in (tmp_path / "site/dictionary.html").read_text()
