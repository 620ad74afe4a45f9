"""What a phone's surfaces answer and cost: one model in each runtime, the browser's too, and the app itself.

    npm install --prefix benchmarks/browser/tensorflow_js
    python -m benchmarks.browser.phone [--pictures N] [--only app|runtimes] [--no-keep]

1. CIFAR-10's test pictures, from their files, by each runtime in turn, a few at a time, so that what else the
   machine does slows all alike. On a busy machine the clock says little: what processors worked counts.
   In Chromium the page has two threads where its server isolates it by headers.
2. A camera's frame of 256 pixels, one view: the phone app's engine beside TensorFlow.js, the runtime of
   Teachable Machine, with a network of the same layers and so of the same multiply-adds. Both on WebAssembly,
   since there is no graphics processor.
3. The app at /phone with Chromium's fake camera: the first visit, one without a network, what is stored, and
   frames/s.

It needs the built page and Chromium. Without TensorFlow.js its rows are left out.
"""

import argparse
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.record import DATA, ROOT, interval, spread, write
from tenfold import modelfile
from tenfold.export.formats import FORMATS
from tenfold.export.pictures import ExportPictures, open_pictures
from tenfold.inference import Classifier
from tenfold.metrics import share
from tests.conftest import find_browser
from tests.environment.chromium import FAKE_CAMERA, FLAGS
from tests.environment.forking import serving
from tests.environment.web_server import QuietHandler, answering

MODEL = "cifar10"
AT_A_TIME = 5
FRAMES, ROUNDS = 20, 7
VISITS, RATES = 3, 10
PATIENCE = 180_000  # milliseconds
RIVAL = ROOT / "benchmarks" / "browser" / "tensorflow_js"
PHONE = {"width": 390, "height": 844}

CLASSIFY = """async names => {
  const said = [];
  for (const name of names) {
    const picture = await (await fetch(`pictures/${name}`)).blob();
    const started = performance.now();
    const { probabilities, confidence } = await classifier.classify(picture);
    const label = Object.keys(probabilities).find(label => probabilities[label] === confidence);
    said.push([label, performance.now() - started]);
  }
  return said;
}"""
# The app gives up a start with two threads after five seconds; a busy machine may take longer here.
PATIENT = """const later = window.setTimeout;
window.setTimeout = (then, wait, ...more) => later(then, wait === 5000 ? 600000 : wait, ...more);"""
OPEN = """async () => {
  const { open } = await import("./classifier.js");
  window.classifier = await open();
  window.glance = frame => classifier.engine.glance(frame);
  return classifier.engine.threads;
}"""
GLANCE = """async frames => {
  const noise = new ImageData(256, 256);
  noise.data.forEach((_, i) => (noise.data[i] = i % 4 === 3 ? 255 : Math.random() * 256));
  const took = [];
  for (let n = 0; n < frames; n++) {
    const frame = await createImageBitmap(noise);
    const started = performance.now();
    await glance(frame);
    took.push(performance.now() - started);
  }
  return took;
}"""
# Files in, and for each its first answer and milliseconds by the clock.
Ask = Callable[[Sequence[Path]], list[tuple[str, float]]]


@dataclass(frozen=True)
class Surface:
    """A runtime: how it is asked, the seconds that processors worked for it so far, its file's bytes."""

    ask: Ask
    worked: Callable[[], float]
    size: int


class _Files(QuietHandler, SimpleHTTPRequestHandler):
    isolated = False

    def end_headers(self) -> None:
        if self.isolated:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()


class _Isolated(_Files):
    isolated = True


@contextmanager
def web_server(folder: Path, threads: int) -> Iterator[str]:
    """The address of a folder; with the headers that allow threads where there are several."""
    with answering(partial(_Isolated if threads > 1 else _Files, directory=str(folder))) as address:
        yield f"{address}/"


def converted(name: str, model: Path, pictures: ExportPictures, folder: Path) -> Path:
    """The model in another format, in a folder of its own."""
    made = FORMATS[name]
    target = folder / name / f"{model.stem}{made.suffix}"
    target.parent.mkdir(exist_ok=True)
    made.convert(model, target, pictures.calibration, pictures.threshold)
    made.describe(target, modelfile.read(model)[1])
    return target


def in_python(classifier: Any) -> Ask:
    """A runtime in this process."""

    def ask(files: Sequence[Path]) -> list[tuple[str, float]]:
        said = []
        for file in files:
            started = time.perf_counter()
            prediction = classifier.classify(file)
            said.append((prediction.label, (time.perf_counter() - started) * 1000))
        return said

    return ask


