"""tenfold classify: pictures in, what is in them out."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.classify.sources import NamedPicture, find
from tenfold.cli.terminal.paths import FOLDER
from tenfold.cli.terminal.text import Progress, printable
from tenfold.errors import PictureError, TenfoldError
from tenfold.modelfile import BUNDLED_NAMES, DEFAULT
from tenfold.os_errors import refused

if TYPE_CHECKING:
    from tenfold.cli.classify.output import AnswerWriter
    from tenfold.images import Limits
    from tenfold.inference import Classifier
    from tenfold.inference.classifier import Prepared
    from tenfold.inference.server import Outcome
    from tenfold.modelfile import ModelInfo
    from tenfold.predictions import Prediction

_MANY = 20  # from here on progress is shown
_EXPLAINED_SIDE = 1024


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "form", flag_value="json", help="Print one JSON array.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV with every class's probability.")
@click.option(
    "--top", type=click.IntRange(min=1), default=1, help="Show the N likeliest classes.", metavar="N"
)
@click.option(
    "--explain",
    type=FOLDER,
    metavar="DIR",
    help="Write each picture to DIR with the evidence for its class drawn over it.",
)
@click.option(
    "--model",
    metavar="MODEL",
    help=f"A model file, or a bundled model: {BUNDLED_NAMES}. By default {DEFAULT}.",
)
def classify(
    paths: tuple[str, ...], form: str | None, top: int, explain: Path | None, model: str | None
) -> int:
    """Classify pictures.

    PATH is a file, a folder (with all folders in it), a pattern such as 'holiday/**/*.jpg', or - for standard
    input. A picture that cannot be used is reported and skipped; the exit status is then 1.
    """
    from tenfold import settings
    from tenfold.images import Limits
    from tenfold.inference import Classifier
    from tenfold.inference.server import ModelServer
    from tenfold.inference.trial import try_out

    chosen = settings.load()
    limits = Limits(pixels=chosen.max_picture_pixels, bytes=chosen.max_picture_bytes)
    named = model or chosen.model
    if named:
        try_out(Path(named))
    classifier = Classifier(named or None, threads=chosen.threads, limits=limits)
    sources = list(find(paths, limits.bytes))
    answers = _answers(form, [s.name for s in sources], classifier.info, top, chosen.language or "en")
    explainer = _Explainer(explain, limits) if explain else None
    failed = 0
    answers.start()
    try:
        with (
            Progress(sys.stderr, "pictures") as progress,
            ModelServer(classifier, threads=chosen.threads, batch=chosen.batch_size) as server,
        ):
            outcomes = server.answer_each(partial(_read, source) for source in sources)
            for done, (source, outcome) in enumerate(zip(sources, outcomes, strict=True), 1):
                problem = _add(answers, source, outcome, explainer, progress)
                if problem:
                    failed += 1
                    progress.clear()
                    click.echo(f"tenfold: {printable(str(problem))}", err=True)
                    answers.add_problem(source.name, problem)
                if len(sources) >= _MANY:
                    progress.show(done, len(sources))
    finally:
        # Whatever ends the run, what was printed stays readable JSON.
        answers.end()
    if failed and len(sources) > 1:
        click.echo(f"tenfold: {failed} of {len(sources)} could not be classified.", err=True)
    return 1 if failed else 0


def _add(
    answers: "AnswerWriter",
    source: NamedPicture,
    outcome: "Outcome",
    explainer: "_Explainer | None",
    progress: Progress,
) -> PictureError | None:
    """Show one picture's answer; what is wrong with the picture, if anything is."""
    if isinstance(outcome, PictureError):
        return outcome
    if isinstance(outcome, Exception):
        raise outcome
    try:
        explained = explainer.write(source, outcome) if explainer else None
    except PictureError as gone:  # it was read before, and is another file now
        return gone
    if sys.stdout.isatty():
        progress.clear()
    answers.add(source.name, outcome, explained)
    return None


def _answers(
    form: str | None, names: list[str], info: "ModelInfo", top: int, language: str
) -> "AnswerWriter":
    from tenfold.cli.classify.output import Csv, Json, Table

    if form == "json":
        return Json(sys.stdout)
    if form == "csv":
        return Csv(sys.stdout, info.labels)
    return Table(sys.stdout, names, info.classes, top, language)


def _read(source: NamedPicture, classifier: "Classifier") -> "Prepared":
    if source.problem:
        raise source.problem
    return classifier.prepare(source.picture, name=source.name)


class _Explainer:
    """Writes pictures with their evidence into a folder; a name that is taken in this run gets a number."""

    def __init__(self, folder: Path, limits: "Limits") -> None:
        self._folder, self._limits = folder, limits
        self._taken: set[str] = set()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_write(folder, error) from error

    def write(self, source: NamedPicture, prediction: "Prediction") -> str:
        from tenfold import images
        from tenfold.inference.explain import overlay

        pixels = images.read(source.picture, name=source.name, limits=self._limits, needed=_EXPLAINED_SIDE)
        target = self._folder / self._free_name(Path(source.name).stem)
        try:
            overlay(pixels, prediction).convert("RGB").save(target, quality=90)
        except OSError as error:
            raise _cannot_write(target, error) from error
        return str(target)

    def _free_name(self, stem: str) -> str:
        number, name = 1, f"{stem}.explained.jpg"
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem}-{number}.explained.jpg"
        self._taken.add(name.casefold())
        return name


def _cannot_write(path: Path, error: OSError) -> TenfoldError:
    cure = "Name another folder with --explain."
    return refused(TenfoldError, str(path), error, "cannot be written", cure=cure)
