"""The work of an export's child processes: converting, and running the converted file.

Runtimes and converters are large, change the whole process, and may bring it down; each step has a process of
its own, so that a converted file is read by a fresh runtime.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.errors import ExportError, TenfoldError
from tenfold.export.formats import FORMATS
from tenfold.export.formats.format import ElsewhereClassifier, PictureClassifier
from tenfold.export.measure import Progress, matched_threshold, measure
from tenfold.inference import Classifier
from tenfold.modelfile import NetworkFacts
from tenfold.os_errors import in_words, refused
from tenfold.processes.child import ParentChannel

# Between two messages of progress.
_EVERY = 10


def run(channel: ParentChannel) -> None:
    """Do one step: the parent says what, and names the files with the rest and for the result."""
    asked = channel.receive()
    assert asked is not None
    asked.update(json.loads(Path(asked["inputs"]).read_text()))
    try:
        steps = {"convert": _convert, "threshold": _threshold, "measure": _measure, "answer": _answer}
        result = steps[asked["do"]](channel, asked)
        Path(asked["result"]).write_text(json.dumps(result))
        channel.send({"done": True})
    except TenfoldError as error:
        channel.send(_refused(error))
    except OSError as reason:
        subject = in_words(reason).file or "Something that the export needs"
        channel.send(_refused(refused(ExportError, subject, reason)))


def _refused(error: TenfoldError) -> dict[str, Any]:
    return {"refused": {**error.facts(), "params": dict(error.params)}}


def _convert(channel: ParentChannel, asked: dict[str, Any]) -> None:
    calibration = [Path(file) for file in asked["calibration"]]
    FORMATS[asked["format"]].convert(Path(asked["model"]), Path(asked["target"]), calibration, _files(asked))


def _threshold(channel: ParentChannel, asked: dict[str, Any]) -> None:
    """Measure the threshold again and write the facts, with it, into the converted file."""
    made, target = FORMATS[asked["format"]], Path(asked["target"])
    original = Classifier(asked["model"], threads=1)
    info = replace(
        original.info,
        network={
            **original.info.network,
            **NetworkFacts(exported={"to": made.name, "from": original.sha256}),
        },
        scores={},
    )
    made.describe(target, info)
    with _loaded(asked) as export:
        novelty = measure(original, export, _files(asked), _progress(channel)).novelty
    if np.isfinite(novelty).all():
        made.describe(target, replace(info, threshold=matched_threshold(novelty, info.threshold)))


def _measure(channel: ParentChannel, asked: dict[str, Any]) -> dict[str, Any]:
    original = Classifier(asked["model"], threads=1)
    with _loaded(asked) as export:
        found = measure(original, export, _files(asked), _progress(channel))
    columns = {name: column.tolist() for name, column in asdict(found).items()}
    return {"threshold": [original.info.threshold, export.info.threshold], **columns}


def _answer(channel: ParentChannel, asked: dict[str, Any]) -> list[tuple[str, float]]:
    """The export's first answer to each file, and its probability."""
    found, told = [], _progress(channel)
    files = _files(asked)
    with _loaded(asked) as export:
        for done, file in enumerate(files, 1):
            answer = export.classify(file)
            found.append((answer.label, answer.confidence))
            told(done, len(files))
    return found


@contextmanager
def _loaded(asked: dict[str, Any]) -> Iterator[PictureClassifier]:
    export = FORMATS[asked["format"]].load(Path(asked["target"]))
    try:
        yield export
    finally:
        if isinstance(export, ElsewhereClassifier):
            export.close()


def _files(asked: dict[str, Any]) -> list[Path]:
    return [Path(file) for file in asked["files"]]


def _progress(channel: ParentChannel) -> Progress:
    def told(done: int, total: int) -> None:
        if done % _EVERY == 0 or done == total:
            channel.send({"step": [done, total]})

    return told
