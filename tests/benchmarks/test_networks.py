"""Figures of networks are kept while their layers are the same."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from benchmarks.training.networks import size_of
from tenfold.networks import known, residual


def test_a_class_that_holds_layers_may_get_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    (network,) = (one for one in known.NETWORKS if one.name == "resnet-20")
    before = size_of(network)
    renamed = [
        thing for thing in vars(residual).values() if isinstance(thing, type) and "Block" in thing.__name__
    ]
    assert renamed
    for block in renamed:
        monkeypatch.setattr(block, "_get_name", lambda self: "Renamed")  # what torch prints
    assert size_of(network) == before


def test_another_layer_is_another_network() -> None:
    digests = [
        size_of(one)["architecture"] for one in known.NETWORKS if one.name.startswith(("sequential", "ml"))
    ]
    assert len(set(digests)) == len(digests) == 3
