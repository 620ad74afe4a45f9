"""The interface of callbacks: own Python code that is called during training. Knows no particular one."""

from typing import TYPE_CHECKING

from tenfold.runs.progress import TrainingProgress

if TYPE_CHECKING:
    from tenfold.training.loop import Trainer


class Callback:
    """Methods called by `tenfold.training.pipeline.train`; override those that are needed.

    Each is given the trainer. `trainer.stop()` ends the run at the end of the epoch, `trainer.network` is the
    torch module, and `trainer.evaluate(pictures)` gives loss and accuracy on labelled pictures.
    """

    def on_start(self, trainer: "Trainer") -> None:
        """Before the first epoch that is trained now."""

    def on_step(self, trainer: "Trainer", progress: TrainingProgress) -> None:
        """After each step; `progress` has the figures of the epoch so far."""

    def on_epoch(self, trainer: "Trainer", progress: TrainingProgress) -> None:
        """At the end of each epoch, before its checkpoint is written; `progress` has the validation's too."""

    def on_end(self, trainer: "Trainer") -> None:
        """After the last epoch; the network has the weights that are kept."""
