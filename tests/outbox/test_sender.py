"""Messages arrive in order, at least once, whatever happens to the receiver or to the sender."""

import time
from collections.abc import Callable

import pytest

from tenfold.outbox import Message, Outbox, OutboxQueue, sender
from tenfold.outbox.outbox import DEAD, SENT, WAITING
from tenfold.outbox.tables import DestinationRow
from tests.outbox.receivers import SECONDS_TO_RECOVER, Broker, Receiver, Subscriber
from tests.waiting import until

Put = Callable[..., Message]
Sending = Callable[[], Callable[[], None]]


def hook(outbox: Outbox, receiver: Receiver) -> int:
    return outbox.add("hook", "webhook", {"url": receiver.url, "local": True}).id


def test_a_message_arrives_soon_after_it_was_kept(
    outbox: Outbox, put: Put, sending: Sending, receiver: Receiver
) -> None:
    one = hook(outbox, receiver)
    sending()
    put(one)
    until(lambda: receiver.got)  # the sender has begun
    began = time.monotonic()
    put(one)
    until(lambda: len(receiver.got) == 2)
    assert time.monotonic() - began < 1
    until(lambda: len(outbox.messages(one, SENT)) == 2)
    assert outbox.destination(one).sent_at is not None


def test_what_waited_for_a_server_to_start_is_sent_in_its_order(
    outbox: Outbox, put: Put, sending: Sending, receiver: Receiver
) -> None:
    one = hook(outbox, receiver)
    for number in range(30):
        put(one, text=str(number))
    sending()
    until(lambda: len(receiver.got) == 30)
    assert receiver.texts() == [str(number) for number in range(30)]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("how", ["stopped", "frozen", "failing"])
def test_a_receiver_that_is_away_loses_nothing_and_is_found_within_seconds(
    outbox: Outbox, put: Put, sending: Sending, receiver: Receiver, how: str
) -> None:
    one = hook(outbox, receiver)
    sending()
    put(one, text="0")
    until(lambda: receiver.got)
    if how == "stopped":
        receiver.stop()
    elif how == "frozen":
        receiver.frozen.set()
    else:
        receiver.status = 503
    sent = [put(one, text=str(number)) for number in range(1, 20)]
    until(lambda: outbox.destination(one).problem)
    time.sleep(4)
    if how == "stopped":
        receiver.start()
    receiver.frozen.clear()
    receiver.status = 200
    back = time.monotonic()
    until(lambda: len(set(receiver.ids)) == 20)
    assert time.monotonic() - back < SECONDS_TO_RECOVER
    assert list(dict.fromkeys(receiver.ids))[1:] == [message.key for message in sent], "in their order"
    until(lambda: outbox.destination(one).problem is None)


@pytest.mark.slow
@pytest.mark.long
def test_a_message_that_is_refused_becomes_a_dead_letter_and_the_next_goes_on(
    outbox: Outbox, put: Put, sending: Sending, receiver: Receiver
) -> None:
    one = hook(outbox, receiver)
    receiver.status = 422
    put(one, text="bad")
    sending()
    until(lambda: outbox.messages(one, DEAD))
    assert receiver.asked == sender.MOST_REFUSALS
    (dead,) = outbox.messages(one, DEAD)
    assert dead.problem is not None
    assert dead.problem["reason"] == "refused-message"
    receiver.status = 200
    put(one, text="good")
    until(lambda: receiver.texts() == ["good"])
    outbox.retry(one)
    until(lambda: receiver.texts() == ["good", "bad"])


def test_a_message_has_no_destination_claimed_anew(
    outbox: Outbox, put: Put, sending: Sending, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims: list[str] = []
    claim = OutboxQueue.claim

    def counted(self: OutboxQueue, worker: str, ended: Callable[[str], bool]) -> list[DestinationRow]:
        claims.append(worker)
        return claim(self, worker, ended)

    monkeypatch.setattr(OutboxQueue, "claim", counted)
    one = hook(outbox, receiver)
    sending()
    for number in range(10):
        put(one, text=str(number))
        until(lambda: len(receiver.got) == number + 1)  # noqa: B023 - called at once
    assert len(claims) < 5


def test_a_slow_destination_delays_no_other(
    outbox: Outbox, put: Put, sending: Sending, receiver: Receiver
) -> None:
    slow = hook(outbox, receiver)
    page = outbox.add("page", "page", {}).id
    receiver.frozen.set()
    sending()
    put(slow)
    until(lambda: receiver.asked)
    began = time.monotonic()
    put(slow, page)
    until(lambda: outbox.messages(page, SENT))
    assert time.monotonic() - began < 2
    receiver.frozen.clear()


def test_one_that_is_off_keeps_its_messages_until_it_is_on(
    outbox: Outbox, put: Put, sending: Sending, receiver: Receiver
) -> None:
    one = hook(outbox, receiver)
    outbox.change(one, enabled=False)
    sending()
    put(one)
    time.sleep(0.5)
    assert not receiver.asked
    assert len(outbox.messages(one, WAITING)) == 1
    outbox.change(one, enabled=True)
    until(lambda: receiver.got)


def test_a_changed_address_is_used_for_what_waits(
    outbox: Outbox, put: Put, sending: Sending, receiver: Receiver
) -> None:
    one = outbox.add("hook", "webhook", {"url": "http://127.0.0.1:9/", "local": True}).id
    sending()
    put(one)
    until(lambda: outbox.destination(one).problem)
    outbox.change(one, settings={"url": receiver.url, "local": True})
    until(lambda: receiver.got)


def test_two_senders_of_one_database_send_nothing_twice(
    outbox: Outbox, put: Put, sending: Sending, receiver: Receiver
) -> None:
    one = hook(outbox, receiver)
    sending()
    sending()
    for number in range(20):
        put(one, text=str(number))
    until(lambda: len(outbox.messages(one, SENT)) == 20)
    assert receiver.texts() == [str(number) for number in range(20)]


@pytest.mark.slow
@pytest.mark.long
def test_a_broker_that_is_killed_loses_nothing_and_hears_all_that_is_retained_again(
    outbox: Outbox, put: Put, sending: Sending, broker: Broker, subscriber: Subscriber
) -> None:
    one = outbox.add("broker", "mqtt", {"host": "127.0.0.1", "port": broker.port}).id
    sending()
    put(one, text="0")
    until(lambda: subscriber.on("tenfold/door/event"))
    broker.kill()
    for number in range(1, 20):
        put(one, text=str(number))
    until(lambda: outbox.destination(one).problem)
    broker.start()
    back = time.monotonic()

    until(lambda: not outbox.messages(one, WAITING))
    assert time.monotonic() - back < SECONDS_TO_RECOVER
    late = Subscriber(broker.port)
    until(lambda: late.on("tenfold/door/state"))
    assert b'"text": "19"' in late.on("tenfold/door/state")[-1]
    assert late.on("tenfold/status") == [b"online"]
    until(lambda: any(topic.startswith("homeassistant/") for topic, _, _ in late.heard))
    late.close()
