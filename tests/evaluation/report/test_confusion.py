"""The confusion matrix: its cells, their pictures, and what becomes of it with many classes."""

import json

import numpy as np

from tenfold.evaluation.report import confusion
from tenfold.evaluation.report.section import EvaluatedModel
from tests.evaluation.report.conftest import ManyColours, evaluated_model, numbered


def test_pairs_are_listed_from_the_most_confused() -> None:
    matrix = np.array([[9, 2, 0], [5, 9, 1], [0, 0, 9]])
    assert confusion.confused_pairs(matrix) == [(1, 0), (0, 1), (1, 2)]


def test_the_limit_per_cell_keeps_the_whole_within_bounds() -> None:
    assert confusion.per_cell([900, 30, 2], 100) == 40
    assert confusion.per_cell([900] * 50, 1600) == 32
    assert confusion.per_cell([3] * 10_000, 1600) == 1


def test_every_filled_cell_has_its_pictures_and_says_how_many_there_are(evaluated: EvaluatedModel) -> None:
    found = confusion.section(evaluated)
    matrix = evaluated.result.confusion
    assert {tuple(map(int, key.split("-"))) for key in found.shown["cells"]} == {
        (int(i), int(j)) for i, j in np.argwhere(matrix)
    }
    for key, cell in found.shown["cells"].items():
        i, j = map(int, key.split("-"))
        assert (cell["true"], cell["called"]) == (evaluated.data.classes[i], evaluated.data.classes[j])
        assert cell["count"] == matrix[i, j] == len(cell["items"])
        assert cell["side"] == 32
    assert json.loads(json.dumps(found.facts))["confusion"] == matrix.tolist()


def test_mistakes_come_surest_first_and_right_answers_least_sure_first(evaluated: EvaluatedModel) -> None:
    cells = confusion.section(evaluated).shown["cells"]
    for key, cell in cells.items():
        i, j = map(int, key.split("-"))
        sure = [confidence for confidence, _ in cell["items"]]
        assert sure == sorted(sure, reverse=i != j)


def test_the_pictures_of_a_cell_are_those_of_its_classes(evaluated: EvaluatedModel) -> None:
    matrix = evaluated.result.confusion
    (first, *_) = confusion.confused_pairs(matrix)
    for index in confusion.members(evaluated, first):
        assert evaluated.data.labels[index] == first[0]
        assert evaluated.found.probabilities[index].argmax() == first[1]


def test_colour_grows_with_the_share_and_nothing_has_none(evaluated: EvaluatedModel) -> None:
    rows = confusion.section(evaluated).shown["rows"]
    for i, row in enumerate(rows):
        assert sum(cell["share"] for cell in row) == 1 or not sum(cell["count"] for cell in row)
        for j, cell in enumerate(row):
            assert (cell["level"] == 0) == (cell["count"] == 0)
            assert 0 <= cell["level"] <= confusion.LEVELS, (i, j)


def test_many_classes_give_a_list_of_pairs_and_a_picture_of_the_matrix() -> None:
    labels = tuple(f"class {k}" for k in range(120))
    found = confusion.section(evaluated_model(ManyColours(labels), numbered(labels, 480, wrong=4)))
    assert not found.shown["whole"]
    assert found.shown["rows"] == []
    assert len(found.shown["pairs"]) == 30
    assert found.shown["pairs"][0] == {
        "cell": "1-0",
        "true": "class 1",
        "called": "class 0",
        "pictures": 4,
        "share": 0.5,
    }
    assert set(found.shown["cells"]) == {pair["cell"] for pair in found.shown["pairs"]}
    assert found.shown["overview"].startswith("data:image/png;base64,")
