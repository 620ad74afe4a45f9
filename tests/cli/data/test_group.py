"""tenfold data fetch."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tenfold.errors import DatasetError
from tests.cli.conftest import Command


def test_cifar10_is_fetched_into_the_folder_that_was_named(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def fetch(data_dir: Path, *, progress: Callable[[int, int | None], None]) -> Path:
        asked.append(data_dir)
        progress(1_000_000, 170_498_071)
        return data_dir / "cifar-10-batches-bin"

    monkeypatch.setattr("tenfold.datasets.fetch.fetch_cifar10", fetch)
    outcome = tenfold("data", "fetch", "cifar10", "--data-dir", tmp_path)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == f"CIFAR-10 is in {tmp_path / 'cifar-10-batches-bin'}\n"
    monkeypatch.setenv("TENFOLD_DATA_DIR", str(tmp_path / "by-setting"))
    tenfold("data", "fetch", "cifar10")
    assert asked == [tmp_path, tmp_path / "by-setting"]


def test_a_fetch_that_fails_is_told(tenfold: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(data_dir: Path, *, progress: object) -> Path:
        raise DatasetError("The archive", "was cut off", cure="Run it again.")

    monkeypatch.setattr("tenfold.datasets.fetch.fetch_cifar10", fetch)
    outcome = tenfold("data", "fetch", "cifar10")
    assert (outcome.status, outcome.err) == (1, "tenfold: The archive was cut off. Run it again.\n")


def test_other_data_is_wrong_usage(tenfold: Command) -> None:
    outcome = tenfold("data", "fetch", "imagenet")
    assert outcome.status == 2
    assert "'imagenet' is not 'cifar10'" in outcome.err
