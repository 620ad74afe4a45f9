"""Finding, on both databases: every way of paging must give what sorting all entries in Python gives."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from tenfold.catalogue.entries.filters import Filters, searched
from tenfold.catalogue.entries.tables import SOURCES, Entry, Name
from tenfold.catalogue.search import counts as counting
from tenfold.catalogue.search import query_plan as planning
from tenfold.catalogue.search.search import Search
from tenfold.database import Database
from tenfold.errors import NotInCatalogue, UsageError
from tests.catalogue.making import START, made, named, put

ORDERS = ("newest", "oldest", "surest", "unsure", "novel", "taken", "name")
NAMES = ("Кіт на ПЛЯЖІ.jpg", "cat.jpg", "100% cat.jpg", "a_b.png", 'say "x".jpg', "Zoo.jpg", "їжак", "ab")

CLASS_NAMES = (("cat", ("cat", "кішка")), ("dog", ("dog", "Пес")))


def rows() -> list[dict[str, Any]]:
    """Entries with every kind of tie and gap."""
    found = []
    for n in range(1, 61):
        state = "waiting" if n % 13 == 0 else "failed" if n % 17 == 0 else "done"
        done = state == "done"
        name = NAMES[n % len(NAMES)]
        found.append(
            made(
                n,
                name=name,
                search_text=searched(name),
                state=state,
                owner_id=n % 3,
                shared=n % 4 != 0,
                label=(("cat", "dog", "", "bird")[n % 4] if done else None),
                confidence=round((n * 7 % 10) / 10, 1) if done else None,
                novelty=round((n * 3 % 7) / 7, 3) if done else None,
                model_hash=("a" if n % 5 else "b") * 64 if done else None,
                added_at=START + timedelta(hours=n // 3),
                taken_at=START - timedelta(days=n % 6) if n % 5 else None,
                deleted_at=START if n % 11 == 0 else None,
                corrected_at=START if n % 6 == 0 and done else None,
                source=tuple(SOURCES)[n % 5],
            )
        )
    return found


def meets(row: dict[str, Any], f: Filters) -> bool:
    """The same as `conditions`, written once more in Python."""
    seen = {
        "visible": f.administrator or row["owner_id"] in (f.person, 0) or row["shared"],
        "mine": row["owner_id"] == f.person,
        "shared": row["shared"],
    }[f.owner]

    def within(value: Any, low: Any, high: Any, *, closed: bool) -> bool:
        if low is None and high is None:
            return True
        return (
            value is not None
            and (low is None or value >= low)
            and (high is None or value < high or (closed and value == high))
        )

    text = row["search_text"]
    return (
        seen
        and (row["deleted_at"] is not None) == f.deleted
        and (not f.labels or row["label"] in f.labels)
        and (not f.states or row["state"] in f.states)
        and (f.corrected is None or (row["corrected_at"] is not None) == f.corrected)
        and (not f.source or row["source"] == f.source)
        and (not f.model or row["model_hash"] == f.model)
        and (not f.ids or row["id"] in f.ids)
        and within(row["confidence"], f.confidence_from, f.confidence_to, closed=True)
        and within(row["novelty"], f.novelty_from, f.novelty_to, closed=True)
        and within(row["added_at"], f.added_from, f.added_to, closed=False)
        and within(row["taken_at"], f.taken_from, f.taken_to, closed=False)
        and all(word in text or row["label"] in f.classes_called(word) for word in searched(f.text).split())
        and f.name.lower() in row["name"].lower()
    )


def in_order(found: list[dict[str, Any]], order: str) -> list[int]:
    """The ids of rows as Python sorts them; what has no value comes last."""
    column, falling = {
        "newest": ("added_at", True),
        "oldest": ("added_at", False),
        "surest": ("confidence", True),
        "unsure": ("confidence", False),
        "novel": ("novelty", True),
        "taken": ("taken_at", True),
        "name": ("name", False),
    }[order]
    valued = [row for row in found if row[column] is not None]
    # What a person named comes after all that is ordered by what a model said.
    later = [row for row in valued if column == "confidence" and row["corrected_at"] is not None]
    valued = [row for row in valued if row not in later]
    rest = [row for row in found if row[column] is None]
    for part in (valued, later):
        part.sort(key=lambda row: (row[column], row["id"]), reverse=falling)
    rest.sort(key=lambda row: row["id"], reverse=falling)
    return [row["id"] for row in (*valued, *later, *rest)]


def pages(search: Search, filters: Filters, order: str, limit: int) -> list[int]:
    found: list[int] = []
    after: str | None = None
    while True:
        page = search.page(filters, order, limit, after)
        assert len(page.entries) <= limit
        found += [entry.id for entry in page.entries]
        after = page.next
        if after is None:
            return found
        assert len(page.entries) == limit


def _between(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    ends = st.tuples(st.none() | values, st.none() | values)
    return ends.map(lambda two: two if None in two else tuple(sorted(two)))


@st.composite
def asked(draw: st.DrawFn) -> Filters:
    """Filters with some of everything."""
    chance = st.sampled_from([round(n / 10, 1) for n in range(11)])
    moment = st.integers(-7, 2).map(lambda n: START + timedelta(days=n))
    confidence, novelty = draw(_between(chance)), draw(_between(chance))
    added, taken = draw(_between(moment)), draw(_between(moment))
    whole: dict[str, Any] = {
        "labels": draw(st.lists(st.sampled_from(["cat", "dog", "", "unicorn"]), max_size=2).map(tuple)),
        "states": draw(st.lists(st.sampled_from(["done", "waiting", "failed"]), max_size=2).map(tuple)),
        "corrected": draw(st.none() | st.booleans()),
        "confidence_from": confidence[0],
        "confidence_to": confidence[1],
        "novelty_from": novelty[0],
        "novelty_to": novelty[1],
        "added_from": added[0],
        "added_to": added[1],
        "taken_from": taken[0],
        "taken_to": taken[1],
        "source": draw(st.sampled_from(["", *SOURCES])),
        "text": draw(
            st.sampled_from(
                ["", "cat", "КІТ", "к", "jp", "cat jpg", "%", "_", '"x"', "zz", "пес", "кішка jpg"]
            )
        ),
        "class_names": CLASS_NAMES,
        "name": draw(st.sampled_from(["", "ПЛЯЖ", "cat", "a_", "'"])),
        "model": draw(st.sampled_from(["", "a" * 64])),
        "ids": draw(st.sampled_from([(), tuple(range(5, 50))])),
    }
    few = draw(st.sets(st.sampled_from(sorted(whole.keys() - {"class_names"})), max_size=3))
    few |= {"class_names"} if "text" in few and draw(st.booleans()) else set()
    fields: dict[str, Any] = {}
    for name in few:
        stem, _, end = name.rpartition("_")
        both = (f"{stem}_from", f"{stem}_to") if end in ("from", "to") else (name,)
        fields |= {one: whole[one] for one in both}
    return Filters(
        person=draw(st.sampled_from([0, 1, 2, 9])),
        administrator=draw(st.booleans()),
        owner=draw(st.sampled_from(["visible", "mine", "shared"])),
        deleted=draw(st.sampled_from([False, False, False, True])),
        **fields,
    )


@pytest.fixture
def search(database: Database) -> Search:
    put(database, rows())
    return Search(database)


@pytest.fixture(params=["few", "walk", "bounded"])
def way(request: pytest.FixtureRequest, database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way of SQLite's plans, whose sizes are a million's, in a catalogue of sixty."""
    if request.param != "few" and not database.sqlite:
        pytest.skip("PostgreSQL plans for itself")
    if request.param != "few":
        monkeypatch.setattr(planning, "FEW", 0)
    if request.param == "walk":
        monkeypatch.setattr(planning, "MANY", -1)
    if request.param == "bounded":
        monkeypatch.setattr(planning, "_SHORTEST_WALK", 3)
        monkeypatch.setattr(planning, "_LONGEST_WALK", 7)
    return str(request.param)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=asked(), order=st.sampled_from(ORDERS), limit=st.sampled_from([4, 25]))
