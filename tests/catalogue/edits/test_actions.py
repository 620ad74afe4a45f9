"""Actions on entries and undo, on both databases; and random ones against a plain dictionary."""

import contextlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, insert, select, update

from tenfold.catalogue.edits import actions as module
from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.entries.filters import Filters
from tenfold.catalogue.entries.search_text import search_text
from tenfold.catalogue.entries.tables import Action, Change, Entry, Name
from tenfold.database import Database, now
from tenfold.errors import CatalogueError, NotAllowed, NotInCatalogue, UsageError
from tests.catalogue.making import made, put

SURE = {"cat": 0.95, "dog": 0.05}
ANN, BEN = 1, 2


def fill(database: Database, *columns: dict[str, Any]) -> Actions:
    """Entries from number 1 on: cats by a confident model."""
    rows = [
        made(number, known=True, probabilities=SURE, margin=0.9, **changed)
        for number, changed in enumerate(columns, start=1)
    ]
    put(database, rows)
    return Actions(database)


def one(database: Database, number: int = 1) -> Entry:
    with database.reading() as session:
        return session.get_one(Entry, number)


def everything(database: Database) -> dict[int, dict[str, Any]]:
    with database.reading() as session:
        return {
            row.id: dict(row._mapping) for row in session.execute(select(Entry.__table__).order_by(Entry.id))
        }


def test_a_correction_files_an_entry_under_what_the_person_said(database: Database) -> None:
    actions = fill(database, {"review_score": 0.7, "review_reason": "disagreement"})
    before = everything(database)
    done = actions.do("correct", [1], by=ANN, label="  fox ")
    entry = one(database)
    assert (entry.label, entry.model_label, entry.corrected_label) == ("fox", "cat", "fox")
    assert entry.corrected_at == done.action.at
    assert entry.corrected_by == ANN
    assert (entry.review_score, entry.review_reason) == (None, None)
    assert entry.search_text == "photo 1.jpg\nupload\nfox"
    undo = actions.undo(done.action.id, by=ANN)
    after = everything(database)
    assert after[1].pop("search_text") == "photo 1.jpg\nupload\ncat"
    before[1].pop("search_text")
    assert after == before
    assert undo.action.kind == "undo"
    assert undo.action.details == {"of": done.action.id, "kind": "correct"}
    assert actions.get(done.action.id).undone_by == ANN


def test_the_same_class_confirms_and_none_of_these_is_empty(database: Database) -> None:
    actions = fill(database, {}, {})
    assert actions.do("correct", [1], label="cat").action.count == 1
    assert one(database).corrected_at is not None
    actions.do("correct", [2], label="")
    assert (one(database, 2).label, one(database, 2).corrected_label) == ("", "")
    actions.do("uncorrect", [1, 2])
    assert [one(database, number).label for number in (1, 2)] == ["cat", "cat"]
    assert one(database, 2).corrected_at is None


def test_an_entry_that_was_looked_at_is_not_asked_about_again_and_a_search_result_is(
    database: Database,
) -> None:
    actions = fill(database, {}, {})
    actions.do("correct", [1], label="dog")
    assert one(database).review_reason is None
    actions.do("correct", Filters(ids=(2,)), label="dog")
    assert one(database, 2).review_reason == "label"
    assert one(database, 2).review_score == pytest.approx(0.95)


def test_a_rename_is_found_by_the_new_name_and_by_the_old(database: Database) -> None:
    actions = fill(database, {})
    done = actions.do("rename", [1], name="Rex.jpg")
    assert one(database).name == "Rex.jpg"
    assert one(database).search_text == "rex.jpg\nphoto 1.jpg\nupload\ncat"
    actions.undo(done.action.id)
    assert one(database).name == "photo 1.jpg"


def test_deleted_entries_stay_as_rows_and_come_back(database: Database) -> None:
    actions = fill(database, {}, {})
    done = actions.do("delete", [1])
    assert one(database).deleted_at == done.action.at
    assert actions.do("correct", [1], label="dog").skipped == 1, "a deleted entry is not changed"
    assert actions.do("restore", Filters(deleted=True)).action.count == 1
    assert one(database).deleted_at is None


def test_sharing_and_back(database: Database) -> None:
    actions = fill(database, {"owner_id": ANN, "shared": False})
    actions.do("share", [1], by=ANN)
    assert one(database).shared
    actions.do("unshare", [1], by=ANN)
    assert not one(database).shared
    assert actions.do("unshare", [1], by=ANN).skipped == 1


