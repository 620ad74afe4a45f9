"""The parts that keep models, and what models said of the catalogue's pictures. Run no network."""

from functools import partial
from typing import TYPE_CHECKING

from tenfold.runtime.foundation import part
from tenfold.runtime.inspecting import Inspecting

if TYPE_CHECKING:
    from tenfold.catalogue.similar.similar import Similar
    from tenfold.catalogue.similar.stored_answers import StoredAnswers
    from tenfold.models.improvements import Improvements
    from tenfold.models.registry import Registry
    from tenfold.workflows.corrected_models import CorrectedModels
    from tenfold.workflows.switch_model import Load


class Modelling(Inspecting):
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

    @part
    def improvements(self) -> "Improvements":
        from tenfold.models.improvements import Improvements

        return Improvements(self.database)

    @part
    def similar(self) -> "Similar":
        from tenfold.catalogue.similar.similar import Similar

        return Similar(self.database, self.home.index, self.registry.embedding_of)

    @part
    def stored_answers(self) -> "StoredAnswers":
        from tenfold.catalogue.similar.stored_answers import StoredAnswers

        return StoredAnswers(self.database)

    @part
    def corrected_models(self) -> "CorrectedModels":
        from tenfold.workflows.corrected_models import CorrectedModels

        return CorrectedModels(self.registry)
