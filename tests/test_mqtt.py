"""A connection to a real broker, to none, and to one that does not let it in."""

import socket
import time
from pathlib import Path

from tenfold.line.simulator.broker import HOST, free_port
from tenfold.mqtt import Login, MqttConnection
from tests.outbox.receivers import brokering
from tests.waiting import until


def test_a_broker_that_is_away_says_why_and_takes_nothing() -> None:
    connection = MqttConnection(Login(HOST, free_port()), [], lambda *_: None)
    assert connection.open() == "Connection refused"
    assert not connection.works
    assert connection.publish("a", "b")(0.1) is False


def test_a_wrong_password_is_told_at_once_and_as_one(tmp_path: Path) -> None:
    with brokering(tmp_path, user="ann", password="right") as broker:
        for password, refused in (("right", False), ("wrong", True)):
            connection = MqttConnection(Login(HOST, broker.port, "ann", password), [], lambda *_: None)
            began = time.monotonic()
            assert bool(connection.open()) is refused
            assert time.monotonic() - began < 2
            assert (connection.works, connection.wrong_password) == (not refused, refused)
            connection.close()


def test_it_comes_back_hears_its_topics_again_and_leaves_a_will(tmp_path: Path) -> None:
    with brokering(tmp_path) as broker:
        heard: list[tuple[str, bytes, bool]] = []
        told: list[str] = []
        login = Login(HOST, broker.port)
        stays = MqttConnection(
            login,
            ["line/#"],
            lambda *message: heard.append(message),
            connected=lambda: told.append("connected"),
            lost=lambda: told.append("lost"),
        )
        stays.start()
        assert stays.wait(5)
        broker.kill()
        until(lambda: told == ["connected", "lost"])
        assert not stays.works
        broker.start()
        until(lambda: told == ["connected", "lost", "connected"] and stays.works)
        goes = MqttConnection(login, [], lambda *_: None, again=False)
        goes.will("line/status", "gone", retain=True)
        assert goes.open() == ""
        assert goes.publish("line/part", b"1")(5) is True
        found = goes._client.socket()
        assert isinstance(found, socket.socket)
        found.shutdown(socket.SHUT_RDWR)  # without a word
        until(lambda: heard == [("line/part", b"1", False), ("line/status", b"gone", False)])
        goes.close()
        stays.close()