def test_people_change_their_own_and_the_house_s_and_administrators_everything(database: Database) -> None:
    actions = fill(
        database,
        {"owner_id": ANN, "shared": False},
        {"owner_id": BEN, "shared": True},
        {"owner_id": BEN, "shared": False},
        {},
    )
    done = actions.do("correct", [1, 2, 3, 4], by=ANN, label="dog")
    assert (done.action.count, done.skipped) == (2, 2)
    assert [one(database, number).label for number in (1, 2, 3, 4)] == ["dog", "cat", "cat", "dog"]
    with pytest.raises(NotAllowed, match="Entry 2 belongs to somebody else"):
        actions.do("delete", [2], by=ANN)
    with pytest.raises(NotInCatalogue, match="Entry 3 is not in the catalogue"):
        actions.do("delete", [3], by=ANN)
    with pytest.raises(NotInCatalogue, match="None of the 2 entries is in the catalogue"):
        actions.do("delete", [98, 2**70], by=ANN)
    with pytest.raises(NotAllowed, match="These entries belong to somebody else"):
        actions.do("delete", [2, 3], by=ANN)
    with pytest.raises(NotAllowed, match="was somebody else's"):
        actions.undo(done.action.id, by=BEN)
    assert actions.do("delete", Filters(person=ANN), by=ANN).skipped == 1
    assert actions.do("correct", [2, 3], by=ANN, administrator=True, label="fox").action.count == 2
    assert actions.undo(done.action.id, by=BEN, administrator=True).action.count == 2


