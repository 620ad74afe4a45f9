"""Pictures unlike all others."""

import numpy as np
import pytest

from tenfold.evaluation.data_check import outliers
from tests.evaluation.data_check.test_label_errors import clouds


def test_what_lies_far_from_everything_is_found_the_farthest_first() -> None:
    embeddings, _ = clouds(each=100)
    random = np.random.default_rng(9)
    far = random.normal(0, 1, (3, 16)).astype(np.float32)
    far /= np.linalg.norm(far, axis=1, keepdims=True)
    found = outliers.outliers(np.concatenate([embeddings, far]))
    assert {300, 301, 302} <= {number for number, _ in found}
    assert len(found) <= 6
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > outliers.FAR


def test_a_sample_is_compared_with_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings, _ = clouds(each=100)
    far = -embeddings.mean(axis=0, keepdims=True)
    far /= np.linalg.norm(far)
    monkeypatch.setattr(outliers, "SAMPLE", 80)
    assert outliers.outliers(np.concatenate([far, embeddings]))[0][0] == 0


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_few_pictures_have_no_outliers(count: int) -> None:
    assert outliers.outliers(clouds()[0][:count]) == []
