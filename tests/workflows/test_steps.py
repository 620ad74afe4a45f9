"""The steps of jobs in English."""

from tenfold.workflows.job_types import in_english
from tenfold.workflows.steps import report_step
from tests.fakes import Anything, FakeWork


def test_a_step_names_what_it_is_at() -> None:
    assert in_english("asking-model", {"model": "default"}) == "asking default"
    assert in_english("some-unusable", {"unusable": 3}) == "3 could not be used"
    assert in_english("unpacking", None) == "unpacking"


def test_a_step_of_another_version_has_no_words() -> None:
    assert in_english("knitting", {"model": "default"}) == ""
    assert in_english("", None) == ""


def test_only_what_the_step_names_is_stored() -> None:
    told: list[tuple[object, ...]] = []

    class Recorded(FakeWork):
        def progress(self, *given: object) -> None:
            told.append(given)

    report_step(Recorded(Anything({})), 1, 2, "asking-model", model="default")
    report_step(Recorded(Anything({})), 1, 2, "unpacking")
    assert told == [(1, 2, "asking-model", {"model": "default"}), (1, 2, "unpacking", None)]