@pytest.mark.parametrize(
    ("kind", "how", "words"),
    [
        ("correct", {}, "The action correct needs a label"),
        ("correct", {"label": "a\nb"}, "has characters that cannot be shown"),
        ("correct", {"label": "cat", "name": "x"}, "The action correct takes no name"),
        ("rename", {}, "The action rename needs a name"),
        ("delete", {"label": "cat"}, "The action delete takes no label"),
        ("explode", {}, "is of no known kind"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    database: Database, kind: Any, how: dict[str, Any], words: str
) -> None:
    actions = fill(database, {})
    with pytest.raises(UsageError, match=words):
        actions.do(kind, [1], **how)
    assert actions.recent() == []


def test_a_rename_takes_one_entry(database: Database) -> None:
    actions = fill(database, {}, {})
    with pytest.raises(UsageError, match=r"Renaming takes one entry \(2\)"):
        actions.do("rename", [1, 2], name="x")


def test_a_whole_search_result_is_one_action_done_and_undone_in_parts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART", 7)
    actions = fill(database, *({"label": "dog" if number % 3 else "cat"} for number in range(50)))
    before = [entry["label"] for entry in everything(database).values()]
    done = actions.do("correct", Filters(labels=("dog",)), label="fox")
    assert done.action.count == 33
    assert {entry["label"] for entry in everything(database).values()} == {"cat", "fox"}
    assert len(actions.recent()) == 1
    undo = actions.undo(done.action.id)
    assert undo.action.count == 33
    # The model said cat of all: what a person does not say is what the model says.
    assert {entry["label"] for entry in everything(database).values()} == {"cat"}
    again = actions.undo(undo.action.id)
    assert again.action.count == 33
    assert [entry["corrected_label"] == "fox" for entry in everything(database).values()] == [
        label == "dog" for label in before
    ]
    assert actions.get(done.action.id).undone_at is None, "it is done again"


def test_what_was_changed_since_stays_and_is_counted(database: Database) -> None:
    actions = fill(database, {}, {}, {})
    first = actions.do("correct", [1, 2, 3], label="dog")
    actions.do("correct", [2], label="fox")
    actions.do("rename", [3], name="x.jpg")
    undo = actions.undo(first.action.id)
    assert (undo.action.count, undo.skipped) == (2, 1)
    assert [one(database, number).label for number in (1, 2, 3)] == ["cat", "fox", "cat"]
    assert one(database, 3).name == "x.jpg"
    with pytest.raises(CatalogueError, match="was undone already"):
        actions.undo(first.action.id)


def test_an_undo_that_could_change_nothing_is_refused(database: Database) -> None:
    actions = fill(database, {})
    first = actions.do("correct", [1], label="dog")
    second = actions.do("correct", [1], label="dog")
    with pytest.raises(CatalogueError, match="cannot be undone: its entries were changed since"):
        actions.undo(first.action.id)
    assert actions.get(first.action.id).undone_at is None
    actions.undo(second.action.id)
    assert actions.undo(first.action.id).action.count == 1
    with pytest.raises(NotInCatalogue, match="Action 999 does not exist"):
        actions.undo(999)


def test_undoing_a_correction_after_another_model_answered_gives_that_model_s_class(
    database: Database,
) -> None:
    actions = fill(database, {"review_score": 0.6, "review_reason": "uncertain"})
    done = actions.do("correct", [1], label="dog")
    new = {"model_label": "fox", "model_hash": "b" * 64, "probabilities": {"fox": 0.51, "cat": 0.49}}
    with database.writing() as session:
        session.execute(update(Entry).where(Entry.id == 1).values(**new))
    actions.undo(done.action.id)
    entry = one(database)
    assert entry.label == "fox"
    assert entry.review_reason == "uncertain"
    assert entry.review_score == pytest.approx(0.98)


def test_the_last_thing_done_and_the_history(database: Database) -> None:
    actions = fill(database, {}, {})
    assert actions.latest() is None
    first = actions.do("delete", [1]).action
    second = actions.do("correct", [2], label="dog").action
    actions.do("restore", [2])  # changed nothing
    last = actions.latest()
    assert last is not None
    assert last.id == second.id
    actions.undo(second.id)
    last = actions.latest()
    assert last is not None
    assert last.id == first.id
    assert [action.kind for action in actions.recent()] == ["undo", "correct", "delete"]
    assert [action.kind for action in actions.recent(before=second.id)] == ["delete"]
    assert actions.recent(by=ANN) == []
    assert [action.kind for action in actions.history(2)] == ["undo", "correct"]


def test_many_at_the_same_time_lose_nothing_and_mix_nothing(database: Database) -> None:
    actions = fill(database, *({} for _ in range(20)))
    ids = list(range(1, 21))

    def work(by: int) -> None:
        for _ in range(4):
            done = actions.do("correct", ids, by=by, label=f"class {by}")
            if by % 2:
                with contextlib.suppress(CatalogueError):  # all of them were changed since
                    actions.undo(done.action.id, by=by)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, (1, 2, 3)))
    entries = everything(database).values()
    with database.reading() as session:
        steps = session.scalars(select(Change).order_by(Change.action_id)).all()
    for entry in entries:
        mine = [step for step in steps if step.entry_id == entry["id"]]
        # Each change began where another had ended; laid end to end they lead to what is there now.
        moment = entry["corrected_at"] and entry["corrected_at"].isoformat()
        steps_from = Counter(step.before["corrected_at"] for step in mine)
        steps_to = Counter(step.after["corrected_at"] for step in mine)
        assert steps_to - steps_from == (Counter() if moment is None else Counter([moment]))
        assert entry["label"] == (entry["corrected_label"] or "cat")


LABELS = st.sampled_from(["cat", "dog", "fox", ""])
New = Callable[[dict[str, Any]], dict[str, Any] | None]
NUMBERS = st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True)