def in_page(page: Page) -> Ask:
    """A runtime in a page that has opened its classifier."""

    def ask(files: Sequence[Path]) -> list[tuple[str, float]]:
        return [(label, took) for label, took in page.evaluate(CLASSIFY, [file.name for file in files])]

    return ask


def opened(browser: Browser, address: str, threads: int) -> Page:
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(PATIENT)
    page.goto(f"{address}model.json")
    assert page.evaluate(OPEN) == threads
    return page


def answers(surfaces: dict[str, Surface], pictures: ExportPictures) -> list[dict[str, str]]:
    """Agreement, accuracy, size and time of each; the first is the one that the others are compared with."""
    said: dict[str, list[tuple[str, float]]] = {name: [] for name in surfaces}
    worked = dict.fromkeys(surfaces, 0.0)
    for surface in surfaces.values():
        surface.ask(pictures.files[:AT_A_TIME])
    for start in range(0, len(pictures.files), AT_A_TIME):
        for name, surface in surfaces.items():
            before = surface.worked()
            said[name] += surface.ask(pictures.files[start : start + AT_A_TIME])
            worked[name] += surface.worked() - before
    labels = modelfile.read(modelfile.locate(MODEL))[1].labels
    right = np.array([labels[label] for label in pictures.labels])
    usual, *_ = surfaces
    first = np.array([label for label, _ in said[usual]])
    rows = []
    for name, surface in surfaces.items():
        given = np.array([label for label, _ in said[name]])
        agree = interval(share(int((given == first).sum()), len(first)))
        accuracy = interval(share(int((given == right).sum()), len(first)))
        times = f"{worked[name] / worked[usual]:.2f} times the work of {usual}"
        rows.append(
            {
                "what": f"{MODEL} in {name}: first answer as in {usual}; accuracy; one picture; file",
                "value": f"{agree}; {accuracy}; {worked[name] / len(first) * 1000:.1f} ms of one core "
                f"(by the clock {median(ms for _, ms in said[name]):.1f} ms); {surface.size / 1e6:.1f} MB",
                "n": f"{len(first)} pictures, load {os.getloadavg()[0]:.0f}",
                "peer": "" if name == usual else times,
            }
        )
    return rows


def glances(browser: Browser, ours: dict[str, Page], theirs: dict[str, Page]) -> list[dict[str, str]]:
    """A frame of a camera, in turns."""
    pages = {**ours, **theirs}
    for page in pages.values():
        page.evaluate(GLANCE, FRAMES)
    took: dict[str, list[float]] = {name: [] for name in pages}
    worked: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, page in pages.items():
            before = processor_seconds(browser)
            took[name].append(median(page.evaluate(GLANCE, FRAMES)))
            worked[name].append((processor_seconds(browser) - before) / FRAMES * 1000)

    def times(name: str) -> str:
        return f"{spread(worked[name], 'ms')} of one core, by the clock {spread(took[name], 'ms')}"

    return [
        {
            "what": f"A camera's frame, one view of 142 million multiply-adds, in Chromium: {name}",
            "value": times(name),
            "n": f"{ROUNDS} turns of {FRAMES} frames, load {os.getloadavg()[0]:.0f}",
            "peer": "; ".join(
                f"{rival}: {times(rival)}, {median(worked[rival]) / median(worked[name]):.2f} times the work"
                for rival in theirs
            ),
        }
        for name in ours
    ]


def visit(browser: Browser, address: str) -> dict[str, float]:
    """A first visit, one without a network, and the camera."""
    context = browser.new_context(viewport=PHONE, locale="en-US")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    started = time.perf_counter()
    page.goto(f"{address}/phone")
    page.locator("button.choose").wait_for()
    cold = time.perf_counter() - started
    page.locator("footer", has_text="opens without a network").wait_for()
    stored = page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
    context.set_offline(True)
    started = time.perf_counter()
    page.reload()
    page.locator("button.choose").wait_for()
    offline = time.perf_counter() - started
    page.locator(".start button").click()
    page.locator(".seen strong").wait_for()
    threads = page.locator("footer p").all_inner_texts()
    rates, busy, began = [], processor_seconds(browser), time.perf_counter()
    for _ in range(RATES):
        page.wait_for_timeout(1000)
        rates.append(float(page.locator("[data-rate]").get_attribute("data-rate") or 0))
    busy, took = processor_seconds(browser) - busy, time.perf_counter() - began
    context.close()
    print(f"load {os.getloadavg()[0]:.0f}", *threads, sep="; ", flush=True)
    return {
        "cold": cold,
        "offline": offline,
        "stored": stored,
        "rate": median(rates),
        "work": busy / (mean(rates) * took) * 1000,
    }