def test_pages_give_each_entry_once_as_python_sorts_them(
    way: str, search: Search, filters: Filters, order: str, limit: int
) -> None:
    wanted = in_order([row for row in rows() if meets(row, filters)], order)
    assert pages(search, filters, order, limit) == wanted


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=asked())
def test_counts_are_what_counting_gives(search: Search, filters: Filters) -> None:
    def number(**changes: Any) -> list[dict[str, Any]]:
        return [row for row in rows() if meets(row, replace(filters, **changes))]

    counts = search.counts(filters)
    assert not counts.capped
    assert counts.total == len(number())
    labels = [row["label"] for row in number(labels=())]
    assert counts.labels == {label: labels.count(label) for label in set(labels) if label}
    assert counts.none == labels.count("")
    states = [row["state"] for row in number(states=())]
    assert (counts.waiting, counts.failed) == (states.count("waiting"), states.count("failed"))
    assert counts.deleted == len(number(deleted=True))
    assert counts.uncorrected == sum(row["corrected_at"] is None for row in number(corrected=None))
    assert counts.corrected == sum(row["corrected_at"] is not None for row in number(corrected=None))
    sources = [row["source"] for row in number(source="")]
    assert counts.sources == {source: sources.count(source) for source in set(sources)}


def test_entries_that_are_added_meanwhile_move_no_page(search: Search, database: Database) -> None:
    for order in ORDERS:
        first = search.page(Filters(administrator=True), order, 20)
        wanted = in_order([row for row in rows() if not row["deleted_at"]], order)
        number = 1000 + ORDERS.index(order)
        put(database, [made(number, name="M", confidence=0.45, taken_at=START - timedelta(days=2, hours=1))])
        rest: list[Entry] = []
        after = first.next
        while after:
            page = search.page(Filters(administrator=True), order, 20, after)
            rest, after = [*rest, *page.entries], page.next
        found = [entry.id for entry in (*first.entries, *rest)]
        assert [one for one in found if one < 1000] == wanted, order
        assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "after", ["", "x", "!!!", "bnVsbA", "WyJuZXdlc3QiLCAxLCAxXQ", "WyJvbGRlc3QiLCAiMjAyNi0wMS0wMSIsIDFd"]
)
def test_a_place_that_is_none_is_refused(search: Search, after: str) -> None:
    with pytest.raises(
        UsageError, match=r"^after is no place in the order newest .* Send `next` of the page"
    ):
        search.page(Filters(), "newest", 10, after)


