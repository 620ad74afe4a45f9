"""The job "refit": refits the live model's head on corrections, in seconds. Makes none live.

It is fitted to stored answers and embeddings, and a sample of the model's own data; only pictures that
another model classified are read again. Every refit starts from the uncorrected model and uses all
corrections. Both models are evaluated by all corrected pictures that the live one has not learned from
(refit_evaluation.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold import modelfile
from tenfold.catalogue.edits.corrections import CorrectedEntries, CorrectedPicture, Corrections
from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.tables import NONE
from tenfold.catalogue.similar.stored_answers import StoredAnswers
from tenfold.errors import CatalogueError, DatasetError, PictureError, TenfoldError
from tenfold.inference import Classifier
from tenfold.jobs import WORK, JobType, Stopped, Work
from tenfold.modelfile import ModelInfo, NetworkFacts
from tenfold.models.improvements import EVALUATED, FAILED, STOPPED, Improvements
from tenfold.models.registry import CORRECTIONS, Registry
from tenfold.models.tables import Improvement
from tenfold.teaching import refit_file
from tenfold.teaching.own_sample import OwnSample
from tenfold.teaching.refit import Answers, Correction, answers, joined
from tenfold.workflows.corrected_models import CorrectedModels
from tenfold.workflows.improve.data import evenly
from tenfold.workflows.improve.improve_job import ImproveParams, ImproveResult
from tenfold.workflows.improve.recipe import name_of
from tenfold.workflows.improve.refit_evaluation import Material, cross_validated, evaluate
from tenfold.workflows.steps import Step, go_on
from tenfold.workflows.train.own_data import TrainingData

# How many own pictures are sampled for fitting, and for evaluation.
_LEARNED, _TESTED = 300, 1_200
_PER_RUN = 64
Report = Callable[[int, int, Step], None]


class RefitJob:
    """Does the job "refit"."""

    def __init__(
        self,
        improvements: Improvements,
        corrected: CorrectedEntries,
        stored: StoredAnswers,
        originals: Originals,
        registry: Registry,
        models: CorrectedModels,
        own: TrainingData,
        load: Callable[[Path], Classifier],
    ) -> None:
        self._improvements, self._corrected, self._stored = improvements, corrected, stored
        self._originals, self._registry, self._models = originals, registry, models
        self._own, self._load = own, load

    def __call__(self, work: Work[ImproveParams]) -> ImproveResult:
        number = work.params.improvement

        report = partial(go_on, work)

        try:
            return self._refit(self._improvements.get(number), report)
        except Stopped:
            if work.cancelled:
                self._improvements.set(number, state=STOPPED)
            raise
        except TenfoldError as error:
            if not work.interrupted:  # else it runs again
                self._improvements.set(number, state=FAILED, problem=error.facts())
            raise

    def _refit(self, one: Improvement, report: Report) -> ImproveResult:
        report(0, 0, "starting")
        base = self._models.base(one.base_hash)
        info, how = self._registry.info(base), self._models.novelty(base)
        found = self._corrected.read()
        material = self._material(one, base, info, found, report)
        correction, answered = cross_validated(
            material, how, info.threshold, lambda done, total: report(done, total, "fitting")
        )
        comparison = evaluate(material, correction, answered, info, how)
        key = self._registered(one, base, info, correction, int((~material.held_out).sum()))
        self._improvements.set(
            one.id,
            state=EVALUATED,
            model_hash=key,
            verdict=comparison["verdict"],
            comparison=comparison,
            counts=_counts(material, found, info),
            options={
                **one.options,
                "learned": [
                    p.hash for p, kept in zip(material.pictures, material.held_out, strict=True) if not kept
                ],
            },
        )
        return ImproveResult(
            improvement=one.id, model=key, verdict=comparison["verdict"], sentence=comparison["sentence"]
        )

    def _material(
        self, one: Improvement, base: str, info: ModelInfo, found: Corrections, report: Report
    ) -> Material:
        wanted = [p for p in found.pictures if p.label == NONE or p.label in info.labels]
        with self._registry.local_copy(base) as path:
            reader = _UncorrectedModel(self._load, path)
            pictures, said, unread = self._answers(wanted, base, info, reader, report)
            own = self._sample(one, base, info, reader, report)
        places = {label: k for k, label in enumerate(info.labels)}
        earlier = self._improvements.of_model(one.base_hash)
        learned = set[str]()
        if earlier is not None:  # an earlier tenfold did not record what it was trained from
            known = earlier.options.get("learned", [p.hash for p in pictures if not p.held_out])
            learned = {str(key) for key in known}
        return Material(
            tuple(pictures),
            said,
            np.array([places.get(p.label, -1) for p in pictures], np.int64),
            self._models.correction(one.base_hash),
            np.array([p.hash in learned for p in pictures], bool),
            own,
            unread,
        )

    def _answers(
        self,
        wanted: Sequence[CorrectedPicture],
        base: str,
        info: ModelInfo,
        reader: "_UncorrectedModel",
        report: Report,
    ) -> tuple[list[CorrectedPicture], Answers, int]:
        """The uncorrected model's answers for pictures; unreadable ones are left out."""
        kept = {}
        if self._models.shows_once(info):
            siblings = self._models.siblings(base)
            kept = self._stored.of_contents([p.hash for p in wanted], base, siblings)
        stored = [p for p in wanted if p.hash in kept]
        pictures, parts = list(stored), []
        if stored:
            parts.append(self._models.answers([kept[p.hash] for p in stored], info.labels, base))
        others = [p for p in wanted if p.hash not in kept]
        for number, picture in enumerate(others):
            report(number, len(others), "old-corrected")
            try:
                parts.append(reader.answer(self._originals.read(picture.hash), picture.hash))
            except (PictureError, CatalogueError):
                continue
            pictures.append(picture)
        if not pictures:
            raise DatasetError(
                "The corrected pictures",
                "cannot be read",
                received=f"none of {len(wanted)}",
                cure="Check whether their files are still there (tenfold catalogue check).",
                reason="no-readable-pictures",
            )
        return pictures, joined(parts), len(wanted) - len(pictures)

    def _sample(
        self, one: Improvement, base: str, info: ModelInfo, reader: "_UncorrectedModel", report: Report
    ) -> OwnSample | None:
        """The sample shipped with a bundled model, or one made from available own data."""
        if not one.options["with_own_data"]:
            return None
        if (beside := self._models.sample(base)) is not None:
            return beside
        data = self._own.open(
            str(one.options["own_source"]), info, lambda d, t: report(d, t, "reading-own-pictures")
        )
        places = np.array([info.labels.index(label) for label in data.training.classes])
        learn, test = (
            part.take(evenly(part, most))
            for part, most in ((data.validation, _LEARNED), (data.test, _TESTED))
        )
        said = reader.raw(learn.pictures, report)
        nothing = said.take(np.zeros(len(said), bool))
        tested = reader.raw(test.pictures, report)
        return OwnSample(said, places[learn.labels], tested, places[test.labels], nothing)

    def _registered(
        self, one: Improvement, base: str, info: ModelInfo, correction: Correction, pictures: int
    ) -> str:
        with self._registry.local_copy(base) as path:
            content, _ = modelfile.read(path)
        network = refit_file.network(content, correction, info.temperature, f"The model {info.name}")
        facts = replace(
            info,
            name=name_of(info, one.id),
            network={**info.network, **NetworkFacts(correction={"base": base})},
            training={**info.training, "corrected": {"pictures": pictures}},
            scores={},
        )
        with TemporaryDirectory(prefix="tenfold-") as folder:
            file = Path(folder, "corrected.onnx")
            modelfile.write(file, network, facts)
            return self._registry.register(file, origin=CORRECTIONS, by=one.by, embedding=base).hash


