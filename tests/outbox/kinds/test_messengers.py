"""E-mail by apprise: a real message to a real SMTP server, and no secret in any error."""

import email
import email.policy
import logging
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tenfold.errors import DeliveryError
from tenfold.outbox.kinds.messengers import Messenger
from tests.outbox.conftest import message


class Post:
    """As much of an SMTP server as one letter needs."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                talk, _ = self._socket.accept()
            except OSError:
                return
            with talk, talk.makefile("rwb") as lines:
                self._take(lines)

    def _take(self, lines: object) -> None:
        def say(words: str) -> None:
            lines.write(words.encode() + b"\r\n")  # type: ignore[attr-defined]
            lines.flush()  # type: ignore[attr-defined]

        say("220 here")
        for line in lines:  # type: ignore[attr-defined]
            word = line[:4].upper()
            if word == b"DATA":
                say("354 go on")
                letter = b"".join(iter(lines.readline, b".\r\n"))  # type: ignore[attr-defined]
                parsed = email.message_from_bytes(letter, policy=email.policy.default)
                assert isinstance(parsed, EmailMessage)
                self.letters.append(parsed)
                say("250 kept")
            elif word == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 yes")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def post() -> Iterator[Post]:
    one = Post()
    yield one
    one.close()


def test_a_letter_has_the_text_and_the_picture(post: Post) -> None:
    url = f"mailto://127.0.0.1:{post.port}/?from=cam@house.example&to=me@house.example"
    Messenger("x", url).send(message("A person at the door", picture=b"a jpeg"))
    (letter,) = post.letters
    assert letter["Subject"] == "Person"
    assert letter["To"] == "me@house.example"
    (picture,) = letter.iter_attachments()
    assert picture.get_content_type() == "image/jpeg"
    assert picture.get_content() == b"a jpeg"
    body = letter.get_body()
    assert body is not None
    assert "A person at the door" in body.get_content()


@pytest.mark.parametrize(
    "url",
    [
        "mailto://ann:PASSWORD@127.0.0.1:1/?from=cam@house.example&to=me@house.example",
        "ntfy://127.0.0.1:1/TOPICNAME",
        "gotify://127.0.0.1:1/TOKENTOKEN",
    ],
)
def test_a_failure_is_told_without_a_secret(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryError) as caught:
        Messenger("x", url).send(message())
    assert caught.value.again
    for secret in ("PASSWORD", "TOPICNAME", "TOKENTOKEN"):
        assert secret not in str(caught.value.facts())
        assert secret not in caplog.text