def machine(database: Database) -> type[RuleBasedStateMachine]:
    """Random actions and undos, beside a dictionary that says what must come of them."""

    class Machine(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            with database.writing() as session:
                for table in (Change, Action, Name, Entry):
                    session.execute(delete(table))
            self.actions = fill(database, {}, {}, {}, {})
            # number: the columns that people decide; a correction is told by the action that made it.
            self.model: dict[int, dict[str, Any]] = {
                number: {"correct": None, "name": f"photo {number}.jpg", "deleted": None, "shared": True}
                for number in range(1, 5)
            }
            self.done: list[tuple[int, dict[int, tuple[dict[str, Any], dict[str, Any]]]]] = []
            self.undone: set[int] = set()
            self.of: dict[int, int] = {}
            self.stamp = 0

        def act(
            self, numbers: list[int], kind: Any, new: Callable[[dict[str, Any]], Any], **how: Any
        ) -> None:
            done = self.actions.do(kind, numbers, **how)
            changes = {}
            for number in numbers:
                entry = self.model[number]
                made = new(entry)
                if made and any(entry[key] != value for key, value in made.items()):
                    changes[number] = ({key: entry[key] for key in made}, made)
                    entry.update(made)
            assert (done.action.count, done.skipped) == (len(changes), len(numbers) - len(changes))
            self.done.append((done.action.id, changes))

        def moment(self) -> int:
            self.stamp += 1
            return self.stamp

        @rule(numbers=NUMBERS, label=LABELS)
        def correct(self, numbers: list[int], label: str) -> None:
            made = {"correct": (label, self.moment())}
            self.act(numbers, "correct", lambda e: made if e["deleted"] is None else None, label=label)

        @rule(numbers=NUMBERS)
        def uncorrect(self, numbers: list[int]) -> None:
            self.act(numbers, "uncorrect", lambda e: {"correct": None} if e["deleted"] is None else None)

        @rule(number=st.integers(1, 4), name=st.sampled_from(["x.jpg", "y.jpg"]))
        def rename(self, number: int, name: str) -> None:
            self.act(
                [number], "rename", lambda e: {"name": name} if e["deleted"] is None else None, name=name
            )

        @rule(numbers=NUMBERS)
        def delete(self, numbers: list[int]) -> None:
            made = {"deleted": self.moment()}
            self.act(numbers, "delete", lambda e: made if e["deleted"] is None else None)

        @rule(numbers=NUMBERS)
        def restore(self, numbers: list[int]) -> None:
            self.act(numbers, "restore", lambda e: {"deleted": None})

        @rule(numbers=NUMBERS, shared=st.booleans())
        def share(self, numbers: list[int], shared: bool) -> None:
            kind = "share" if shared else "unshare"
            self.act(numbers, kind, lambda e: {"shared": shared} if e["deleted"] is None else None)

        @rule(back=st.integers(0, 5))
        def undo(self, back: int) -> None:
            if back >= len(self.done):
                return
            number, changes = self.done[-1 - back]
            possible = {
                entry: (after, before)
                for entry, (before, after) in changes.items()
                if all(self.model[entry][key] == value for key, value in after.items())
            }
            if number in self.undone or (changes and not possible):
                with pytest.raises(CatalogueError, match=r"undone already|changed since"):
                    self.actions.undo(number)
                return
            done = self.actions.undo(number)
            assert (done.action.count, done.skipped) == (len(possible), len(changes) - len(possible))
            for entry, (_, before) in possible.items():
                self.model[entry].update(before)
            self.done.append((done.action.id, possible))
            self.undone.add(number)
            self.of[done.action.id] = number
            if number in self.of:
                self.undone.discard(self.of[number])

        @invariant()
        def is_as_the_dictionary_says(self) -> None:
            with database.reading() as session:
                names = {name.entry_id: name for name in session.scalars(select(Name))}
            for number, entry in everything(database).items():
                wanted = self.model[number]
                corrected = wanted["correct"]
                assert entry["name"] == wanted["name"]
                assert entry["shared"] == wanted["shared"]
                assert (entry["deleted_at"] is None) == (wanted["deleted"] is None)
                assert entry["label"] == (corrected[0] if corrected else "cat")
                assert (entry["corrected_at"] is None) == (corrected is None)
                text = search_text([names[number]], entry["label"], entry["name"])
                # Made anew with the first change of name or class; as it was put until then.
                assert entry["search_text"] in (text, f"photo {number}.jpg")

    return Machine


@pytest.mark.slow
def test_random_actions_and_undos_do_what_a_dictionary_says(database: Database) -> None:
    quick = settings(
        max_examples=12, stateful_step_count=15, suppress_health_check=list(HealthCheck), deadline=None
    )
    run_state_machine_as_test(machine(database), settings=quick)


@pytest.mark.slow
def test_a_hundred_times_the_entries_of_one_statement(database: Database) -> None:
    with database.writing() as session:
        rows = [made(number, known=True, probabilities=SURE) for number in range(1, 2001)]
        session.execute(insert(Entry), rows)
    actions = Actions(database)
    done = actions.do("delete", list(range(1, 2001)))
    assert done.action.count == 2000
    assert actions.undo(done.action.id).action.count == 2000
    assert all(entry["deleted_at"] is None for entry in everything(database).values())


def test_an_action_on_nothing_is_not_in_the_history(database: Database) -> None:
    actions = fill(database, {})
    done = actions.do("delete", Filters(labels=("no such class",)))
    assert (done.action.count, done.skipped) == (0, 0)
    assert actions.recent() == []
    assert now() > done.action.at