def processor_seconds(browser: Browser) -> float:
    """What the pages have computed so far, whatever else the machine did."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(float(one["cpuTime"]) for one in found if one["type"] == "renderer")


def app(browser: Browser, home: Path) -> list[dict[str, str]]:
    """The app itself with each bundled model that it may hold."""
    rows = []
    with serving(home) as address:
        for name in ("photo", MODEL):
            request = browser.new_context().request
            models = request.get(f"{address}/api/v1/models").json()["models"]
            (key,) = (one["hash"] for one in models if one["name"] in (name, f"tenfold-{name}"))
            assert request.post(f"{address}/api/v1/models/{key}/live", data={}).ok
            visits = [visit(browser, address) for _ in range(VISITS)]
            for what, of, unit, scale in (
                ("first visit until it can classify", "cold", "s", 1),
                ("opened again without a network", "offline", "s", 1),
                ("stored on the device", "stored", "MB", 1e6),
                ("live view, aim 10 frames/s or more", "rate", "frames/s", 1),
                ("a frame of the live view, time of one core", "work", "ms", 1),
            ):
                values = [one[of] / scale for one in visits]
                n = f"{VISITS} visits, load {os.getloadavg()[0]:.0f}"
                rows.append(
                    {
                        "what": f"Phone app with {name}: {what}",
                        "value": spread(values, unit),
                        "n": n,
                        "peer": "",
                    }
                )
    return rows


def runtimes(folder: Path, browser: Browser, stack: ExitStack, count: int) -> list[dict[str, str]]:
    model = Path(modelfile.locate(MODEL))
    (folder / "pictures").mkdir()
    pictures = open_pictures(
        "cifar10", modelfile.read(model)[1], folder / "pictures", data_dir=DATA, cache=folder, limit=count
    )
    int8 = converted("onnx-int8", model, pictures, folder)
    surfaces = {
        title: Surface(in_python(Classifier(file, threads=1)), time.process_time, file.stat().st_size)
        for title, file in (("ONNX Runtime", model), ("ONNX Runtime, int8", int8))
    }
    for name, title in (("litert", "LiteRT"), ("litert-int8", "LiteRT, int8"), ("openvino", "OpenVINO")):
        target = converted(name, model, pictures, folder)
        size = sum(file.stat().st_size for file in target.parent.iterdir())
        surfaces[title] = Surface(in_python(FORMATS[name].load(target)), time.process_time, size)
    pages: dict[str, Page] = {}
    for file, kind in ((model, ""), (int8, ", int8")):
        place = folder / f"web{kind}"
        target = converted("web", file, pictures, folder)
        zipfile.ZipFile(target).extractall(place)
        (place / "pictures").symlink_to(pictures.files[0].parent)
        for threads in (1, 2):
            title = f"WebAssembly, {threads} thread{'s' if threads > 1 else ''}{kind}"
            pages[title] = opened(browser, stack.enter_context(web_server(place, threads)), threads)
            worked = partial(processor_seconds, browser)
            surfaces[title] = Surface(in_page(pages[title]), worked, file.stat().st_size)
    rows = answers(surfaces, pictures)
    theirs: dict[str, Page] = {}
    if (RIVAL / "node_modules").is_dir():
        for threads in (1, 2):
            page = browser.new_context().new_page()
            page.goto(stack.enter_context(web_server(RIVAL, threads)))
            page.evaluate("async threads => (window.glance = await open(threads))", threads)
            theirs[f"TensorFlow.js 4.22, {threads} thread{'s' if threads > 1 else ''}"] = page
    return rows + glances(browser, pages, theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--only", choices=("app", "runtimes"))
    parser.add_argument("--no-keep", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright, ExitStack() as stack:
        folder = Path(temporary)
        browser = playwright.chromium.launch(executable_path=find_browser(), args=[*FLAGS, *FAKE_CAMERA])
        # Each part with nothing else in the browser.
        if options.only != "runtimes":
            (folder / "home").mkdir()
            write(__file__, app(browser, folder / "home"), keep=not options.no_keep, part="app")
        if options.only != "app":
            rows = runtimes(folder, browser, stack, options.pictures)
            write(__file__, rows, keep=not options.no_keep, part="runtimes")
        browser.close()


if __name__ == "__main__":
    main()
