"""A checkpoint is whole or not there, and what is wrong with it is told."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold.errors import TrainingError
from tenfold.training import checkpoints

pytestmark = pytest.mark.train
TENSORS = {"network.weight": torch.arange(6.0).reshape(2, 3), "count": torch.tensor(3)}
FACTS = {"epoch": 4, "config": {"stages": [{"epochs": 1, "side": 24}]}}


def refusal(path: Path) -> str:
    with pytest.raises(TrainingError) as caught:
        checkpoints.load(path)
    return str(caught.value)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    checkpoints.save(path, TENSORS | {"turned": TENSORS["network.weight"].T}, FACTS)
    tensors, facts = checkpoints.load(path)
    assert facts == FACTS
    assert tensors.keys() == {"network.weight", "count", "turned"}
    assert torch.equal(tensors["network.weight"], TENSORS["network.weight"])
    assert torch.equal(tensors["turned"], TENSORS["network.weight"].T)
    assert list(tmp_path.iterdir()) == [path]


def test_weights_that_layers_share_are_saved_for_each(tmp_path: Path) -> None:
    path, shared = tmp_path / "state.safetensors", torch.arange(6.0)
    checkpoints.save(path, {"a.weight": shared, "b.weight": shared, "c.weight": shared[:3]}, FACTS)
    tensors, _ = checkpoints.load(path)
    assert [tensors[f"{name}.weight"].tolist() for name in "abc"] == [
        list(range(6)),
        list(range(6)),
        [0, 1, 2],
    ]


def test_a_checkpoint_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "missing" / "state.safetensors", tmp_path / "file" / "state.safetensors"):
        (tmp_path / "file").write_text("no folder")
        with pytest.raises(TrainingError) as caught:
            checkpoints.save(path, TENSORS, FACTS)
        message = str(caught.value)
        assert message.startswith(f"The checkpoint {path} cannot be written (")
        assert message.endswith(
            "Free some space or name another folder with --run, then go on with --resume."
        )


def test_a_full_disk_leaves_the_one_before_intact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "state.safetensors"
    checkpoints.save(path, TENSORS, FACTS)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(TrainingError, match=r"the one before it is intact \(.*No space left on device\)"):
        checkpoints.save(path, TENSORS, FACTS | {"epoch": 5})
    assert checkpoints.load(path)[1] == FACTS
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_damaged_or_foreign_checkpoint_is_told(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "state.safetensors"
    cure = "Delete it to start the run again."
    assert refusal(path).startswith(f"The checkpoint {path} cannot be read (FileNotFoundError: ")
    checkpoints.save(path, TENSORS, FACTS)
    path.write_bytes(path.read_bytes()[:-8])
    assert refusal(path).startswith(f"The checkpoint {path} cannot be read (SafetensorError: ")
    save_file(TENSORS, path)
    assert refusal(path) == f"The checkpoint {path} cannot be read (KeyError: 'tenfold'). {cure}"
