"""Limits on what arrives, tried over a real connection."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fakes import BLUE, RED, FakeClassifier, picture
from tests.web.conftest import Running, Serve

URL = "/api/v1/classify"
LIMIT = 20_000
MUCH = 1 << 27  # what is thrown away after the answer, and what the connection's buffers take
BOUNDARY = "cut-here"
PART = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{{}}"\r\n\r\n'
END = f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.fixture(scope="module")
def small(serve: Serve) -> Running:
    return serve(max_picture_bytes=LIMIT, max_files_per_request=3)


def raw(running: Running, *headers: str, path: str = URL) -> socket.socket:
    """A connection that has sent its headers."""
    connection = socket.create_connection(("127.0.0.1", running.port), timeout=20)
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode())
    return connection


def answer_on(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of the answer."""
    received = b""
    while b"\r\n\r\n" not in received or not received.rstrip().endswith(b"}"):
        part = connection.recv(65536)
        if not part:
            break
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def endless(connection: socket.socket, most: int) -> int:
    """Sends chunks until the server stops taking them; how many bytes it took."""
    block = b"%x\r\n" % 8192 + b"\0" * 8192 + b"\r\n"
    sent = 0
    while sent < most:
        try:
            connection.sendall(block)
        except OSError:
            return sent
        sent += 8192
        time.sleep(0)
    return sent


def send(running: Running, body: bytes, boundary: str = BOUNDARY) -> httpx.Response:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return running.client.post(URL, content=body, headers=headers)


def held(running: Running) -> int:
    """Bytes held once everything under way is done."""
    until = time.monotonic() + 5
    while running.service.memory.used and time.monotonic() < until:
        time.sleep(0.01)
    return running.service.memory.used


def test_a_body_announced_as_too_large_is_refused_before_it_is_sent(small: Running) -> None:
    with raw(small, f"Content-Length: {LIMIT + 1}") as connection:
        status, problem = answer_on(connection)
    assert (status, problem["code"]) == (413, "picture-too-large")
    assert problem["detail"] == (
        "upload is too large a file (it has 0.020001 MB; the limit is 0.02 MB). "
        "Save it smaller, or raise the setting max_picture_bytes."
    )


def test_an_endless_body_is_cut_off_at_the_limit(small: Running) -> None:
    with raw(small, "Transfer-Encoding: chunked") as connection:
        assert endless(connection, 1 << 30) < MUCH
        assert answer_on(connection)[0] == 413
    assert held(small) == 0


def test_an_endless_form_is_cut_off(small: Running) -> None:
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    with raw(small, "Transfer-Encoding: chunked", kind) as connection:
        start = PART.format("huge.bin").encode()
        connection.sendall(b"%x\r\n%s\r\n" % (len(start), start))
        assert endless(connection, 1 << 30) < MUCH
        status, problem = answer_on(connection)
    assert (status, problem["subject"]) == (413, "huge.bin")
    assert held(small) == 0


def test_what_goes_on_after_the_form_has_ended_is_cut_off(small: Running) -> None:
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    with raw(small, kind, "Transfer-Encoding: chunked") as connection:
        form = PART.format("red.png").encode() + picture(RED) + END
        connection.sendall(b"%x\r\n" % len(form) + form + b"\r\n")
        assert endless(connection, MUCH) < MUCH
        status, problem = answer_on(connection)
    assert status == 413
    assert problem["problem"] == "is larger than 3 pictures may be"


def test_an_endless_field_that_is_no_picture_is_cut_off(small: Running) -> None:
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    with raw(small, "Transfer-Encoding: chunked", kind) as connection:
        start = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="x"\r\n\r\n'.encode()
        connection.sendall(b"%x\r\n%s\r\n" % (len(start), start))
        assert endless(connection, 1 << 30) < MUCH
        assert answer_on(connection)[0] == 413


def test_a_too_large_picture_among_others_is_passed_over(small: Running) -> None:
    files = [("files", ("a.png", picture(RED))), ("files", ("big.bin", b"\0" * (LIMIT + 1)))]
    files.append(("files", ("c.png", picture(BLUE))))
    answer = small.client.post(URL, files=files)
    assert answer.status_code == 200
    first, big, last = answer.json()["results"]
    assert (first["prediction"]["label"], last["prediction"]["label"]) == ("red", "blue")
    assert (big["prediction"], big["problem"]["status"]) == (None, 413)
    assert big["problem"]["problem"] == "is too large a file"
    assert held(small) == 0


def test_a_picture_of_just_the_limit_is_taken(small: Running) -> None:
    content = picture(RED) + b"\0" * (LIMIT - len(picture(RED)))
    assert small.client.post(URL, content=content).status_code == 200
    assert small.client.post(URL, files={"files": ("a.png", content)}).status_code == 200
    assert small.client.post(URL, files={"files": ("a.png", content + b"\0")}).status_code == 413


def test_more_pictures_than_one_request_may_hold_are_refused(small: Running) -> None:
    answer = small.client.post(URL, files=[("files", (f"{i}.png", picture(RED))) for i in range(4)])
    assert (answer.status_code, answer.json()["code"]) == (413, "upload-too-large")
    assert answer.json()["detail"].startswith("The request holds more than 3 pictures. Send fewer at a time")
    assert held(small) == 0