class _UncorrectedModel:
    """Runs the uncorrected model, which is loaded when it is first needed."""

    def __init__(self, load: Callable[[Path], Classifier], path: Path) -> None:
        self._load, self._path = load, path
        self._classifier: Classifier | None = None

    def _model(self) -> Classifier:
        if self._classifier is None:
            self._classifier = self._load(self._path)
        return self._classifier

    def answer(self, content: bytes, name: str) -> Answers:
        """Its answer for one picture. Raises PictureError."""
        shown = self._model().prepare(content, name=name).pixels
        found = self._model().raw(shown)
        return answers(found[0], found[1], found[3], np.zeros(len(shown), np.int64))

    def raw(self, pictures: NDArray[np.uint8], report: Report) -> Answers:
        """Its answers for pictures of its own data."""
        parts = []
        for start in range(0, len(pictures), _PER_RUN):
            report(start, len(pictures), "old-own-test")
            found = self._model().raw(np.ascontiguousarray(pictures[start : start + _PER_RUN]))
            parts.append(answers(found[0], found[1], found[3]))
        return joined(parts)


def _counts(material: Material, found: Corrections, info: ModelInfo) -> dict[str, Any]:
    left_out = {
        label: count.all for label, count in found.counts().items() if label not in {*info.labels, NONE}
    }
    learned = int((~material.held_out).sum())
    return {
        "pictures": learned,
        "views": learned,
        "repeats": 1,
        "own": 0 if material.own is None else len(material.own.learn),
        "held_out": int(material.held_out.sum()),
        "new_classes": [],
        "left_out": left_out,
        "none_of_these": int((material.labels == -1).sum()),
        "contradicted": found.contradicted,
        "unread": material.unread,
    }


REFIT = JobType(
    "refit",
    WORK,
    ImproveParams,
    ImproveResult,
    lambda app: RefitJob(
        app.improvements,
        app.corrected_entries,
        app.stored_answers,
        app.originals,
        app.registry,
        app.corrected_models,
        app.training_data,
        app.load,
    ),
)
