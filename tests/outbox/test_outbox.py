"""Destinations and messages: what is kept of them and what is shown."""

from collections.abc import Callable

import pytest

from tenfold.database import Database
from tenfold.errors import DeliveryError, NotInOutbox, OutboxError
from tenfold.outbox import Message, Outbox, OutboxQueue, queue
from tenfold.outbox.message import LONGEST_PICTURE
from tenfold.outbox.outbox import DEAD, WAITING
from tests.outbox.conftest import message

HOOK = {"url": "https://hook.example/key-in-the-path", "secret": "correct horse battery"}
Put = Callable[..., Message]


def test_a_name_is_taken_once_whatever_its_letters(outbox: Outbox) -> None:
    outbox.add("Door", "page", {})
    with pytest.raises(OutboxError, match="is that of another"):
        outbox.add("door ", "page", {})


def test_a_message_of_a_transaction_that_fails_is_never_sent(database: Database, outbox: Outbox) -> None:
    one = outbox.add("page", "page", {})
    told: list[int] = []
    outbox.on_put(lambda: told.append(1))

    def fail() -> None:
        with database.writing() as session:
            outbox.put(session, message(), [one.id])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert outbox.messages(one.id) == []
    assert not told


def test_a_message_for_a_destination_that_is_gone_is_passed_over(outbox: Outbox, put: Put) -> None:
    one = outbox.add("page", "page", {})
    put(one.id, 4711)
    assert len(outbox.messages(one.id)) == 1
    outbox.remove(one.id)
    with pytest.raises(NotInOutbox):
        outbox.destination(one.id)
    assert outbox.messages(one.id) == []


def test_a_picture_that_is_too_large_is_left_out(database: Database, outbox: Outbox, put: Put) -> None:
    one = outbox.add("page", "page", {})
    put(one.id, picture=b"x" * (LONGEST_PICTURE + 1))
    found = OutboxQueue(database).next(one.id)
    assert found is not None
    assert found[1].picture is None


def test_messages_wait_in_their_order_with_their_pictures(
    database: Database, outbox: Outbox, put: Put
) -> None:
    one = outbox.add("page", "page", {})
    first = put(one.id, text="1", picture=b"jpeg")
    put(one.id, text="2")
    found = OutboxQueue(database).next(one.id)
    assert found is not None
    assert found[1] == first


def test_too_many_that_wait_become_dead_letters_and_too_many_dead_ones_go(
    database: Database, outbox: Outbox, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_WAITING", 3)
    monkeypatch.setattr(queue, "MOST_DEAD", 2)
    one = outbox.add("page", "page", {})
    for number in range(7):
        put(one.id, text=str(number))
    OutboxQueue(database).tidy(one.id)
    texts = {
        state: [row.fields["text"] for row in outbox.messages(one.id, state)] for state in (WAITING, DEAD)
    }
    assert texts == {WAITING: ["6", "5", "4"], DEAD: ["3", "2"]}
    assert outbox.destination(one.id).dropped == 2


def test_pictures_are_bounded_in_bytes(
    database: Database, outbox: Outbox, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_BYTES", 5000)
    one = outbox.add("page", "page", {})
    for _ in range(5):
        put(one.id, picture=b"x" * 2000)
    OutboxQueue(database).tidy(one.id)
    assert len(outbox.messages(one.id, WAITING)) < 3


def test_a_dead_letter_is_tried_again_or_removed(database: Database, outbox: Outbox, put: Put) -> None:
    one = outbox.add("page", "page", {})
    put(one.id)
    waiting = OutboxQueue(database)
    for _ in range(2):
        found = waiting.next(one.id)
        assert found is not None
        waiting.failed(found[0], DeliveryError("It", "is wrong"), dead=True, pause=1)
        assert waiting.next(one.id) is None
        (dead,) = outbox.messages(one.id, DEAD)
        assert dead.problem is not None
        assert dead.problem["code"] == "delivery-error"
        assert outbox.retry(one.id, dead.id) == 1
    found = waiting.next(one.id)
    assert found is not None
    waiting.failed(found[0], DeliveryError("It", "is wrong"), dead=True, pause=1)
    assert outbox.discard(one.id) == 1
    assert outbox.messages(one.id) == []


def test_a_destination_has_one_sender_until_that_one_is_gone(database: Database, outbox: Outbox) -> None:
    outbox.add("page", "page", {})
    waiting = OutboxQueue(database)
    assert len(waiting.claim("a", lambda worker: False)) == 1
    assert waiting.claim("b", lambda worker: False) == []
    assert len(waiting.claim("b", lambda worker: worker == "a")) == 1
    waiting.release("b")
    assert len(waiting.claim("a", lambda worker: False)) == 1


def test_settings_are_changed_as_a_whole(outbox: Outbox) -> None:
    one = outbox.add("hook", "webhook", HOOK)
    changed = outbox.change(one.id, settings={"url": "https://other.example/"})
    assert changed.settings["secret"] != HOOK["secret"], "an old secret is not used at a new address"


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("pigeon", {}),
        ("webhook", {"url": "ftp://hook.example/SECRET"}),
        ("webhook", {"url": "https://"}),
        ("webhook", {"url": "https://hook.example:SECRET/"}),
        ("webhook", {"url": "https://hook.example/", "secret": "SECRET"}),
        ("mqtt", {"host": "", "password": "SECRET"}),
        ("mqtt", {"host": "broker", "port": 70000, "password": "SECRET"}),
        ("mqtt", {"host": "broker", "prefix": "a/#", "password": "SECRET"}),
        ("apprise", {"url": "nonsense://SECRET"}),
        ("apprise", {"url": "json://127.0.0.1/SECRET"}),
    ],
)
def test_settings_that_cannot_be_used_are_refused_without_a_secret(
    outbox: Outbox, kind: str, settings: dict[str, object]
) -> None:
    with pytest.raises(OutboxError) as caught:
        outbox.add("x", kind, settings)
    assert "SECRET" not in str(caught.value.facts())
    assert outbox.destinations() == []
