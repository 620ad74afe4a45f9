"""The check for missing parts: which pictures it names, and that it leaves all other answers as they are."""

import io

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image

from benchmarks.models.half_decoded import FILLS, Pixels, filled
from tenfold import modelfile
from tenfold.export import partial
from tenfold.images import read, resize
from tests import tiny

FORMATS: dict[str, dict[str, int]] = {
    "PNG": {},
    "JPEG": {"quality": 75},
    "WEBP": {"quality": 80},
}


def scene(width: int = 480, height: int = 360, seed: int = 1) -> Pixels:
    """Clouds of colour with fine grain, different everywhere."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    large = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)).astype(float)
    return (large + random.normal(0, 12, large.shape)).clip(0, 255).astype(np.uint8)


def saved(pixels: Pixels, kind: str) -> Pixels:
    Image.fromarray(pixels).save(file := io.BytesIO(), kind, **FORMATS[kind])
    return read(file.getvalue())


def missing(pixels: Pixels, side: int, *, plain: bool = True) -> bool:
    return bool(partial.found(resize(pixels, side, "bicubic")[None], plain=plain)[0])


# WebP does not keep rows alike: what it makes of the last row again is found by networks of few pixels alone.
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("fill", FILLS)
def test_what_is_filled_up_below_is_missing(fill: str, kind: str) -> None:
    blurred = (fill, kind) == ("the last row again", "WEBP")
    for share in (0.25, 0.5, 2 / 3):
        pixels = saved(filled(scene(), share, FILLS[fill]), kind)
        for side in (32, 50) if blurred else (32, 50, 192):
            assert missing(pixels, side), (share, side)


def test_a_picture_turned_by_its_orientation_may_lack_its_left_or_right_part() -> None:
    half = filled(scene(), 0.5, 128)
    assert missing(np.rot90(half), 192)
    assert missing(np.rot90(half, 3), 192)


def test_a_whole_picture_lacks_nothing() -> None:
    for seed in range(20):
        for side in (32, 192):
            assert not missing(scene(seed=seed), side), seed


@pytest.mark.parametrize("side", [32, 192])
def test_bars_at_both_edges_a_bright_sky_and_a_thing_on_white_are_no_missing_part(side: int) -> None:
    film = scene()
    film[:60], film[-60:] = 0, 0
    assert not missing(film, side), "a letterboxed film"
    assert missing(filled(film, 0.5, 128), side), "half of one"
    pillars = scene()
    pillars[:, :90], pillars[:, -90:] = 0, 0
    assert not missing(pillars, side), "a picture from a telephone held upright"
    sky = scene()
    sky[:165] = 255
    assert not missing(sky, side), "an overexposed sky over a straight horizon"
    thing = np.full_like(scene(), 255)
    thing[30:180, 60:420] = scene()[30:180, 60:420]
    assert not missing(thing, side), "a box on a white table"


def test_a_tenth_is_too_little_to_be_missed() -> None:
    assert not missing(filled(scene(), 0.1, 128), 192)


def test_a_picture_of_one_colour_is_missing_only_where_that_was_asked_for() -> None:
    for side in (32, 192):
        for colour in (0, 128, 255, (200, 30, 30)):
            plain = np.full((64, 64, 3), colour, np.uint8)
            assert missing(plain, side)
            assert not missing(plain, side, plain=False)


def test_other_answers_stay_the_same_to_the_bit_and_the_check_can_be_taken_out() -> None:
    before = modelfile.network(tiny.MODEL)
    model = onnx.load_from_string(before)
    partial.add(model, plain=True)
    onnx.checker.check_model(model)
    whole = resize(scene(), 32, "bilinear")
    shown = np.stack([whole, filled(whole, 0.5, 128), whole[::-1]])
    first, second = (
        onnxruntime.InferenceSession(one, providers=["CPUExecutionProvider"]).run(None, {"image": shown})
        for one in (before, model.SerializeToString())
    )
    for old, new in zip(first, second, strict=True):
        assert np.array_equal(old[[0, 2]], new[[0, 2]])
    assert second[0][1] == pytest.approx(np.full(10, 0.1))
    assert second[3][1] == 1
    assert np.array_equal(first[1], second[1]), "the embedding is what it was, also of half a picture"

    taken = partial.take_out(model)
    assert model.SerializeToString() == onnx.load_from_string(before).SerializeToString()
    partial.put_back(model, taken)
    onnx.checker.check_model(model)


def test_a_network_too_small_to_see_it_is_left_as_it_is() -> None:
    shape = [onnx.helper.make_tensor_value_info("image", onnx.TensorProto.UINT8, ["N", 16, 16, 3])]
    model = onnx.helper.make_model(onnx.helper.make_graph([], "small", shape, []))
    partial.add(model, plain=True)
    assert not model.graph.node


def test_a_model_of_a_camera_whose_view_is_covered_in_part_goes_without_the_check() -> None:
    own = np.stack([resize(scene(seed=seed), 64, "bicubic") for seed in range(40)])
    assert partial.suits(own)
    covered = own.copy()
    covered[:2, -30:] = 0
    assert not partial.suits(covered)
