"""The 15 corruptions: fixed by their seed, stronger with severity, and each what its name says."""

from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tenfold.errors import UsageError
from tenfold.evaluation.corruptions import CORRUPTIONS, SEVERITIES, corrupt
from tenfold.evaluation.corruptions import sampling as drawing
from tenfold.evaluation.corruptions.weather import plasma

NAMES = [one.name for one in CORRUPTIONS]
PUBLISHED = {
    "noise": ["gaussian_noise", "shot_noise", "impulse_noise"],
    "blur": ["defocus_blur", "glass_blur", "motion_blur", "zoom_blur"],
    "weather": ["snow", "frost", "fog", "brightness"],
    "digital": ["contrast", "elastic_transform", "pixelate", "jpeg_compression"],
}
Levels = NDArray[np.uint8]


def scenes(count: int = 24, side: int = 32) -> Levels:
    """Smooth colours with edges in them, none of them at the ends of the scale."""
    rng = np.random.default_rng(5)
    small = rng.integers(50, 200, (count, 6, 6, 3), dtype=np.uint8)
    return np.stack(
        [np.asarray(Image.fromarray(one).resize((side, side), Image.Resampling.HAMMING)) for one in small]
    )


def flat(level: int, count: int = 4, side: int = 32) -> Levels:
    return np.full((count, side, side, 3), level, dtype=np.uint8)


def change(before: Levels, after: Levels) -> float:
    return float(np.abs(before.astype(float) - after).mean())


def test_there_are_the_published_fifteen_in_four_families() -> None:
    assert {
        family: [one.name for one in CORRUPTIONS if one.family == family] for family in PUBLISHED
    } == PUBLISHED
    assert len(NAMES) == 15
    assert len({one.title for one in CORRUPTIONS}) == 15


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_fixes_every_pixel_and_the_pictures_given_stay(name: str) -> None:
    before = scenes()
    once = corrupt(before, name, 3, seed=4)
    assert once.dtype == np.uint8
    assert once.shape == before.shape
    assert np.array_equal(once, corrupt(before, name, 3, seed=4))
    assert np.array_equal(before, scenes())
    drawn = name not in (
        "defocus_blur",
        "zoom_blur",
        "brightness",
        "contrast",
        "pixelate",
        "jpeg_compression",
    )
    assert np.array_equal(once, corrupt(before, name, 3, seed=5)) != drawn


def test_the_highest_severity_changes_more_than_the_lowest() -> None:
    before = scenes()
    # The elastic sheet is pulled less and bent more, and frost takes as much light as it adds: as published.
    for name in [name for name in NAMES if name not in ("elastic_transform", "frost")]:
        low, high = (change(before, corrupt(before, name, severity)) for severity in (1, 5))
        assert 0.05 < low < high, name


# The others draw a direction or a place anew for each severity, or change more than one constant.
@pytest.mark.parametrize(
    "name", [*PUBLISHED["noise"], "defocus_blur", "zoom_blur", "fog", "brightness", "contrast"]
)
def test_each_severity_changes_more_than_the_one_below(name: str) -> None:
    before = scenes(60)
    changes = [change(before, corrupt(before, name, severity)) for severity in SEVERITIES]
    assert changes == sorted(changes)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", [8, 30, 72])
def test_other_sides_go_through(name: str, side: int) -> None:
    before = scenes(3, side)
    after = corrupt(before, name, 5)
    assert after.shape == before.shape
    # So few pixels are sharp whatever the lens does.
    assert change(before, after) > 0.5 or (name, side) == ("defocus_blur", 8)


@pytest.mark.parametrize(
    "name",
    ["defocus_blur", "glass_blur", "motion_blur", "zoom_blur", "elastic_transform", "pixelate", "contrast"],
)
def test_a_flat_picture_stays_flat_where_only_places_change(name: str) -> None:
    for severity in SEVERITIES:
        assert np.array_equal(corrupt(flat(117), name, severity), flat(117))


@pytest.mark.parametrize(("severity", "sigma"), [(1, 0.04), (5, 0.10)])
def test_gaussian_noise_has_the_published_deviation(severity: int, sigma: float) -> None:
    after = corrupt(flat(128, 50), "gaussian_noise", severity).astype(float)
    assert after.std() == pytest.approx(sigma * 255, rel=0.02)
    assert after.mean() == pytest.approx(128, abs=0.5)


