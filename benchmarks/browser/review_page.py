"""Twenty photographs corrected on the page Review: the seconds to a new head, its verdict, and the way back.

    python -m benchmarks.browser.review_page [--python .venv/bin/python] [--screens FOLDER]

Two people's cases. A camera that hangs on its side: the model photo, and the photographs of the ten classes
turned by 90 degrees. Own classes: ten that were taught from two photographs each, and the rest of these
photographs. All of them are put into the catalogue; the first twenty of Review's queue are answered by a
press each; "Update the model" is pressed, and what comes of it is made live and taken back. Photographs that
nobody answered judge the model before and after. Needs Chromium, the built page and TENFOLD_SHARED.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.record import photos, write
from benchmarks.served import serving
from tenfold.evaluation.improvement import figures_of
from tenfold.evaluation.significance import paired
from tests.browser.catalogues import get, send
from tests.browser.seeing import ask
from tests.conftest import find_browser
from tests.environment.chromium import FLAGS

CORRECTED, TAUGHT = 20, 2
UPDATE = "Update the model (seconds)"


@dataclass(frozen=True)
class Round:
    """What one round of corrections brought.

    answered: photographs; wrong: how many of them the model had named wrongly; seconds: from the press to the
    verdict; card: what the page says; asked: whether it asked before the model went live; live, back:
    seconds; rest: the photographs that nobody answered, right before and after.
    """

    answered: int
    wrong: int
    seconds: float
    card: str
    asked: bool
    live: float
    back: float
    rest: tuple[NDArray[np.bool_], NDArray[np.bool_]]


def turned(folder: Path) -> list[Path]:
    """The photographs, turned; the class stands before "__" in each name."""
    folder.mkdir()
    return [_saved(folder, path, label, 90) for path, label in photos()]


def _saved(folder: Path, path: Path, label: str, degrees: int) -> Path:
    target = folder / f"{label}__{path.stem}.jpg"
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    picture.rotate(degrees, expand=True).save(target, quality=92)
    return target


def truth(name: str) -> str:
    return name.partition("__")[0]


def judged(address: str, files: list[Path]) -> dict[str, bool]:
    """Of each photograph, whether it is filed right."""
    found = {}
    for file in files:
        said = ask(address, file.read_bytes())
        found[file.name] = bool(said["known"]) and said["label"] == truth(file.name)
    return found


def corrected(page: Page, address: str) -> tuple[set[str], int]:
    """Answer the first twenty of the queue, or all; their names, and how many were named wrongly."""
    page.goto(f"{address}/review")
    page.locator("section.stage").wait_for()
    names: set[str] = set()
    wrong = 0
    while len(names) < CORRECTED and page.locator("section.stage").count():
        name = page.locator(".picture .name").inner_text()
        label = truth(name)
        right = page.get_by_role("heading", name=f"Is this correct: {label}?", exact=True).count() == 1
        if right:
            page.get_by_role("button", name="Yes").click()
        else:
            bars = page.get_by_role("list", name="Classes").get_by_role("button")
            bars.filter(has=page.get_by_text(label, exact=True)).click()
        names.add(name)
        wrong += not right
        counted = re.compile(f"^{len(names)} pictures? (was|were) corrected or confirmed")
        expect(page.get_by_text(counted)).to_be_visible()
    return names, wrong


def round_of(page: Page, address: str, files: list[Path], screens: Path | None) -> Round:
    send(address, *files)
    while get(address, "/catalogue/counts")["waiting"]:
        time.sleep(0.2)
    before_all = judged(address, files)
    names, wrong = corrected(page, address)
    rest = [file for file in files if file.name not in names]
    live_before = get(address, "/model")["sha256"]
    card = page.get_by_role("region", name="Improve the model")
    begun = time.perf_counter()
    card.get_by_role("button", name=UPDATE).click()
    expect(card.get_by_role("heading", name=re.compile("On corrections"))).to_be_visible()
    seconds = time.perf_counter() - begun
    _shot(page, screens, "verdict")
    said = card.inner_text().partition("On corrections it had not learned from")[2].rpartition("Make live")[0]
    text = re.sub(r"\s+", " ", said).strip()
    begun = time.perf_counter()
    card.get_by_role("button", name="Make live").click()
    expect(page.get_by_role("dialog").or_(card.get_by_text("The updated model answers now."))).to_be_visible()
    asked = page.get_by_role("dialog").count() == 1
    if asked:
        _shot(page, screens, "asked")
        page.get_by_role("dialog").get_by_role("button", name="Make live anyway").click()
    expect(card.get_by_text("The updated model answers now.")).to_be_visible()
    live = time.perf_counter() - begun
    _shot(page, screens, "live")
    after = judged(address, rest)
    begun = time.perf_counter()
    card.get_by_role("button", name="Go back").click()
    expect(page.get_by_text("The model before answers again.").first).to_be_visible()
    back = time.perf_counter() - begun
    _shot(page, screens, "back")
    assert get(address, "/model")["sha256"] == live_before
    assert judged(address, rest[:5]) == {file.name: before_all[file.name] for file in rest[:5]}
    pairs = tuple(np.array([told[file.name] for file in rest]) for told in (before_all, after))
    return Round(len(names), wrong, seconds, text, asked, live, back, (pairs[0], pairs[1]))


def _shot(page: Page, screens: Path | None, name: str) -> None:
    if screens is not None:
        screens.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=screens / f"{name}.png", full_page=True)


def taught(folder: Path, python: str) -> list[Path]:
    """Teach ten classes from two photographs each, and make them live; the other photographs."""
    lesson, files = folder / "lesson", folder / "files"
    files.mkdir()
    counts: dict[str, int] = {}
    rest = []
    for path, label in photos():
        counts[label] = counts.get(label, 0) + 1
        if counts[label] <= TAUGHT:
            (lesson / label).mkdir(parents=True, exist_ok=True)
            (lesson / label / path.name).write_bytes(path.read_bytes())
        else:
            rest.append(_saved(files, path, label, 0))
    environ = os.environ | {"TENFOLD_HOME": str(folder / "home")}
    model = str(folder / "ten.onnx")
    for command in (["teach", str(lesson), "-o", model], ["models", "add", "--live", model]):
        subprocess.run([python, "-m", "tenfold", *command], env=environ, check=True, capture_output=True)
    return rest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="of the environment that serves")
    parser.add_argument("--screens", type=Path, help="a folder for pictures of the page along the way")
    parser.add_argument("--note", default="", help="what else the machine was doing, for the result")
    options = parser.parse_args()
    expect.set_options(timeout=120_000)
    for case in ("photographs turned by 90 degrees, photo", "ten classes taught from two photographs each"):
        with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
            folder = Path(name)
            files = turned(folder / "files") if "turned" in case else taught(folder, options.python)
            with serving(folder / "home", python=options.python) as server:
                browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
                page = browser.new_page(locale="en-US", viewport={"width": 1280, "height": 900})
                page.set_default_timeout(120_000)
                screens = options.screens and options.screens / case.split()[0]
                rows = _rows(case, round_of(page, server.address, files, screens), options.note)
                browser.close()
        write(__file__, rows, others=True)


def _rows(case: str, found: Round, note: str) -> list[dict[str, str]]:
    n = f"{found.answered} answered, {found.wrong} of them named wrongly" + (f"; {note}" if note else "")
    return [
        {
            "what": f"{case}: from the press to the verdict",
            "value": f"{found.seconds:.1f} s",
            "n": n,
            "peer": f"live after {found.live:.1f} s, "
            + ("one press and a question" if found.asked else "one press")
            + f"; back after {found.back:.1f} s, one press; the page says of the corrections: {found.card}",
        },
        {
            "what": f"{case}: photographs that nobody answered, filed right",
            "value": figures_of(paired(*found.rest)),
            "n": str(len(found.rest[0])),
            "peer": "",
        },
    ]


if __name__ == "__main__":
    main()
