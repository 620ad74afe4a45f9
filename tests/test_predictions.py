"""What a classifier answers, as plain JSON types."""

import json

import numpy as np

from tenfold.predictions import Prediction

MAPS = np.array([[[0.0, 0.25], [0.5, 1.0]], [[0.12345, 0.0], [0.0, 0.0]]], dtype=np.float32)
PREDICTION = Prediction("cat", 0.75, {"cat": 0.75, "dog": 0.25}, True, 0.1, MAPS)


def test_an_answer_becomes_plain_json_without_the_maps() -> None:
    assert json.loads(json.dumps(PREDICTION.to_dict())) == {
        "label": "cat",
        "confidence": 0.75,
        "known": True,
        "novelty": 0.1,
        "probabilities": {"cat": 0.75, "dog": 0.25},
    }


def test_the_maps_come_by_label_rounded_to_thousandths_where_asked_for() -> None:
    answer = json.loads(json.dumps(PREDICTION.to_dict(evidence=True)))
    assert answer["evidence"] == {"cat": [[0.0, 0.25], [0.5, 1.0]], "dog": [[0.123, 0.0], [0.0, 0.0]]}


def test_the_maps_do_not_fill_the_screen_when_an_answer_is_shown() -> None:
    assert "evidence" not in repr(PREDICTION)


def test_changing_the_json_leaves_the_answer_as_it_is() -> None:
    PREDICTION.to_dict()["probabilities"]["cat"] = 0
    assert PREDICTION.probabilities["cat"] == 0.75