def test_a_place_of_another_order_is_refused(search: Search) -> None:
    after = search.page(Filters(), "newest", 3).next
    with pytest.raises(UsageError, match="after is no place in the order name"):
        search.page(Filters(), "name", 3, after)


def test_an_unknown_order_is_refused_in_words(search: Search) -> None:
    with pytest.raises(UsageError, match=r"^The order does not exist \('best'\)\. Use one of newest, oldest"):
        search.page(Filters(), "best")


def test_one_entry_is_found_by_who_may_see_it(search: Search, database: Database) -> None:
    put(database, [made(100, owner_id=1, shared=False)])
    assert search.get(100, person=1).id == 100
    assert search.get(100, person=2, administrator=True).id == 100
    for number in (100, 999, 2**63 - 1):
        with pytest.raises(NotInCatalogue, match=rf"^Entry {number} is not in the catalogue\."):
            search.get(number, person=2)


def test_an_entry_has_the_source_of_each_of_its_names(database: Database) -> None:
    search = Search(database)
    put(database, [made(1), made(2)], source="folder")
    with database.writing() as session:
        session.execute(insert(Name), [named(1, "again.jpg", "watch")])
        assert [n.id for n in search.page(Filters(source="folder")).entries] == [2, 1]
    assert [n.id for n in search.page(Filters(source="watch")).entries] == [1]
    assert search.counts(Filters()).sources == {"folder": 2, "watch": 1}
    with database.writing() as session:
        session.execute(delete(Name).where(Name.source == "folder", Name.entry_id == 1))
    assert [n.id for n in search.page(Filters(source="folder")).entries] == [2]
    assert search.counts(Filters()).sources == {"folder": 1, "watch": 1}


