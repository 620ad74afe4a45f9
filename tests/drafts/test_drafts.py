"""Drafts: what was learned from them last."""

from tenfold.database import Database
from tenfold.drafts.drafts import Drafts


def test_of_what_was_learned_one_file_is_needed_whichever_learning_ends_last(database: Database) -> None:
    drafts = Drafts(database)
    draft = drafts.begin(1, "Mine")
    assert drafts.fitted(draft, {"version": 1}, "a") is None
    assert drafts.fitted(draft, {"version": 1}, "a") is None
    assert drafts.fitted(draft, {"version": 3}, "c") == "a"
    assert drafts.fitted(draft, {"version": 2}, "b") == "b", "it began earlier and ended later"
    assert drafts.fitted(draft, {"version": 2}, "c") is None
    assert drafts.state(draft, 1).draft.model_hash == "c"
    drafts.delete(draft, 1)
    assert drafts.fitted(draft, {"version": 4}, "d") == "d"
