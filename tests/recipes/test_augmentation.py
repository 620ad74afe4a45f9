"""The settings of augmentation: off by default, explained, refused with the range when out of it."""

import subprocess
import sys
from dataclasses import fields

import pytest

from tenfold.recipes.augmentation import Augmentation

RANGES = {one.name: one.metadata["between"] for one in fields(Augmentation) if one.metadata["between"]}


def test_everything_is_off_by_default() -> None:
    settings = Augmentation()
    assert (settings.flip, settings.fill) == ("none", "nearest")
    assert all(not getattr(settings, name) for name in RANGES if name != "randaugment_magnitude")
    assert not settings.warps


def test_every_setting_has_a_help_text_and_a_range_or_a_choice() -> None:
    for field in fields(Augmentation):
        assert len(field.metadata["help"]) > 10
        assert field.metadata["between"] or field.metadata["known"]


@pytest.mark.parametrize("name", RANGES)
def test_a_number_out_of_range_is_named_with_the_range(name: str) -> None:
    low, high = RANGES[name]
    for number in (low - 0.5, high + 1, float("nan")):
        with pytest.raises(ValueError, match=rf"^augmentation.{name} is {number:g}; it can be {low:g} to "):
            Augmentation(**{name: number})  # type: ignore[arg-type]
    for number in (low, high):
        Augmentation(**{name: number})


def test_an_unknown_choice_is_named_with_the_choices() -> None:
    with pytest.raises(ValueError, match=r"flip is 'twice'; it can be none, random or alternating\."):
        Augmentation(flip="twice")
    with pytest.raises(ValueError, match=r"fill is 'wrap'; it can be nearest, reflect or constant\."):
        Augmentation(fill="wrap")


@pytest.mark.parametrize("name", ["rotate", "shear", "zoom"])
def test_what_cannot_be_done_by_indexing_needs_a_warp(name: str) -> None:
    settings = {name: 0.2}
    assert Augmentation(**settings).warps  # type: ignore[arg-type]


def test_settings_need_no_torch() -> None:
    program = "import sys, tenfold.training.augmentation; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
