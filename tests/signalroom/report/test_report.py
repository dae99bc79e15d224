"""`signalroom report`: pictures that show the day, a mail that programs read, one folder."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path
from time import sleep

import pytest
from PIL import Image

from signalroom.report.folder import replacing
from tests.signalroom.report.marts import DAY, Marts

PICTURE_BYTES = 150_000  # what messages take without shrinking it


@pytest.fixture
def told(marts: Marts) -> Marts:
    """Marts with a day of CCW."""
    marts.compare(
        conversions=(269, 260),
        spend=(2483.01, 2460),
        effective_cost=(6461.38, 6000),
        effective_cpa=("24.02", "23.08"),
        revenue=(10003.93, 9000),
        margin=(-3.5, 9),
    )
    return marts


def report(marts: Marts, *arguments: str) -> Path:
    """The folder of client 713."""
    result = marts.project.run("report", "--client", "713", *arguments)
    assert result.exit_code == 0, result.output
    return marts.project.root / "report" / "713"


def test_a_picture_is_small_and_says_the_day(told: Marts) -> None:
    told.project.environ["TZ"] = (
        "America/New_York"  # where a day without its time is the day before
    )
    running = told.project.start("report", "--client", "713", "--formats", "png,svg", without=())
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said
    pictures = told.project.root / "report" / "713" / "pictures"
    png = (pictures / "advertiser-1.png").read_bytes()
    assert len(png) < PICTURE_BYTES
    with Image.open(BytesIO(png)) as picture:
        assert 900 < picture.width < 1100
        figures = picture.convert("L").crop((0, 0, picture.width, 300))  # text alone
        assert sum(figures.histogram()[:60])
    texts = re.findall(r">([^<>]+)</text>", (pictures / "advertiser-1.svg").read_text())
    for text in (
        *("CCW, December 18, 2025", "269", "as usual", "$24.02", "$6,461.38", "8 % above usual"),
        *("-$3.50", "139 % below usual", "Dec 11", "Dec 17", "Effective CPA"),
    ):
        assert text in texts
    assert "Dec 10" not in texts


def test_a_mail_is_read_without_pictures_and_without_html(told: Marts) -> None:
    told.project.execute("update marts.summary_comparisons set advertiser_label = '<b>C&W</b>'")
    folder = report(told, "--formats", "eml", "--note", "Made data")
    assert not list((folder / "pictures").iterdir())
    message = message_from_bytes((folder / "report.eml").read_bytes(), policy=default)
    assert message["Subject"].startswith("Client 713, December 18: <b>C&W</b>: 269 conversions at")
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "<b>C&W</b>: 269 conversions at $24.02 effective CPA" in text.get_content()
    assert max(map(len, text.get_content().splitlines())) <= 72
    page = html.get_content()
    assert text.get_content().splitlines()[-1] == "Made data"
    assert "Made data" in page
    assert "<b>C" not in page
    assert "&lt;b&gt;C&amp;W&lt;/b&gt;: 269 conversions" in page
    assert re.findall(r"<(?:style|script|link|div)|class=|https?:", page) == []
    (shown,) = re.findall(r'src="cid:([^"]+)"', page)
    (picture,) = [part for part in message.walk() if part["Content-ID"]]
    assert picture["Content-ID"] == f"<{shown}>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_content()[:4] == b"\x89PNG"


def test_a_label_of_anything(told: Marts) -> None:
    """vl-convert ends the process at a control character; a mail's header has one line."""
    label = "chr(7) || chr(10) || repeat('W', 9999)"
    told.project.execute(f"update marts.summary_comparisons set advertiser_label = {label}")
    note = ("--note", "Made\x07 data, " * 40)
    running = told.project.start(
        "report", "--client", "713", "--formats", "png,eml", *note, without=()
    )
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said
    folder = told.project.root / "report" / "713"
    with Image.open(folder / "pictures" / "advertiser-1.png") as picture:
        assert picture.width < 1500
    message = message_from_bytes((folder / "report.eml").read_bytes(), policy=default)
    assert message["Subject"].startswith(r"Client 713, December 18: \x07\nWWW")


def test_figures_for_another_program_are_exact(told: Marts) -> None:
    day = json.loads((report(told, "--formats", "json") / "report.json").read_text())
    (ccw,) = day["advertisers"]
    assert (day["as_of"], day["is_complete"]) == (str(DAY), True)
    assert ccw["metrics"]["revenue"] == {
        "value": "10003.9300",
        "usual": "9000.0000",
        "reason": None,
    }
    assert day["headline"][0] == "December 18 is complete."


def test_a_day_in_the_past(told: Marts) -> None:
    day = json.loads(
        (report(told, "--date", "2025-12-15", "--formats", "json") / "report.json").read_text()
    )
    assert day["as_of"] == "2025-12-15"
    assert not [hand for hand in day["hands"] if "not loaded" in hand["text"]]


def test_a_client_without_days_gets_no_folder(told: Marts) -> None:
    told.project.execute("delete from marts.daily_summary")
    result = told.project.run("report", "--client", "713")
    assert result.exit_code == 0
    assert result.output == "Client 713: no day is loaded yet\n"
    assert not (told.project.root / "report").exists()


def test_a_folder_that_holds_more_than_a_report_is_left_alone(told: Marts) -> None:
    for _ in range(2):
        folder = report(told, "--formats", "json")
    (folder / "config").mkdir()
    result = told.project.run("report", "--client", "713", "--formats", "json")
    assert result.exit_code == 1
    assert "713 holds config, which is no part of a report" in result.output
    assert (folder / "config").is_dir()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--formats", "png,pdf", "'pdf' is none of html, png, svg"),
        ("--days", "1000000", "1000000 is not in the range 1<=x<=3660"),
    ],
)
def test_an_option_that_cannot_be(told: Marts, option: str, value: str, said: str) -> None:
    result = told.project.run("report", option, value)
    assert result.exit_code == 2
    assert said in result.output


def test_two_reports_at_once_are_written_one_after_the_other(tmp_path: Path) -> None:
    def write(number: int) -> None:
        with replacing(tmp_path / "713") as new:
            sleep(0.05)  # the other has begun
            (new / f"{number}.html").touch()

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, range(2)))
    assert len(list((tmp_path / "713").iterdir())) == 1


def test_a_report_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "713"
    for number in range(2):
        with replacing(folder) as new:
            (new / f"{number}.html").touch()
    with pytest.raises(FileNotFoundError), replacing(folder) as new:
        (new / "pictures" / "2.png").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["713"]
    assert [path.name for path in folder.iterdir()] == ["1.html"]
