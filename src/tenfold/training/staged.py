"""Transfer in stages: first the head learns, then blocks from behind, while validation pictures gain.

The output of the network's frozen front for some random versions of each picture is computed once and cached,
because the front costs most, above all its backward pass. So some hundred pictures are learned in minutes
without a GPU.
Knows no network but by `OpensFromBehind`.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import TrainingError
from tenfold.networks.output import OpensFromBehind, Output
from tenfold.training import checkpoints, state
from tenfold.training.batches import as_tensor, parts
from tenfold.training.loop import Trainer
from tenfold.training.optimisation.schedules import RateSchedule
from tenfold.training.scores import RunningScores

# The frozen part before the open blocks, for each number of open blocks in the recipe, on the CPU.
Fronts = dict[int, Tensor]


class StagedTrainer(Trainer):
    """A trainer whose recipe has `transfer.stages`; arguments and attributes as of `Trainer`.

    Raises:
        TrainingError: the network has no blocks to open.
    """

    stage = 0

    def __init__(self, network: nn.Module, *args: Any, **named: Any) -> None:
        if not isinstance(network, OpensFromBehind):
            raise TrainingError(
                "The recipe's transfer.stages",
                "cannot be used with this network, which has no blocks to open",
                received=type(network).__name__,
                cure="Take the network efficientnet-lite0, or leave the stages out: --set transfer.stages=[]",
            )
        self.opening = network
        super().__init__(network, *args, **named)

    def start(self) -> None:
        """Open the blocks of the stage in which the last finished epoch was, or of the first."""
        self._open(self._stage_of(max(self.epoch - 1, 0)))

    def steps(self, scores: RunningScores) -> Iterator[Tensor]:
        """The steps of an epoch, as of `Trainer`; the first epoch of a stage opens its blocks."""
        stage = self._stage_of(self.epoch)
        if stage != self.stage:
            if self.best is not None and self.best.exists():
                state.load_weights(self, checkpoints.load(self.best)[0])
            self._open(stage)
        yield from super().steps(scores)

    def inputs(self, indices: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """The inputs of the open blocks; see `Trainer`."""
        blocks = self.recipe.transfer.stages[self.stage].blocks
        if not self.recipe.transfer.versions:
            pictures, targets, labels = super().inputs(indices, generator)
            with torch.no_grad(), self.autocast():
                return self.opening.fronts(pictures, [blocks])[0], targets, labels
        chosen = torch.randint(self.recipe.transfer.versions, (len(indices),), generator=generator)
        labels = self.batches.labels[indices].to(self.device)
        fronts = self._shown(self._training_fronts[blocks][chosen, indices])
        return fronts, self.targets(fronts, labels), labels

    def answers(self, inputs: Tensor) -> Output:
        """The output of the open blocks."""
        return self.opening.behind(inputs)

    def plain_output(self, data: LabelledPictures, part: slice) -> Output:
        """As of `Trainer`; the validation pictures go through the fixed front once."""
        if data is not self.validation or not self.recipe.transfer.versions:
            return super().plain_output(data, part)
        blocks = self.recipe.transfer.stages[self.stage].blocks
        return self.opening.behind(self._shown(self._validation_fronts[blocks][part]))

    def _run_epoch(self) -> None:
        if self._brought_nothing():
            self.stopped = True
            if self.checkpoint is not None:
                state.save(self, self.checkpoint)
            return
        super()._run_epoch()

    def _brought_nothing(self) -> bool:
        """Whether a stage of open blocks has just ended, and the best epoch is of an earlier one."""
        ends, stages = self.recipe.stage_ends(), self.recipe.transfer.stages
        if self.epoch not in ends or self.best is None or not self.best.exists():
            return False
        last = ends.index(self.epoch)
        before = ends[last - 1] if last else 0
        return stages[last].blocks > 0 and checkpoints.load(self.best)[1]["epoch"] <= before

    def _stage_of(self, epoch: int) -> int:
        return next((i for i, end in enumerate(self.recipe.stage_ends()) if epoch < end), self.stage)

    def _open(self, number: int) -> None:
        """Train this stage's blocks, with an optimiser and a schedule of their own."""
        self.stage, stage, ends = number, self.recipe.transfer.stages[number], self.recipe.stage_ends()
        self.opening.open_blocks(stage.blocks)
        # The statistics of a few hundred pictures are worse than those of the pretraining.
        self.frozen = [m for m in self.network.modules() if isinstance(m, nn.BatchNorm2d)]
        super().start()
        epochs = ends[number] - (ends[number - 1] if number else 0)
        self.schedule = RateSchedule(
            self.recipe.schedule, self.batches.steps, epochs, self.schedule.least_share, stage.rate
        )

    @cached_property
    def _training_fronts(self) -> Fronts:
        """For every version and picture, `[V, N, ...]`. A version is the same in every run of the recipe."""
        versions = [
            self._fronts(self.batches.data, version) for version in range(self.recipe.transfer.versions)
        ]
        return {blocks: torch.stack([one[blocks] for one in versions]) for blocks in versions[0]}

    @cached_property
    def _validation_fronts(self) -> Fronts:
        return self._fronts(self.validation, None)

    @torch.no_grad()
    def _fronts(self, data: LabelledPictures, version: int | None) -> Fronts:
        """`[N, ...]` for pictures as they are, or changed at random as this version is."""
        opened = sorted({stage.blocks for stage in self.recipe.transfer.stages})
        generator = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + (version or 0))
        training = self.network.training
        self.network.eval()
        found: list[list[Tensor]] = []
        for part in parts(len(data), self.recipe.side):
            pictures = as_tensor(data, part)
            if version is not None:
                indices = torch.arange(part.start, part.stop)
                pictures = self.augmenter.pictures(pictures, indices, version, generator)
            with self.autocast():
                fronts = self.opening.fronts(self.normalise(pictures), opened)
            found.append([front.half().cpu() for front in fronts])
        self.network.train(training)
        for module in self.frozen:
            module.eval()
        # Under autocast, tensors of half precision could not be concatenated.
        with torch.autocast(self.device.type, enabled=False):
            return {
                blocks: torch.cat(made) for blocks, made in zip(opened, zip(*found, strict=True), strict=True)
            }

    def _shown(self, fronts: Tensor) -> Tensor:
        fronts = fronts.to(self.device, non_blocking=True).float()
        return fronts.contiguous(memory_format=torch.channels_last) if fronts.ndim == 4 else fronts
