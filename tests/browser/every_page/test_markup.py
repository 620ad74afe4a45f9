"""Names that hold markup and scripts are shown as the text that they are, on every page and in reports."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tenfold.datasets.labelled import LabelledPictures
from tenfold.evaluation.compare_models import Compared
from tenfold.evaluation.comparison import NamedOutputs, compare
from tenfold.evaluation.comparison_page import render
from tenfold.evaluation.evaluate import ModelOutputs
from tenfold.evaluation.report import write_report
from tenfold.modelfile import ClassName
from tenfold.models.registry import RUN
from tenfold.runs.run import Run
from tests import tiny
from tests.browser.modelling import filling
from tests.browser.seeing import LookAt
from tests.evaluation.report.conftest import ManyColours, numbered
from tests.fakes import picture
from tests.runs import run_folders

pytestmark = pytest.mark.browser
# A file's name holds no slash; whatever does holds what ends a script.
NAME = "<img src=x onerror=top.markup=1>'\"&lt;b&gt;"
HOSTILE = "</script><script>top.markup=1</script><img src=x onerror=top.markup=1>'\""
PASSWORD = "correct horse battery"


def harmless(page: Page) -> None:
    """Nothing of the markup became a part of the document, and nothing of it ran."""
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.markup") is None
    assert page.locator("img[src='x'], [onerror], svg[onload], b:text-is('b')").count() == 0
    assert page.evaluate("[...document.scripts].filter(s => /^top.markup/.test(s.textContent)).length") == 0


@pytest.fixture
def home(home: Path, tmp_path: Path) -> Path:
    """Everything that has a name has a hostile one."""
    with filling(home) as app:
        names = tuple(ClassName(f"{HOSTILE}{number}", {"en": f"{HOSTILE}{number}"}) for number in range(10))
        model = tiny.variant(tmp_path / "model.onnx", name=HOSTILE, classes=names)
        run = run_folders.make(home / "runs" / NAME, done=3, model=True)
        (run / "training.log").write_text(HOSTILE)
        registered = app.registry.register(model, origin=RUN, run=NAME)
        app.model_switch.go_live(registered.hash, by=0)
        content = picture((9, 9, 200), kind="JPEG", exif=exif())
        entry = app.ingest.add(content, name=f"{NAME}.jpg", source="upload").entry.id
        app.actions.do("correct", [entry], label=HOSTILE)
        app.actions.do("rename", [entry], name=HOSTILE)
        data = tmp_path / NAME
        for label in (NAME, f"{NAME} 2"):
            (data / label).mkdir(parents=True)
            (data / label / f"{NAME}.png").write_bytes(picture())
        (data / f"{NAME} 3").mkdir()
        (data / f"{NAME} 3" / f"{NAME}.txt").write_text(HOSTILE)
        manifest = tmp_path / f"{NAME}.csv"
        Image.new("RGB", (40, 40)).save(tmp_path / "0.png")
        quoted = HOSTILE.replace('"', '""')
        manifest.write_text(f'path,label\n0.png,"{quoted}"\n0.png,"{quoted} 2"\n')
        (home / "datasets.json").write_text(json.dumps([str(data), str(manifest)]))
    return home


def exif() -> Image.Exif:
    found = Image.Exif()
    found[271], found[272] = HOSTILE, HOSTILE  # the camera's maker and model
    return found


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "uk"])
def test_no_page_takes_a_name_for_markup(look_at: LookAt, own_server: str, language: str) -> None:
    page = look_at("/", locale=language)
    harmless(page)
    page.goto(f"{own_server}/catalogue")
    tile = page.locator(".tile").first
    expect(tile).to_be_visible()
    harmless(page)
    tile.dblclick()
    expect(page.get_by_role("dialog")).to_contain_text("onerror=top.markup")
    harmless(page)
    for path in ("/review", "/models", "/data", "/settings"):
        page.goto(f"{own_server}{path}")
        page.locator("main h1").wait_for()
        harmless(page)
        addresses = [link.get_attribute("href") or "" for link in page.locator("main nav a").all()]
        for address in addresses:
            page.goto(f"{own_server}{address}")
            page.locator("main h1").wait_for()
            for summary in page.locator("main summary").all():
                summary.click()
            harmless(page)
    page.goto(f"{own_server}/data")
    page.get_by_text("onerror=top.markup").first.wait_for()


def test_no_finding_of_a_data_check_is_taken_for_markup(look_at: LookAt, own_server: str) -> None:
    page = look_at("/data")
    page.get_by_role("button", name="Look for problems").click()
    whole = page.get_by_role("link", name="All findings on a page of their own")
    expect(whole).to_be_visible()
    expect(page.get_by_text("The same or nearly the same picture with two labels")).to_be_visible()
    for summary in page.locator("main summary").all():
        summary.click()
    harmless(page)
    with page.expect_popup() as opened:
        whole.click()
    expect(opened.value.locator("body")).to_contain_text("onerror=top.markup")
    harmless(opened.value)


def test_no_person_and_no_token_is_taken_for_markup(look_at: LookAt, own_server: str, home: Path) -> None:
    with filling(home) as app:
        ann = app.people.add(HOSTILE, "administrator", PASSWORD)
        app.tokens.add(ann.id, HOSTILE, "viewer", days=1)
    page = look_at("/settings?part=people")
    page.get_by_label("Name").fill(ann.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main h1")).to_have_text("Settings")
    for part in ("people", "tokens", "audit"):
        page.goto(f"{own_server}/settings?part={part}")
        expect(page.get_by_text("<script>top.markup").locator("visible=true").first).to_be_visible()
        harmless(page)
    page.goto(f"{own_server}/settings?part=people")
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("dialog")).to_contain_text("<script>top.markup")
    harmless(page)


def shown(chromium: Browser, path: Path) -> None:
    page = chromium.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(path.as_uri())
    expect(page.locator("body")).to_contain_text("<script>top.markup")
    for button in page.locator("button:visible").all()[:40]:
        button.click()
    harmless(page)
    assert faults == []
    page.close()


def test_no_report_takes_a_name_for_markup(chromium: Browser, tmp_path: Path) -> None:
    labels = tuple(f"{HOSTILE}{number}" for number in range(3))
    model = ManyColours(labels)
    model.info = replace(model.info, name=HOSTILE)
    made = numbered(labels, 90, wrong=4)
    data = LabelledPictures(
        made.pictures, made.labels, labels, tuple(f"{HOSTILE}/{n}.png" for n in range(90))
    )
    run = run_folders.make(tmp_path / NAME, done=3)
    write_report(tmp_path / "report.html", model, data, run=Run(run))
    shown(chromium, tmp_path / "report.html")

    shades = tiny.shades(120, classes=3, side=8)
    named = LabelledPictures(
        shades.pictures, shades.labels, labels, tuple(f"{HOSTILE}{n}" for n in range(120))
    )
    several = []
    for place, name in enumerate((HOSTILE, f"{HOSTILE} 2")):
        called = named.labels.copy()
        called[: 40 - 15 * place] = (called[: 40 - 15 * place] + 1) % 3
        probabilities = np.full((120, 3), 0.1, dtype=np.float32)
        probabilities[np.arange(120), called] = 0.8
        several.append(NamedOutputs(name, ModelOutputs(probabilities, np.zeros(120, np.float32), 1.0), 0.5))
    found = compare(named, several)
    text = render([Compared(name, None, None) for name in found.names], found, HOSTILE, "test")
    (tmp_path / "comparison.html").write_text(text)
    shown(chromium, tmp_path / "comparison.html")