def test_totals_follow_whatever_changes(database: Database) -> None:
    search = Search(database)
    put(database, [made(n) for n in range(1, 6)])
    with database.writing() as session:
        session.execute(update(Entry).where(Entry.id <= 2).values(label="dog", corrected_at=START))
        session.execute(update(Entry).where(Entry.id == 3).values(deleted_at=START))
        session.execute(delete(Entry).where(Entry.id == 4))
    counts = search.counts(Filters())
    assert (counts.total, counts.labels, counts.deleted, counts.corrected) == (3, {"cat": 1, "dog": 2}, 1, 2)


def test_a_changed_text_is_found_by_its_new_words_alone(database: Database) -> None:
    search = Search(database)
    put(database, [made(1, name="old.jpg")])
    with database.writing() as session:
        session.execute(update(Entry).values(name="Нова Назва", search_text=searched("Нова Назва")))
    assert len(search.page(Filters(text="НАЗВА")).entries) == 1
    assert len(search.page(Filters(text="ва")).entries) == 1
    assert len(search.page(Filters(name="нова")).entries) == 1
    assert search.page(Filters(text="old")).entries == []


def test_counting_stops_where_it_would_take_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", 3)
    monkeypatch.setattr(counting, "_MOST_ON_POSTGRESQL", 3)
    put(database, [made(n) for n in range(1, 10)])
    counts = Search(database).counts(Filters(confidence_from=0.5))
    assert counts.capped
    assert 3 <= counts.total < 9


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"confidence_from": 0.9, "confidence_to": 0.1},
            "confidence_from is above confidence_to (0.9 and 0.1)",
        ),
        (
            {"added_from": START, "added_to": START - timedelta(days=1)},
            "The filter added_from is above added_to",
        ),
        ({"novelty_to": float("nan")}, "The filter novelty_to is no number (nan)"),
        ({"taken_to": moment("0001-01-01T00:00+10:00")}, "The filter taken_to is in no year"),
        ({"states": ("done", "lost")}, "The filter state has a value that does not exist ('lost')"),
        ({"source": "sky"}, "Use one of upload, api, folder, watch, camera."),
        ({"owner": "theirs"}, "Use one of visible, mine, shared."),
        ({"text": "x" * 201}, "The filter text is longer than 200 characters"),
        ({"name": "a\0b"}, "The filter name has characters that no text has"),
        ({"labels": ("\ud800",)}, "The filter label has characters that no text has"),
        ({"ids": (0,)}, "The filter ids has a number that no entry has (0)"),
        ({"ids": tuple(range(1, 10_002))}, "The filter ids names more than 10,000 entries"),
    ],
)
def test_filters_that_cannot_be_are_refused_in_words(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        Filters(**fields)
    assert words in str(caught.value)


def test_least_sure_first_leads_to_what_nobody_has_looked_at(database: Database) -> None:
    sure = {1: 0.9, 2: 0.2, 3: 0.1, 4: 0.5}
    looked_at = {2: START, 3: START}
    put(database, [made(n, confidence=sure[n], corrected_at=looked_at.get(n)) for n in sure])
    search = Search(database)
    assert pages(search, Filters(administrator=True), "unsure", 1) == [4, 1, 3, 2]
    assert pages(search, Filters(administrator=True), "surest", 3) == [1, 4, 2, 3]
    assert search.counts(Filters(administrator=True, corrected=True)).uncorrected == 2


@pytest.mark.parametrize(("text", "wanted"), [("Кішка", [1]), ("кіш", [1]), ("кішка photo", [1]), ("к", [1])])
def test_classes_are_found_by_what_people_call_them(database: Database, text: str, wanted: list[int]) -> None:
    put(database, [made(1, label="cat"), made(2, label="dog")])
    asked = Filters(administrator=True, text=text, class_names=(("cat", ("Кішка", "кошка")),))
    assert pages(Search(database), asked, "newest", 5) == wanted
    assert Search(database).counts(asked).total == len(wanted)
