"""Frames that show what the one before did are known before they are converted."""

import numpy as np
import pytest

av = pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")


def test_frames_are_left_out_that_differ_by_noise_alone_and_no_longer_than_a_second() -> None:
    from tenfold.cameras.decoder.still import Still

    random, still = np.random.default_rng(1), Still()
    ground = random.integers(60, 180, (15, 28, 3)).repeat(32, 0).repeat(31, 1)[:480, :854]

    def left_out(seconds: float, *, thing: int = 0, light: int = 0) -> bool:
        shown = ground + light + random.integers(-8, 9, ground.shape)
        shown[200 : 200 + thing, 300 : 300 + thing] = 250
        picture = np.ascontiguousarray(shown.clip(0, 255).astype(np.uint8))
        return still.leaves_out(av.VideoFrame.from_ndarray(picture, format="rgb24"), seconds)

    assert not left_out(0.0), "the first"
    assert [left_out(0.1 * k) for k in range(1, 10)] == [True] * 9
    assert not left_out(1.0), "a second has passed"
    assert left_out(1.1)
    assert not left_out(1.2, thing=14), "something small came"
    assert left_out(1.3, thing=14)
    assert not left_out(1.4), "and went"
    assert not left_out(1.5, light=6), "the light changed"
    assert left_out(1.6, light=6)
    still.forget()
    assert not left_out(1.7, light=6)
