"""Which network a training takes for which pictures."""

from pathlib import Path

import pytest
from PIL import Image

from tenfold.errors import DatasetError
from tenfold.workflows.train import choose_network as module
from tenfold.workflows.train.choose_network import NetworkChoice, choose_network

DEFAULT = NetworkChoice(network="default", reason="default")
BACKBONE = NetworkChoice(network="efficientnet-lite0", reason="few-pictures", pictures=8)


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: name)


def pictures(folder: Path, side: int) -> str:
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for number in range(4):
            Image.new("RGB", (side, side)).save(folder / name / f"{number}.png")
    return str(folder)


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(
    ("side", "few", "changes", "chosen"),
    [
        (65, 8, (), BACKBONE),
        (64, 8, (), DEFAULT),
        (65, 7, (), DEFAULT),
        (65, 8, ("options.widths",), DEFAULT),
        (65, 8, ("optimiser.rate",), BACKBONE),
    ],
)
def test_few_large_pictures_take_the_backbone_and_all_others_the_default(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    side: int,
    few: int,
    changes: tuple[str, ...],
    chosen: NetworkChoice,
) -> None:
    monkeypatch.setattr(module, "FEW", few)
    assert choose_network(pictures(tmp_path, side), changes) == chosen


def test_without_its_weights_the_backbone_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    found = choose_network(pictures(tmp_path, 96), ())
    assert found == NetworkChoice(network="default", reason="weights-missing", pictures=8)


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError):
        choose_network(str(tmp_path), ())
