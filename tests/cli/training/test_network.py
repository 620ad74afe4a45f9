"""tenfold network list, show and fetch."""

import hashlib
import json
import re
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from tests.cli.conftest import Command

pytestmark = pytest.mark.train
HOW_TO = ROOT / "docs" / "how-to" / "own-network.md"


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.slow
def test_every_network_is_listed_with_its_size_and_what_was_published(tenfold: Command) -> None:
    outcome = tenfold("network", "list")
    assert outcome.status == 0
    listed = lines(outcome.out)
    assert listed[0] == "name side parameters multiply-adds published"
    assert len(listed) == 16
    assert any(
        re.match(r"sequential-6conv 32 552,362 38,896,896 80 %; notebook 88.7 % three", x) for x in listed
    )
    assert any(x.startswith("vgg16-transfer 128 16,814,666 5,013,244,416 - VGG16") for x in listed)


def test_the_list_is_told_to_a_program(tenfold: Command) -> None:
    listed = {one["name"]: one for one in json.loads(tenfold("network", "list", "--json").out)}
    assert listed["pycrafters-v1.3"]["keras_parameters"] == 187_402
    assert listed["pycrafters-v1.3"]["trainable"] == 186_826
    assert listed["vgg16-finetuned"]["options"] == {"trainable_blocks": 2}


def test_a_network_is_shown_layer_by_layer(tenfold: Command) -> None:
    outcome = tenfold("network", "show", "sequential-6conv")
    assert outcome.status == 0
    shown = lines(outcome.out)
    for line in (
        "sequential-6conv: three blocks of two convolutions, Dense 128",
        "Published: 80 %; notebook 88.7 %",
        "layer type output parameters multiply-adds",
        "conv6 Conv2d 128 x 8 x 8 147,584 9,437,184",
        "norm1 BatchNorm2d 32 x 32 x 32 128 0",
        "flatten Flatten 2048 0 0",
        "dense1 Linear 128 262,272 262,144",
        "total 552,362 38,896,896",
        "Parameters: 551,466 trainable, 0 fixed, 896 norms' statistics",
        "For 10 classes and pictures of 32 x 32; output is channels x height x width",
    ):
        assert line in shown


def test_another_side_and_number_of_classes_are_shown(tenfold: Command) -> None:
    out = tenfold("network", "show", "vgg16-transfer", "--side", 64, "--classes", 3, "--json").out
    shown = json.loads(out)
    assert (shown["side"], shown["classes"]) == (64, 3)
    assert shown["parameters"] == 14_714_688 + (2 * 2 * 512 + 1) * 256 + 257 * 3
    assert shown["layers"][-1]["output"] == [3]


def test_options_of_a_network_are_shown_as_training_takes_them(tenfold: Command) -> None:
    shown = tenfold("network", "show", "sequential-4conv", "--set", "options.same=first").out
    assert "total 1,250,858" in [" ".join(line.split()[:2]) for line in shown.splitlines()]


def test_a_network_of_ones_own_is_shown(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shown_nets.py").write_text(
        "from torch import nn\n"
        "def build(classes, side):\n"
        "    return nn.Sequential(nn.Flatten(), nn.Linear(3 * side**2, classes))\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    outcome = tenfold("network", "show", "shown_nets:build", "--side", 8, "--classes", 5)
    assert outcome.status == 0
    assert "1 Linear 5 965 960" in lines(outcome.out)


def test_the_network_on_the_how_to_page_is_shown_as_it_says(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HOW_TO.read_text(encoding="utf-8")
    (source,) = re.findall(r"^```py\n(.*?)^```", text, re.M | re.S)
    (command, printed) = re.findall(r"^\$ tenfold (network show .*)\n(.*?)^```", text, re.M | re.S)[0]
    (tmp_path / "mynets.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert tenfold(*command.split()).out == printed


def test_an_unknown_network_is_told(tenfold: Command) -> None:
    outcome = tenfold("network", "show", "alexnet")
    assert outcome.status == 1
    assert outcome.err.startswith("tenfold: The network 'alexnet' is not known (known are default, ")


def test_weights_are_fetched_and_their_place_is_told(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(b"weights").hexdigest()
    source = tmp_path / f"vgg16-{digest[:8]}.pth"
    source.write_bytes(b"weights")
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tenfold.networks.imagenet.URL", source.as_uri())
    outcome = tenfold("network", "fetch", "vgg16")
    assert (outcome.status, outcome.out) == (0, f"{tmp_path / 'home' / 'weights' / source.name}\n")
