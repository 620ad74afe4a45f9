"""Ways to run a model: what is tried, and that the speeds are those of the ways."""

import threading
import time
from collections.abc import Sequence

import pytest

from tenfold.images import PictureSource
from tenfold.inference.classifier import Prepared
from tenfold.inference.tuning import Way, measured, ways
from tenfold.predictions import Prediction
from tests.fakes import FakeClassifier


class Slow(FakeClassifier):
    """Takes as long for a batch as for a picture, one run at a time, and no time for anything else."""

    lock = threading.Lock()
    prepared: Prepared | None = None

    def prepare(self, picture: PictureSource, *, name: str | None = None) -> Prepared:
        self.prepared = self.prepared or super().prepare(picture, name=name)
        return self.prepared

    def run(self, prepared: Sequence[Prepared]) -> list[Prediction]:
        with self.lock:
            time.sleep(0.02)
        return super().run(prepared)


@pytest.mark.parametrize(
    ("cores", "threads"), [(1, {1}), (8, {8, 1})], ids=["one core", "a thread for each core, or one for all"]
)
def test_each_number_of_threads_is_tried_with_each_batch(cores: int, threads: set[int]) -> None:
    assert set(ways(cores)) == {Way(count, batch) for count in threads for batch in (1, 4, 16)}
    assert len(ways(cores)) == 3 * len(threads)


def test_the_fastest_way_comes_first() -> None:
    found = measured(Slow(), [Way(1, 1), Way(1, 16), Way(1, 4)], seconds=0.45)
    assert [one.way.batch for one in found] == [16, 4, 1]
    assert 0 < found[2].rate < found[1].rate < found[0].rate
    # 20 ms for a run of one picture.
    assert found[2].rate <= 50
