"""Drift: silent where nothing changes, found where something does."""

import logging

import numpy as np
import pytest

from tenfold.observability.drift import Drift, DriftWatch, Reference, limit, stability_index
from tenfold.predictions import Prediction

LABELS = tuple("abcdefghij")
REFERENCE = Reference((1000,) * 10, 500)


def answers(counts: list[int], unknown: int = 0) -> list[Prediction]:
    labels = [label for label, count in zip(LABELS, counts, strict=True) for _ in range(count)]
    labels = list(np.random.default_rng(1).permutation(labels))
    return [
        Prediction(str(label), 0.9, {}, not unknown or number % (len(labels) // unknown) != 0, 0.1, None)
        for number, label in enumerate(labels)
    ]


def look(given: list[Prediction], reference: Reference | None = REFERENCE) -> dict[tuple[str, int], Drift]:
    watch = DriftWatch()
    watch.follow("m", LABELS, reference)
    watch.note("m", given)
    return {(one.kind, one.window): one for one in watch.measure()}


def test_pictures_like_those_of_the_evaluation_are_no_drift() -> None:
    found = look(answers([1000] * 10, unknown=500))
    assert not any(one.found for one in found.values())
    assert all(one.index is not None for one in found.values())


def test_a_class_that_comes_three_times_as_often_is_drift_of_classes_alone() -> None:
    found = look(answers([300] + [78] * 8 + [76], unknown=50))
    assert found["classes", 1000].found
    assert not found["novelty", 1000].found
    assert found["classes", 10_000].index is None


def test_pictures_of_none_of_the_classes_are_drift_of_novelty_alone() -> None:
    found = look(answers([100] * 10, unknown=120))
    assert found["novelty", 1000].found
    assert not found["classes", 1000].found


def test_the_limit_lets_chance_pass_as_often_as_it_says() -> None:
    """One alarm in a month is one in 2,880 looks; in 3,000 windows by chance a few may be, not many."""
    generator = np.random.default_rng(2)
    bound = limit(REFERENCE.classes, [100] * 10)
    seen = generator.multinomial(1000, [0.1] * 10, 3000).astype(float)
    expected = generator.multinomial(10_000, [0.1] * 10, 3000).astype(float)
    assert (stability_index(seen, expected) > bound).sum() <= 5
    assert bound < 0.1  # the folk limit of 0.2 would find nothing here


def test_without_a_reference_nothing_is_said_and_another_model_begins_anew() -> None:
    assert look(answers([100] * 10), None) == {}
    watch = DriftWatch()
    watch.follow("m", LABELS, REFERENCE)
    watch.note("m", answers([1000] + [0] * 9))
    watch.follow("n", LABELS, REFERENCE)
    watch.note("m", answers([1000] + [0] * 9))
    assert all(one.index is None for one in watch.measure())


def test_drift_is_told_once_and_measured(caplog: pytest.LogCaptureFixture) -> None:
    watch = DriftWatch()
    watch.follow("m", LABELS, REFERENCE)
    watch.note("m", answers([1000] + [0] * 9))
    with caplog.at_level(logging.WARNING):
        watch.measure()
        watch.measure()
    assert [record.message for record in caplog.records if "Drift of classes" in record.message] != []
    assert len([record for record in caplog.records if "Drift of classes" in record.message]) == 1
    names = {(one.name, one.labels["kind"]) for one in watch.measures()}
    assert ("tenfold_drift", "classes") in names
