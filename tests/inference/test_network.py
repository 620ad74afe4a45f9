"""Several callers on one network: each gets its own outputs, on the cores that the others leave."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold.errors import ModelFileError
from tenfold.inference.network import Network
from tests import tiny

random = np.random.default_rng(5)


@pytest.mark.parametrize("count", [1, 2, 7, 130])
def test_a_run_in_parts_answers_as_one_in_one_part(count: int) -> None:
    content = tiny.MODEL.read_bytes()
    inputs = random.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    alone, shared = (Network(content, "tiny", threads).run(inputs) for threads in (1, 3))
    for one, other in zip(alone, shared, strict=True):
        assert np.allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(("side", "most"), [(32, 48), (192, 2), (512, 1)])
def test_a_part_holds_the_fewer_inputs_the_larger_they_are(side: int, most: int) -> None:
    network, parts = Network(tiny.MODEL.read_bytes(), "tiny", 1), list[int]()

    class Session:
        def run(self, names: None, given: dict[str, NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
            parts.append(len(given["image"]))
            return [np.zeros((len(given["image"]), 1), np.float32)]

    network._session = Session()
    (outputs,) = network.run(np.zeros((100, side, side, 3), np.uint8))
    assert len(outputs) == sum(parts) == 100
    assert max(parts) <= most
    assert len(parts) == -(-100 // most)


def test_callers_beside_each_other_get_their_own_answers() -> None:
    network = Network(tiny.MODEL.read_bytes(), "tiny", 2)
    some = [random.integers(0, 256, (6, 32, 32, 3), dtype=np.uint8) for _ in range(40)]
    expected = [network.run(inputs)[0] for inputs in some]
    with ThreadPoolExecutor(4) as callers:
        for one, other in zip(callers.map(network.run, some), expected, strict=True):
            assert np.allclose(one[0], other, atol=1e-5)


def test_what_the_runtime_cannot_run_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ModelFileError, match=r"The model file odd\.onnx cannot be run by ONNX Runtime"):
        Network(b"no network at all", "odd.onnx", 1)
    assert capfd.readouterr() == ("", "")
