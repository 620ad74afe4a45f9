"""What a webhook sends, and where it does not go."""

import base64
import hmac
import ipaddress
import json
from contextlib import closing

import pytest

from tenfold.errors import DeliveryError
from tenfold.outbox.kinds import shown
from tenfold.outbox.kinds.addresses import may_be_called, webhook
from tenfold.outbox.kinds.webhook import Webhook, signed
from tests.outbox.conftest import message
from tests.outbox.receivers import Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_is_that_of_the_standards_example() -> None:
    # github.com/standard-webhooks/standard-webhooks, the specification's own example.
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', key, 1614265330)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_request_is_signed_and_has_the_picture(receiver: Receiver) -> None:
    sent = message(picture=b"a jpeg")
    with closing(Webhook("x", receiver.url, SECRET, local=True)) as hook:
        hook.send(sent)
    ((headers, body),) = receiver.got
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    words = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, words, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    content = json.loads(body)
    assert content["type"] == "event"
    assert content["data"]["id"] == sent.key == headers["webhook-id"]
    assert base64.b64decode(content["data"]["picture"]["base64"]) == b"a jpeg"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.location = 302, "http://127.0.0.1:1/elsewhere"
    with (
        closing(Webhook("x", receiver.url, SECRET, local=True)) as hook,
        pytest.raises(DeliveryError) as caught,
    ):
        hook.send(message())
    assert caught.value.reason == "redirected"
    assert not caught.value.again
    assert receiver.asked == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"])
def test_this_machine_is_called_only_where_the_destination_says_so(receiver: Receiver, host: str) -> None:
    url = f"http://{host}:{receiver.port}/"
    with closing(Webhook("x", url, SECRET, local=False)) as hook, pytest.raises(DeliveryError) as caught:
        hook.send(message())
    assert caught.value.reason == "local-address"
    assert receiver.asked == 0


@pytest.mark.parametrize(
    ("address", "otherwise", "local"),
    [
        ("8.8.8.8", True, True),
        ("2606:4700::1111", True, True),
        ("127.0.0.1", False, True),
        ("10.1.2.3", False, True),
        ("192.168.1.5", False, True),
        ("fd12:3456::1", False, True),
        ("::1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("fd00:ec2::254", False, False),
        ("100.100.100.200", False, False),
        ("0.0.0.0", False, False),
        ("::", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("2002:a9fe:a9fe::1", False, False),
        ("64:ff9b::a9fe:a9fe", False, False),
    ],
)
def test_which_addresses_are_called(address: str, otherwise: bool, local: bool) -> None:
    found = ipaddress.ip_address(address)
    assert may_be_called(found, local=False) is otherwise
    assert may_be_called(found, local=True) is local


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_an_answer_that_says_nothing_against_the_message_is_tried_again(
    receiver: Receiver, status: int
) -> None:
    receiver.status = status
    with (
        closing(Webhook("x", receiver.url, SECRET, local=True)) as hook,
        pytest.raises(DeliveryError) as caught,
    ):
        hook.send(message())
    assert caught.value.again


def test_no_error_repeats_the_address(receiver: Receiver) -> None:
    receiver.status = 404
    addresses = [
        f"http://user:PASSWORD@127.0.0.1:{receiver.port}/KEY?token=TOKEN",
        "http://user:PASSWORD@127.0.0.1:1/KEY?token=TOKEN",
        "http://user:PASSWORD@no-such-host.invalid/KEY?token=TOKEN",
    ]
    for url in addresses:
        with closing(Webhook("x", url, SECRET, local=True)) as hook, pytest.raises(DeliveryError) as caught:
            hook.send(message())
        words = str(caught.value.facts()) + shown("webhook", webhook({"url": url}))
        assert not any(secret in words for secret in ("PASSWORD", "KEY", "TOKEN")), words
