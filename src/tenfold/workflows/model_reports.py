"""A model's figures on its test pictures, class by class, and its report page.

Measures nothing. Reports belong to a file by its SHA-256: from its training run's folder; shipped with a
bundled model (written by `tenfold evaluate`); else the figures in the model file itself.
"""

import contextlib
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from tenfold import modelfile
from tenfold.evaluation.caveats import Kind
from tenfold.evaluation.evaluate import MOST_NAMED
from tenfold.jobs import Shape
from tenfold.models.registry import CORRECTIONS, Registry
from tenfold.models.tables import RegisteredModel
from tenfold.parsing import from_json
from tenfold.paths import Home
from tenfold.runs.run import Run

Source = Literal["report", "file"]


class FigureCaveat(Shape):
    """A caveat that is shown with a model's figures."""

    kind: Kind
    sentence: str = Field(description="What it is, in English.", max_length=1000)
    figures: dict[str, float] = Field(
        {}, description="Its numbers: n in pictures; low, high, share and recall from 0 to 1."
    )
    classes: dict[str, int] = Field(
        {},
        description=f"The classes that it names, at most {MOST_NAMED}, each with its pictures.",
        max_length=MOST_NAMED,
    )
    more: int = Field(0, description="How many more classes it is about.")


def read_caveats(found: object) -> list[FigureCaveat]:
    """Caveats as a file or the tables have them; those of another version are passed over."""
    caveats = []
    for one in found if isinstance(found, list) else []:
        with contextlib.suppress(ValidationError):
            caveats.append(FigureCaveat.model_validate(one))
    return caveats


@dataclass(frozen=True)
class ModelReport:
    """Figures of a model on the test part of its data.

    Attributes:
        source: "report", or "file" where only the model file tells of it.
        facts: as `tenfold evaluate --json` writes them; those of a file have neither classes nor confusion.
    """

    source: Source
    facts: dict[str, Any]
    has_page: bool

    @property
    def caveats(self) -> list[FigureCaveat]:
        """The caveats of the figures."""
        return read_caveats(self.facts.get("caveats"))


class ModelReports:
    """The reports on registered models. home: tenfold's folder, with the runs."""

    def __init__(self, registry: Registry, home: Home) -> None:
        self._registry, self._home = registry, home

    def read(self, key: str) -> ModelReport | None:
        """The report on the model with this hash; None where there is none.

        Raises:
            UnknownModel: there is none.
            ModelFileError: its file is damaged, or not there.
        """
        for figures, page in self._places(self._registry.get(key)):
            if (facts := _facts(figures)).get("model", {}).get("sha256") == key:
                return ModelReport("report", facts, page.is_file())
        with self._registry.local_copy(key) as path:
            _, info = modelfile.read(path)
        test = info.scores.get("test")
        return ModelReport("file", test, has_page=False) if isinstance(test, dict) and test else None

    def page(self, key: str) -> bytes | None:
        """The report page; None where there is none. Raises UnknownModel."""
        for figures, page in self._places(self._registry.get(key)):
            if _facts(figures).get("model", {}).get("sha256") == key and page.is_file():
                content = page.read_bytes()
                return gzip.decompress(content) if page.suffix == ".gz" else content
        return None

    def _places(self, model: RegisteredModel) -> list[tuple[Path, Path]]:
        """Where figures and page may be."""
        beside = [
            path.with_name(f"{path.stem}-report.json") for path in map(modelfile.bundled, modelfile.BUNDLED)
        ]
        found = [(path, path.with_suffix(".html.gz")) for path in beside]
        # The report of a training on corrections would show people's pictures.
        if model.run and model.origin != CORRECTIONS:
            page = Run(self._home.runs / model.run).report_file
            found.insert(0, (page.with_suffix(".json"), page))
        return found


def _facts(file: Path) -> dict[str, Any]:
    try:
        found = from_json(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("model"), dict) else {}
