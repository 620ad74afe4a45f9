"""The parts of the container that keep models, exports, and models' answers to pictures. Run no network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.runtime.foundation import on_database, part
from tenfold.runtime.repositories import Repositories

if TYPE_CHECKING:
    from tenfold.catalogue.similar.similar import Similar
    from tenfold.catalogue.similar.stored_answers import StoredAnswers
    from tenfold.export.export import OpenPictures
    from tenfold.models.improvements import Improvements
    from tenfold.models.registry import Registry
    from tenfold.models.tables import RegisteredModel
    from tenfold.workflows.corrected_models import CorrectedModels
    from tenfold.workflows.export_job import ExportModel, ModelExports
    from tenfold.workflows.switch_model import Load
    from tenfold.workflows.tune import Tune


class Modelling(Repositories):
    """The kept models and their answers."""

    @property
    def load(self) -> "Load":
        """Makes a classifier of a model file."""
        from tenfold.inference import Classifier

        return partial(Classifier, threads=self.settings.threads, limits=self.limits)

    @part
    def registry(self) -> "Registry":
        from tenfold.models.registry import Registry

        return Registry(self.database, self.blobs("models"))

    def remove_model(self, key: str) -> "RegisteredModel":
        """Take a model off the list; raises as `Registry.remove`, and where a camera or a recipe uses it."""
        from tenfold.workflows.model_users import check_unused

        check_unused(self.registry, key, self.cameras, self.recipes)
        return self.registry.remove(key)

    @contextmanager
    def model_named(self, name: str) -> Iterator[Path]:
        """The file of a registered model, by what `Registry.find` takes, or the file `name` itself."""
        if os.path.isfile(name):
            yield Path(name)
            return
        self.registry.register_bundled()
        with self.registry.local_copy(self.registry.find(name).hash) as path:
            yield path

    improvements: "part[Improvements]" = on_database("tenfold.models.improvements:Improvements")
    stored_answers: "part[StoredAnswers]" = on_database(
        "tenfold.catalogue.similar.stored_answers:StoredAnswers"
    )

    @part
    def similar(self) -> "Similar":
        from tenfold.catalogue.similar.similar import Similar

        return Similar(self.database, self.home.index, self.registry.embedding_of)

    @part
    def corrected_models(self) -> "CorrectedModels":
        from tenfold.workflows.corrected_models import CorrectedModels

        return CorrectedModels(self.registry)

    @part
    def model_exports(self) -> "ModelExports":
        from tenfold.workflows.export_job import ModelExports

        return ModelExports(self.blobs("exports"))

    @part
    def tune(self) -> "Tune":
        from tenfold.workflows.tune import Tune

        cores = self.settings.threads or os.cpu_count() or 1
        return Tune(self.home.tuning, self.model_exports, self.blobs("exports"), self.load, cores=cores)

    @part
    def export_model(self) -> "ExportModel":
        from tenfold.workflows.export_job import ExportModel

        return ExportModel(self.registry, self.model_exports, self._opening)

    def _opening(self, source: str) -> "OpenPictures":
        from tenfold.export.pictures import open_pictures

        settings, cache = self.settings, self.home.cache
        return partial(open_pictures, source, data_dir=settings.data_dir, cache=cache, files=self.files)
