"""A model for browsers: a ZIP of a folder that classifies on any web server, with nothing from elsewhere.

In it lie a page, a module `classifier.js` for pages of others, the runtime that the phone app uses, the model
file, `model.json` with its classes and rules, and `self-test.json`: pictures with their answers.
"""

import base64
import gzip
import json
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tenfold import modelfile
from tenfold.errors import ExportError
from tenfold.export.formats.browser import BrowserPage, browser_version, find_browser
from tenfold.export.formats.format import PictureClassifier, zipped_info
from tenfold.files import replacing
from tenfold.inference import Classifier, self_test
from tenfold.modelfile import ModelInfo, facts
from tenfold.predictions import Prediction

# The page's build (frontend/src/exported), where it lies in the package.
_BUILT = Path(__file__).parents[2] / "web" / "static"
_LIST, _PAGE = "exported/files.json", "exported.html"
_MODEL, _FACTS, _TEST = "network.onnx", "model.json", "self-test.json"


@dataclass(frozen=True)
class Web:
    """See `ExportFormat`."""

    name: str = "web"
    title: str = "a browser"
    suffix: str = "-web.zip"
    integer: bool = False
    extra: str = ""
    packages: tuple[str, ...] = ()

    def convert(
        self, model: Path, target: Path, calibration: Sequence[Path], trial: Sequence[Path] = ()
    ) -> None:
        find_browser()
        page = {"index.html" if name == _PAGE else name: _content(name) for name in _listed()["files"]}
        _write(target, {**page, _MODEL: model.read_bytes()})

    def describe(self, target: Path, info: ModelInfo) -> None:
        with zipfile.ZipFile(target) as old, TemporaryDirectory() as folder:
            files = {name: old.read(name) for name in old.namelist()}
            model = Path(folder, _MODEL)
            model.write_bytes(files[_MODEL])
            modelfile.write(model, modelfile.network(model), info)
            answers = self_test.answers(Classifier(model, threads=1))
            files[_MODEL] = model.read_bytes()
        files[_FACTS] = facts.dumped(info)
        files[_TEST] = json.dumps(
            [{"png": base64.b64encode(png).decode(), "prediction": said.to_dict()} for png, said in answers]
        ).encode()
        _write(target, files)

    def info(self, target: Path) -> ModelInfo:
        return zipped_info(target, _FACTS)

    def load(self, target: Path) -> PictureClassifier:
        return _InBrowser(self.info(target), target)

    def versions(self) -> dict[str, str]:
        return {"onnxruntime-web": str(_listed()["onnxruntime-web"]), "browser": browser_version()}


class _InBrowser:
    """An unpacked export in a browser; see `ElsewhereClassifier`. One thread, as on a plain web server."""

    def __init__(self, info: ModelInfo, target: Path) -> None:
        self.info = info
        self.milliseconds = np.nan
        with ExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="tenfold-web-"))
            with zipfile.ZipFile(target) as files:
                files.extractall(folder)
            self._page = stack.enter_context(closing(BrowserPage(Path(folder))))
            self.close = stack.pop_all().close

    def classify(self, picture: Path) -> Prediction:
        said, self.milliseconds = self._page.ask(picture)
        return _prediction(self.info.labels, said)


def _prediction(labels: Sequence[str], said: Mapping[str, Any]) -> Prediction:
    grids = said["evidence"]
    return Prediction(
        label=said["label"],
        confidence=said["confidence"],
        probabilities={label: said["probabilities"][label] for label in labels},
        known=said["known"],
        novelty=said["novelty"],
        seen=None if grids is None else np.array([grids[label] for label in labels], np.float32),
    )


def _listed() -> dict[str, Any]:
    """The files that the page's build has for an export."""
    try:
        found: dict[str, Any] = json.loads((_BUILT / _LIST).read_text(encoding="utf-8"))
    except OSError as reason:
        raise ExportError(
            "The page that an export for the web takes with it",
            "was not built",
            cure="Run `make frontend` in the folder of tenfold's sources.",
        ) from reason
    return found


def _content(name: str) -> bytes:
    """A file of the build, of which some lie compressed."""
    packed = _BUILT / f"{name}.gz"
    return gzip.decompress(packed.read_bytes()) if packed.is_file() else (_BUILT / name).read_bytes()


def _write(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a ZIP; the same files give the same bytes."""
    with replacing(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(files):
            one = zipfile.ZipInfo(name)
            one.external_attr = 0o644 << 16
            made.writestr(one, files[name], zipfile.ZIP_DEFLATED)
