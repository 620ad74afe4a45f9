"""Estimates how long a training on corrections takes on this machine, before it starts. Trains nothing."""

from dataclasses import replace

from tenfold.catalogue.edits.corrections import CorrectedEntries
from tenfold.inference.views import views
from tenfold.models.registry import Registry
from tenfold.recipes import recipe_file
from tenfold.workflows.improve.data import MIXTURE, lessons, repeats_of
from tenfold.workflows.improve.recipe import BATCH, EPOCHS
from tenfold.workflows.train.estimate import Estimates, TrainingEstimate
from tenfold.workflows.train.own_data import TrainingData

# Width and height of a usual photograph: the number of views depends on them.
_PHOTOGRAPH = (4000, 3000)


class ImprovementEstimates:
    """Makes them. own: finds the live model's own data. estimates: of trainings in general."""

    def __init__(
        self, registry: Registry, corrected: CorrectedEntries, own: TrainingData, estimates: Estimates
    ) -> None:
        self._registry, self._corrected, self._own, self._estimates = registry, corrected, own, estimates

    def of(self, *, with_own_data: bool, epochs: int | None) -> TrainingEstimate:
        """The estimate for training the live model on the present corrections.

        Raises:
            MissingExtra: training is not installed.
            TrainingError, DatasetError: it cannot be trained, or its own data cannot be read.
        """
        base = self._registry.live()
        info = self._registry.info(base)
        shown = views(info.views, *_PHOTOGRAPH, info.input_size)
        each = len({view.box for view in shown if not view.mirrored})
        taught = lessons(self._corrected.read(), info.labels, MIXTURE.least_new)
        source = self._own.of(base)
        own = 0
        if with_own_data and not source.problem:
            own = min(MIXTURE.own, self._estimates.learned_from(source.source))
        written = each * len(taught.pictures)
        pictures = own + written * repeats_of(written, own, MIXTURE)
        recipe = recipe_file.shipped(str(info.network["name"]))
        recipe = replace(
            recipe,
            side=info.input_size,
            curriculum=(),
            early_epochs=0,
            epochs=epochs or EPOCHS,
            batch_size=min(BATCH, recipe.batch_size),
        )
        found = self._estimates.of_recipe(recipe, pictures)
        return found.model_copy(update={"bytes": self._registry.get(base).bytes})