@pytest.mark.parametrize("level", [64, 160])
def test_shot_noise_grows_with_the_light(level: int) -> None:
    after = corrupt(flat(level, 50), "shot_noise", 4).astype(float)
    assert after.std() == pytest.approx(255 * (level / 255 / 75) ** 0.5, rel=0.03)


def test_impulses_are_black_or_white_as_often_as_published() -> None:
    after = corrupt(flat(128, 100), "impulse_noise", 5)
    assert set(np.unique(after)) == {0, 128, 255}
    assert (after == 0).mean() == pytest.approx(0.035, abs=0.002)
    assert (after == 255).mean() == pytest.approx(0.035, abs=0.002)


def test_defocus_makes_a_symmetric_disc_of_a_point() -> None:
    point = flat(0, 1)
    point[0, 16, 16] = 255
    disc = corrupt(point, "defocus_blur", 5)[0, :, :, 0].astype(int)
    # Radius 1.5 holds the 9 pixels about the middle, alike.
    assert np.array_equal(disc[15:18, 15:18], np.full((3, 3), round(255 / 9)))
    assert disc.sum() == 9 * round(255 / 9)


def test_defocus_grows_with_the_side() -> None:
    widths = []
    for side in (32, 128):
        point = flat(0, 1, side)
        point[0, side // 2, side // 2] = 255
        made = drawing.convolve(point.astype(np.float32), np.ones((3, 3)) / 9)
        assert made.sum() == pytest.approx(3 * 255, rel=1e-4)
        edge = flat(0, 1, side)
        edge[:, :, side // 2 :] = 255
        row = corrupt(edge, "defocus_blur", 5)[0, 0, :, 0]
        widths.append(int(((row > 12) & (row < 243)).sum()))
    assert widths[1] / widths[0] == pytest.approx(4, abs=1)


def test_glass_moves_pixels_and_makes_none() -> None:
    before = scenes()
    after = corrupt(before, "glass_blur", 1)
    # So little smoothing leaves the levels as they are: each is one of the 2 x 2 pixels up and to the left.
    found = np.zeros(before.shape[:3], dtype=bool)
    for down in (0, 1):
        for across in (0, 1):
            found |= (np.roll(before, (down, across), (1, 2)) == after).all(axis=3)
    assert found[:, 2:, 2:].all()
    assert np.array_equal(after[:, :2], before[:, :2])
    assert (after != before).any()


def test_motion_smears_a_point_along_a_line_to_one_side() -> None:
    point = flat(0, 40)
    point[:, 16, 16] = 255
    after = corrupt(point, "motion_blur", 5)[..., 0]
    rows, columns = np.nonzero(after.max(axis=0))
    assert columns.max() == 16, "angles of -45 to 45 degrees go one way"
    assert columns.min() >= 16 - 10
    assert (np.abs(rows - 16) <= 16 - columns).all()
    assert (np.abs(after.astype(int).sum(axis=(1, 2)) - 255) <= 5).all()


def test_a_zoom_draws_the_middle_larger_corner_to_corner() -> None:
    ramp = np.broadcast_to(np.arange(32, dtype=np.float32)[:, None, None], (1, 32, 32, 3))
    drawn = drawing.zoom(ramp, 2.0)
    assert drawn[0, :, 5, 1] == pytest.approx(8 + np.arange(32) * 15 / 31, abs=1e-5)
    across = drawing.zoom(ramp.transpose(0, 2, 1, 3), 2.0)
    assert across == pytest.approx(drawn.transpose(0, 2, 1, 3), abs=1e-5)
    # As published: too small a zoom for one more pixel is none.
    assert np.array_equal(drawing.zoom(ramp, 1.01), ramp)


def test_snow_is_white_and_frost_is_cold() -> None:
    snowy = corrupt(flat(100, 30), "snow", 3).astype(int)
    assert (snowy >= 100).all()
    assert np.ptp(snowy, axis=3).max() <= 1
    frosted = corrupt(flat(60, 30), "frost", 5).astype(float)
    red, green, blue = frosted.mean(axis=(0, 1, 2))
    assert red < green < blue
    assert frosted.std() > 10, "frost has a structure"
    assert len(np.unique(frosted.reshape(30, -1), axis=0)) == 30, "each picture has its own part of a pane"


def test_fog_keeps_the_greatest_level_and_is_smoother_than_snow() -> None:
    foggy = corrupt(scenes(), "fog", 3)
    assert (foggy.max(axis=(1, 2, 3)) <= scenes().max(axis=(1, 2, 3))).all()
    clouds = plasma(20, 32, 2.5, np.random.default_rng(1))
    assert clouds.shape == (20, 32, 32)
    assert np.allclose(clouds.min(axis=(1, 2)), 0)
    assert np.allclose(clouds.max(axis=(1, 2)), 1)
    rough = plasma(20, 32, 1.2, np.random.default_rng(1))
    assert np.abs(np.diff(clouds, axis=1)).mean() < np.abs(np.diff(rough, axis=1)).mean()


@pytest.mark.parametrize(
    ("colour", "expected"),
    [((100, 50, 200), (113, 57, 226)), ((0, 0, 0), (26, 26, 26)), ((250, 125, 0), (255, 128, 0))],
)
def test_brightness_raises_the_value_and_keeps_hue_and_saturation(
    colour: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    before = np.broadcast_to(np.array(colour, dtype=np.uint8), (1, 32, 32, 3))
    after = corrupt(before, "brightness", 2)[0, 0, 0]
    assert np.abs(after.astype(int) - expected).max() <= 1


def test_contrast_keeps_the_mean_colour_and_its_share_of_the_rest() -> None:
    before, after = scenes().astype(float), corrupt(scenes(), "contrast", 4).astype(float)
    assert np.abs(after.mean(axis=(1, 2)) - before.mean(axis=(1, 2))).max() < 0.5
    assert after.std(axis=(1, 2)) == pytest.approx(before.std(axis=(1, 2)) * 0.3, abs=0.3)


def test_places_between_pixels_are_bilinear_and_mirrored_outside() -> None:
    ramp = np.broadcast_to(np.arange(8, dtype=np.float32)[:, None, None], (1, 8, 8, 3))
    rows = np.full((1, 8, 8), 0.0, dtype=np.float32)
    rows[0, 0] = [2.5, 0, 7, -1, -2.25, 8, 8.5, 14]
    found = drawing.between(ramp, rows, np.zeros((1, 8, 8), dtype=np.float32))
    assert found[0, 0, :, 0].tolist() == [2.5, 0, 7, 1, 2.25, 6, 5.5, 0]


def test_elastic_moves_no_further_than_its_three_points_are_pulled() -> None:
    """At severity 1 the sheet only goes through an affine map: a ramp stays a plane."""
    ramp = np.broadcast_to((np.arange(32) * 4 + 60).astype(np.uint8)[None, :, None, None], (20, 32, 32, 3))
    after = corrupt(np.ascontiguousarray(ramp), "elastic_transform", 1).astype(float)[:, 12:20, 12:20, 0]
    bent = after[:, :-2] - 2 * after[:, 1:-1] + after[:, 2:]
    assert np.abs(bent).max() <= 2, "only rounding bends it"
    moved = (after - ramp[:, 12:20, 12:20, 0]) / 4
    assert 0.5 < np.abs(moved).max() < 32 * 0.08 * 2


def test_pixelate_and_jpeg_are_pillows() -> None:
    before = scenes()
    box = Image.Resampling.BOX
    coarse = np.asarray(Image.fromarray(before[3]).resize((20, 20), box).resize((32, 32), box))
    assert np.array_equal(corrupt(before, "pixelate", 5)[3], coarse)
    file = BytesIO()
    Image.fromarray(before[3]).save(file, "JPEG", quality=40)
    assert np.array_equal(corrupt(before, "jpeg_compression", 5)[3], np.asarray(Image.open(file)))


def test_more_than_one_lot_of_pictures_goes_through() -> None:
    before = flat(128, 600)
    after = corrupt(before, "gaussian_noise", 1)
    assert len(np.unique(after.reshape(600, -1), axis=0)) == 600, "no two lots are the same"


def test_an_unknown_name_or_severity_is_refused_with_what_there_is() -> None:
    with pytest.raises(
        UsageError, match=r"'rain' is not known\. Known are gaussian_noise, .*jpeg_compression"
    ):
        corrupt(flat(1), "rain", 1)
    with pytest.raises(UsageError, match=r"severity of fog is not known \(6\)\. Use 1 to 5\."):
        corrupt(flat(1), "fog", 6)
