"""The model of a station: answers before a deadline, or says that it did not."""

import time
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeout

from tenfold.errors import LineError
from tenfold.inference.classifier import reading
from tenfold.inference.server import DeadlinePassed, ModelServer, Priority
from tenfold.line.pictures import Pixels
from tenfold.predictions import Prediction


class LineModel:
    """A model server as a station asks it: before everybody else."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server

    def classify(self, pictures: Sequence[Pixels], deadline: float) -> list[Prediction]:
        """See `tenfold.line.inspector.Classify`."""
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
                "The model", "does not answer", received=f"{type(error).__name__}: {error}"
            ) from error