def test_a_form_announced_as_larger_than_all_pictures_may_be_is_refused_at_once(small: Running) -> None:
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    with raw(small, "Content-Length: 5000000", kind) as connection:
        status, problem = answer_on(connection)
    assert (status, problem["problem"]) == (413, "is larger than 3 pictures may be")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The request ends in the middle of its form. Send it again."),
        (PART.format("a").encode() + b"abc", "The request ends in the middle of its form. Send it again."),
        (b"something else", "The request is not a form that can be read ("),
        (f"--{BOUNDARY}--\r\n".encode(), "The request holds no picture (its form is empty). Send"),
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nx'.encode()
            + END,
            "The request holds no picture (its fields: 'image'). Send the pictures in the multipart",
        ),
        (PART.format("").encode() + END, "The request holds no picture (its form is empty)"),
    ],
)
def test_a_form_without_a_picture_says_what_is_wrong(small: Running, body: bytes, message: str) -> None:
    answer = send(small, body)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(message)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/mixed; boundary=x", "multipart/x"])
def test_a_form_of_another_kind_is_refused(small: Running, kind: str) -> None:
    answer = small.client.post(URL, content=b"x", headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.json()["received"] == kind


def test_a_request_without_a_body_holds_no_picture(small: Running) -> None:
    answer = small.client.post(URL)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(
        "The request holds no picture (it has no body). Send the pictures in"
    )


def test_other_fields_of_a_form_are_passed_over(small: Running) -> None:
    answer = small.client.post(URL, files={"files": ("a.png", picture(RED))}, data={"note": "hello"})
    assert answer.json()["results"][0]["prediction"]["label"] == "red"


def test_pictures_without_a_name_are_numbered(small: Running) -> None:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"\r\n\r\n'.encode() + picture(RED)
    results = send(small, part + b"\r\n" + part + END).json()["results"]
    assert [r["name"] for r in results] == ["upload 1", "upload 2"]


def test_the_form_may_come_in_any_pieces(small: Running) -> None:
    body = PART.format("кіт.png").encode() + picture(RED) + END

    def bytewise() -> Iterator[bytes]:
        for at in range(len(body)):
            yield body[at : at + 1]

    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = small.client.post(URL, content=bytewise(), headers=headers)
    assert answer.json()["results"][0]["name"] == "кіт.png"


@pytest.mark.slow
def test_an_upload_that_stops_arriving_is_given_up(serve: Serve) -> None:
    hasty = serve(stall_seconds=1)
    with raw(hasty, "Content-Length: 1000") as connection:
        connection.sendall(b"x" * 500)
        status, problem = answer_on(connection)
    assert (status, problem["code"]) == (408, "upload-stalled")
    assert problem["detail"].startswith("The upload arrived too slowly: 500 bytes in 1 seconds.")
    assert held(hasty) == 0


def sent_slowly(running: Running, piece: bytes, seconds: float) -> tuple[int, dict[str, Any]]:
    """The answer to a body that comes in pieces, ten a second, for so long."""
    with raw(running, "Transfer-Encoding: chunked") as connection:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            try:
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            except OSError:  # the answer is there already
                break
            time.sleep(0.1)
        else:
            connection.sendall(b"0\r\n\r\n")
        return answer_on(connection)


@pytest.mark.slow
def test_a_body_that_comes_drop_by_drop_is_given_up(serve: Serve) -> None:
    hasty = serve(stall_seconds=1, least_rate=1000)
    begun = time.monotonic()
    status, problem = sent_slowly(hasty, b"x" * 10, 2.5)
    assert (status, problem["code"]) == (408, "upload-stalled")
    assert time.monotonic() - begun < 10
    assert sent_slowly(hasty, b"x" * 1000, 2.5)[0] == 415


@pytest.mark.slow
def test_a_body_has_an_end_however_steadily_it_comes(serve: Serve) -> None:
    status, problem = sent_slowly(serve(body_seconds=1), b"x" * 1000, 2.5)
    assert status == 408
    assert problem["detail"].startswith("The upload did not end within 1 seconds.")


def test_where_there_is_no_place_the_answer_comes_before_the_body(serve: Serve) -> None:
    full = serve(max_requests=1)
    full.service.concurrency.limit = 0
    for path in (URL, "/api/v1/catalogue/pictures"):
        with raw(full, "Content-Length: 1000", "Expect: 100-continue", path=path) as connection:
            assert answer_on(connection)[0] == 503


def test_a_client_that_hangs_up_leaves_nothing_behind(small: Running) -> None:
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    for _ in range(5):
        with raw(small, "Content-Length: 15000", kind) as connection:
            connection.sendall(PART.format("a.png").encode() + b"x" * 5000)
            while not small.service.memory.used:
                time.sleep(0.005)
        assert held(small) == 0
    assert small.client.get("/readyz").status_code == 200


def test_uploads_past_the_memory_for_all_of_them_are_refused(serve: Serve) -> None:
    full = serve(FakeClassifier())
    full.service.memory.limit = 10_000
    answer = full.client.post(URL, content=b"x" * 20_000)
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.headers["retry-after"] == "2"
    assert full.client.post(URL, content=picture(RED)).status_code == 200


@pytest.mark.slow
def test_a_request_holds_only_the_pictures_that_are_being_read(serve: Serve) -> None:
    """Many pictures in one request never stand in memory together: only those being read and the next."""
    size = 200_000
    several = serve(FakeClassifier(), max_picture_bytes=size, threads=1)
    most = 0

    async def watch() -> int:
        nonlocal most
        async with httpx.AsyncClient(base_url=several.address, timeout=30, trust_env=False) as client:
            content = picture(RED) + b"\0" * (size - len(picture(RED)))
            files = [("files", (f"{i}.png", content)) for i in range(60)]
            sending = asyncio.create_task(client.post(URL, files=files))
            while not sending.done():
                most = max(most, several.service.memory.used)
                await asyncio.sleep(0.001)
            return (await sending).status_code

    assert asyncio.run(watch()) == 200
    assert 0 < most <= 6 * size
