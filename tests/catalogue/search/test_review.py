from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import insert

from tenfold.catalogue.entries.tables import SYSTEM, Entry
from tenfold.catalogue.search.review import Review, ReviewScore, score
from tenfold.database import Database, now
from tenfold.errors import UsageError

SURE = {"cat": 0.96, "dog": 0.03, "fox": 0.01}


def scored(
    chances: Mapping[str, float] = SURE,
    *,
    known: bool = True,
    novelty: float = 0.1,
    previous: str | None = None,
    corrected: str | None = None,
) -> ReviewScore | None:
    return score(chances, known=known, novelty=novelty, threshold=0.5, previous=previous, corrected=corrected)


def test_a_sure_answer_that_nothing_speaks_against_needs_no_look() -> None:
    assert scored() is None
    assert scored(previous="cat") is None


def test_the_smaller_the_margin_the_more_a_look_helps() -> None:
    close, closer = scored({"cat": 0.5, "dog": 0.4}), scored({"cat": 0.5, "dog": 0.49})
    assert close is not None
    assert closer is not None
    assert close.reason == closer.reason == "uncertain"
    assert close.score == pytest.approx(0.9)
    assert closer.score == pytest.approx(0.99)


def test_novelty_counts_near_the_threshold_and_above_it() -> None:
    near, on, above, far = (
        scored(novelty=novelty, known=novelty <= 0.5) for novelty in (0.46, 0.5, 0.6, 5.0)
    )
    assert near
    assert on
    assert above
    assert far
    assert {look.reason for look in (near, on, above, far)} == {"novel"}
    assert near.score < on.score < above.score < far.score < 1
    assert scored(novelty=0.4) is None


def test_without_a_threshold_what_the_model_says_counts() -> None:
    assert score(SURE, known=True, novelty=0.49) is None
    look = score(SURE, known=False, novelty=0.51)
    assert look is not None
    assert look.reason == "novel"


def test_a_model_that_says_otherwise_than_the_one_before_is_worth_a_look() -> None:
    assert scored(previous="dog") == ReviewScore(1 - 0.03 / 2, "disagreement")
    gone = scored(previous="a class of the old model")
    assert gone == ReviewScore(1.0, "disagreement")
    none_before = scored(previous="")
    assert none_before is not None
    assert none_before.reason == "disagreement"


def test_what_a_person_said_is_asked_about_only_where_a_confident_model_does_not_believe_it() -> None:
    assert scored(corrected="cat") is None
    assert scored(corrected="dog") == ReviewScore(1 - 0.03, "label")
    assert scored(corrected="") == ReviewScore(0.96, "label")
    assert scored(corrected="a class that it does not know") is None
    assert scored({"cat": 0.8, "dog": 0.2}, corrected="dog") is None, "the model is not confident"
    assert scored(corrected="dog", known=False) is None
    assert scored({"cat": 0.5, "dog": 0.5}, corrected="dog", previous="fox") is None


def queue(database: Database, *entries: dict[str, Any]) -> Review:
    rows = [
        {
            "hash": f"{number:064}",
            "bytes": 1,
            "media_type": "image/png",
            "added_at": now(),
            "name": f"{number}.png",
            "owner_id": SYSTEM,
            "shared": True,
            "review_score": 0.5,
            "review_reason": "novel",
            "deleted_at": None,
        }
        | entry
        for number, entry in enumerate(entries)
    ]
    with database.writing() as session:
        session.execute(insert(Entry), rows)
    return Review(database)


def test_the_queue_has_the_most_helpful_first_and_pages_do_not_overlap(database: Database) -> None:
    scores = [0.1, 0.9, None, 0.5, 0.5, 0.5, 0.7]
    review = queue(database, *({"review_score": value} for value in scores))
    seen: list[float | None] = []
    ids, after, pages = set(), None, 0
    while True:
        page = review.page(limit=2, after=after)
        assert page.left == 6
        seen += [entry.review_score for entry in page.entries]
        ids |= {entry.id for entry in page.entries}
        pages += 1
        if page.next is None:
            break
        after = page.next
    assert seen == [0.9, 0.7, 0.5, 0.5, 0.5, 0.1]
    assert len(ids) == 6
    assert pages == 3


def test_the_queue_holds_what_the_person_may_change(database: Database) -> None:
    review = queue(
        database,
        {"name": "house"},
        {"name": "mine", "owner_id": 1, "shared": False},
        {"name": "shared by 2", "owner_id": 2},
        {"name": "deleted", "deleted_at": now()},
    )
    assert {entry.name for entry in review.page(person=1).entries} == {"house", "mine"}
    assert review.page(person=1).left == 2
    everything = review.page(person=3, administrator=True)
    assert {entry.name for entry in everything.entries} == {"house", "mine", "shared by 2"}


@pytest.mark.parametrize("after", ["", "x", "0.5", "nan_1", "inf_1", "0.5_0", f"0.5_{2**63}", "0.5_1_2"])
def test_a_place_that_no_page_gave_is_refused(database: Database, after: str) -> None:
    with pytest.raises(UsageError, match="after is no place in the queue"):
        Review(database).page(after=after)
