"""The models of a station: each answers before a deadline, or says that it did not."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack
from typing import Any

from tenfold.errors import LineError, TenfoldError
from tenfold.inference import Classifier
from tenfold.inference.classifier import reading
from tenfold.inference.server import DeadlinePassed, ModelServer, Priority
from tenfold.line.inspector import Classify
from tenfold.line.options import ActiveRecipe
from tenfold.line.pictures.pictures import Pixels
from tenfold.predictions import Prediction
from tenfold.workflows.line.setup import RecipeBook, RecipeSetup


class LineModel:
    """A model server, with the priority of a station."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server

    def classify(self, pictures: Sequence[Pixels], deadline: float) -> list[Prediction]:
        try:
            futures = [
                self._server.submit(reading(pixels), priority=Priority.LINE, deadline=deadline)
                for pixels in pictures
            ]
            return [future.result(max(0.0, deadline - time.monotonic())) for future in futures]
        except (FutureTimeout, DeadlinePassed):
            raise TimeoutError from None
        except Exception as error:
            raise LineError(
                "The model",
                "does not answer",
                received=f"{type(error).__name__}: {error}",
                reason="model-silent",
            ) from error


class RecipeModels:
    """The models of the recipes, loaded when they are needed.

    Args:
        around: wraps a model; a simulation disturbs it this way.

    Attributes:
        problem: why there is no job; None where there is one.
    """

    def __init__(self, stack: ExitStack, book: RecipeBook, around: Callable[[Classify], Classify]) -> None:
        self._stack, self.book, self._around = stack, book, around
        self._servers: dict[str, ModelServer] = {}
        self._jobs: dict[str, ActiveRecipe] = {}
        self.problem: TenfoldError | None = None

    def job(self, number: int) -> ActiveRecipe | None:
        """The active recipe for `number`; None where it is not approved, or its model cannot be used."""
        one = next((one for one in self.book.recipes if one.values["number"] == number), None)
        if one is None:
            self.problem = _no_recipe(number)
            return None
        try:
            found = self._made(one)
        except TenfoldError as error:
            self.problem = error
            return None
        self.problem = None
        return found

    def deadline(self, facts: Mapping[str, Any]) -> float | None:
        """The deadline in seconds of the recipe with these facts; None where it is no longer known."""
        return next((one.values["deadline"] for one in self.book.recipes if one.facts == facts), None)

    def _made(self, one: RecipeSetup) -> ActiveRecipe:
        key = f"{one.facts}{one.values}"
        if key not in self._jobs:
            if one.sha256 not in self._servers:
                classifier = Classifier(one.model)
                self._servers[one.sha256] = self._stack.enter_context(ModelServer(classifier))
            server = self._servers[one.sha256]
            recipe = one.recipe()
            recipe.check([found.label for found in server.model.info.classes])
            self._jobs[key] = ActiveRecipe(recipe, self._around(LineModel(server).classify), one.facts)
        return self._jobs[key]


def _no_recipe(number: int) -> LineError:
    """Why there is none: it is not approved; 0: none is chosen."""
    if not number:
        return LineError("The station", "has no recipe", reason="recipe-missing")
    return LineError(
        f"Recipe {number}", "is not approved", reason="recipe-not-approved", params={"number": number}
    )
