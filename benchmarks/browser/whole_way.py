"""The whole way of a stranger in a real browser: 500 photographs in, another model live, folders out.

A server is started, the photographs (../shared/samples, each several times with bytes of its own) are given
to the page as a folder. When all have their class, twenty are corrected by keyboard in the review, the model
is trained on the corrections and made live, and the pictures come out as folders by class. Needs the train
extra, playwright and Chromium; the model's own data are learned from where ../shared has CIFAR-10.

    python -m benchmarks.browser.whole_way [--database-url postgresql://...] [--epochs 1]
"""

import argparse
import shutil
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks import record
from benchmarks.served import Server, serving
from tenfold.datasets.cifar10 import CLASSES

_PATIENCE_MS = 3_600_000
_CORRECTED = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "")
    parser.add_argument("--screens", type=Path, help="a folder for pictures of the page along the way")
    parser.add_argument("--note", default="", help="what else the machine was doing, for the result")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="tenfold-") as name:
        where = {"TENFOLD_DATABASE_URL": options.database_url} if options.database_url else {}
        folder = photographs(Path(name) / "photographs", options.pictures)
        with serving(Path(name) / "home", **where) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=options.chromium or None, args=["--no-sandbox"]
            )
            page = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}).new_page()
            page.set_default_timeout(_PATIENCE_MS)
            expect.set_options(timeout=_PATIENCE_MS)
            told = Way(page, server, Path(name), options).go(folder)
            browser.close()
    kind = "PostgreSQL" if options.database_url else "SQLite"
    n = f"{options.pictures} photographs" + (f"; {options.note}" if options.note else "")
    row = {
        "what": f"The whole way in a browser, on {kind}",
        "value": f"every picture has its class after {told['filed']}; {_CORRECTED} corrected by keyboard; "
        f"trained on them and judged in {told['trained']}; folders by class in {told['exported']}",
        "n": n,
        "peer": f"what the comparison says: {told['verdict']}",
    }
    record.write(__file__, [row], others=True)


class Way:
    """One person's way through the page."""

    def __init__(self, page: Page, server: Server, folder: Path, options: argparse.Namespace) -> None:
        self._page, self._server, self._folder, self._options = page, server, folder, options
        self._shots = 0

    def go(self, photographs: Path) -> dict[str, str]:
        """All of it; figures by their names."""
        filed = self.upload(photographs)
        self.correct()
        trained, verdict = self.improve()
        return {"filed": filed, "trained": trained, "verdict": verdict, "exported": self.export()}

    def upload(self, photographs: Path) -> str:
        self._open("/catalogue")
        start = time.perf_counter()
        self._page.locator("input[webkitdirectory]").set_input_files(str(photographs))
        count = self._options.pictures
        while (counts := self._get("/catalogue/counts"))["total"] < count or counts["waiting"]:
            time.sleep(0.2)
        seconds = time.perf_counter() - start
        expect(self._page.get_by_text(f"{count} pictures", exact=True)).to_be_visible()
        assert counts["total"] == count, counts
        self._shot("filed")
        return f"{seconds:.0f} s, {count / seconds:.1f} pictures/s"

    def correct(self) -> None:
        self._open("/review")
        queue, number = self._get("/review?limit=100")["entries"], 0
        for waiting in queue:
            if number == _CORRECTED:
                break
            expect(self._page.get_by_text(waiting["name"], exact=True).first).to_be_visible()
            truth = waiting["name"].partition("__")[0]
            if truth not in CLASSES:  # none of these is nothing that can be learned
                self._page.keyboard.press("Space")
                continue
            number += 1
            if number == 1:
                self._shot("review")
            key = str((CLASSES.index(truth) + 1) % 10)
            self._page.keyboard.press("Enter" if waiting["label"] == truth else key)
            while self._get("/catalogue/counts")["corrected"] < number:
                time.sleep(0.02)
        assert number == _CORRECTED, f"only {number} pictures of the ten classes are to be reviewed"

    def improve(self) -> tuple[str, str]:
        self._open("/models?part=corrections")
        start = time.perf_counter()
        self._page.get_by_label("Epochs").fill(str(self._options.epochs))
        self._page.get_by_role("button", name="Train on corrections").click()
        while (tried := self._get("/improvements")["improvements"]) == [] or tried[0]["state"] == "running":
            time.sleep(1)
        seconds = time.perf_counter() - start
        assert tried[0]["state"] == "evaluated", tried[0]
        won = tried[0]["verdict"] == "better"
        make_live = "Make live" if won else "Make live anyway"
        button = self._page.get_by_role("listitem").get_by_role("button", name=make_live, exact=True).first
        expect(button).to_be_visible()
        self._shot("evaluated")
        button.click()
        self._page.get_by_role("dialog").get_by_role("button", name=make_live, exact=True).click()
        while self._get("/models")["live"] != tried[0]["model"]:
            time.sleep(0.2)
        self._shot("live")
        return f"{seconds / 60:.1f} minutes", str(tried[0]["comparison"]["sentence"])

    def export(self) -> str:
        self._open("/catalogue")
        start = time.perf_counter()
        self._page.get_by_role("button", name="Export").click()
        with self._page.expect_download() as given:
            self._page.get_by_role("link", name="Pictures by class").click()
        archive = self._folder / "pictures.zip"
        given.value.save_as(archive)
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
            names = [name for name in opened.namelist() if not name.endswith("/")]
        folders = {name.split("/")[0] for name in names}
        assert len(names) == self._options.pictures, (len(names), folders)
        return f"{time.perf_counter() - start:.1f} s"

    def _open(self, path: str) -> None:
        self._page.goto(self._server.address + path)
        self._page.locator("main h1").wait_for()

    def _shot(self, name: str) -> None:
        if self._options.screens:
            self._shots += 1
            self._options.screens.mkdir(parents=True, exist_ok=True)
            self._page.screenshot(path=self._options.screens / f"{self._shots}-{name}.png")

    def _get(self, path: str) -> Any:
        return self._server.get(f"/api/v1{path}")


def photographs(folder: Path, count: int) -> Path:
    """A folder of `count` photographs; the class stands before "__" in each name."""
    folder.mkdir()
    sources = [*record.photos(), *((path, "none") for path in record.out_of_distribution())]
    for number in range(count):
        path, label = sources[number % len(sources)]
        copy = folder / f"{label}__{path.stem}-{number}{path.suffix}"
        copy.write_bytes(path.read_bytes() + b"%d" % number)
    return folder


if __name__ == "__main__":
    main()
