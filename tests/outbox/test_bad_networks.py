"""A webhook and a broker behind a network that cuts, freezes, drops packets or is slow (real ends)."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tenfold.errors import DeliveryError
from tenfold.outbox import Message, Outbox
from tenfold.outbox.kinds.webhook import Webhook
from tests.environment.proxy import Fault, Proxy
from tests.outbox.conftest import message
from tests.outbox.kinds.test_webhook import SECRET
from tests.outbox.receivers import SECONDS_TO_RECOVER, Broker, Receiver, Subscriber
from tests.waiting import until

pytestmark = pytest.mark.slow
Put = Callable[..., Message]
Sending = Callable[[], Callable[[], None]]


class End:
    """A destination behind a proxy.

    Attributes:
        texts: of the messages that arrived, in their order.
    """

    def __init__(self, outbox: Outbox, proxy: Proxy, texts: Callable[[], list[str]], kind: str) -> None:
        address = {"url": f"http://127.0.0.1:{proxy.port}/hook", "local": True}
        broker = {"host": "127.0.0.1", "port": proxy.port}
        self.number = outbox.add("end", kind, address if kind == "webhook" else broker).id
        self.proxy, self.texts = proxy, texts

    def distinct(self) -> list[str]:
        """Each text once, where it came first."""
        return list(dict.fromkeys(self.texts()))


@pytest.fixture(params=["webhook", "mqtt"])
def end(request: pytest.FixtureRequest, outbox: Outbox) -> Iterator[End]:
    if request.param == "webhook":
        receiver: Receiver = request.getfixturevalue("receiver")
        with Proxy(receiver.port) as proxy:
            yield End(outbox, proxy, receiver.texts, "webhook")
        return
    broker: Broker = request.getfixturevalue("broker")
    subscriber: Subscriber = request.getfixturevalue("subscriber")

    def texts() -> list[str]:
        return [json.loads(body)["text"] for body in subscriber.on("tenfold/door/event")]

    with Proxy(broker.port) as proxy:
        yield End(outbox, proxy, texts, "mqtt")


def senders() -> int:
    """Threads that send, or keep a connection; a test's subscriber has one too."""
    return sum(one.name.startswith(("tenfold-outbox", "paho")) for one in threading.enumerate())


@pytest.mark.quick
def test_a_message_that_the_network_cut_off_may_be_sent_again(receiver: Receiver) -> None:
    sent = message()
    with Proxy(receiver.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/hook"
        with closing(Webhook("end", url, SECRET, local=True)) as hook:
            proxy.fail("cut")
            with pytest.raises(DeliveryError) as failed:
                hook.send(sent)
            assert (failed.value.again, failed.value.reason) == (True, "unreachable")
            proxy.restore()
            hook.send(sent)
    assert receiver.ids == [sent.key]


@pytest.mark.long
@pytest.mark.parametrize("fault", ["cut", "frozen", "dropped"])
def test_nothing_is_lost_and_the_end_is_used_again_within_seconds(
    outbox: Outbox, put: Put, sending: Sending, end: End, fault: Fault
) -> None:
    others = senders()
    stop = sending()
    put(end.number, text="0")
    until(lambda: end.texts() == ["0"])
    usual = senders()
    end.proxy.fail(fault)
    for number in range(1, 20):
        put(end.number, text=str(number))
    until(lambda: outbox.destination(end.number).problem, 30)
    if fault != "cut":  # the worst moment: an attempt has just begun, and leads nowhere
        taken = end.proxy.taken
        until(lambda: end.proxy.taken > taken, 30)
    end.proxy.restore()
    back = time.monotonic()
    until(lambda: len(end.distinct()) == 20, 30)
    assert time.monotonic() - back < SECONDS_TO_RECOVER
    assert end.distinct() == [str(number) for number in range(20)], "in their order"
    until(lambda: outbox.destination(end.number).problem is None)
    assert senders() == usual
    stop()
    assert senders() == others


@pytest.mark.long
def test_a_slow_network_has_nothing_sent_twice(outbox: Outbox, put: Put, sending: Sending, end: End) -> None:
    end.proxy.seconds = 0.5
    sending()
    for number in range(4):
        put(end.number, text=str(number))
    until(lambda: len(end.texts()) == 4, 40)
    until(lambda: outbox.destination(end.number).problem is None)
    assert end.texts() == ["0", "1", "2", "3"]
