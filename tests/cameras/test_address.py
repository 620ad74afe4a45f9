"""An address of any form is read, and what is shown of it holds no password."""

from pathlib import Path

import pytest

from tenfold.cameras.address import Address, parse
from tenfold.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("usb:0", Address("usb", "0")),
        ("usb:/dev/v4l/by-id/cam", Address("usb", "/dev/v4l/by-id/cam")),
        ("rtsp://10.0.0.7/live", Address("rtsp", "rtsp://10.0.0.7/live")),
        ("RTSPS://cam:322/live", Address("rtsp", "rtsps://cam:322/live")),
        ("rtsp://[fe80::1]:554/x?channel=1", Address("rtsp", "rtsp://[fe80::1]:554/x?channel=1")),
        ("http://cam", Address("http", "http://cam")),
        ("browser:desk", Address("browser", "desk")),
        ("street.mp4", Address("file", "street.mp4")),
        ("file:street 1.mp4", Address("file", "street 1.mp4")),
        ("file:///tmp/a%20b.mp4", Address("file", "/tmp/a b.mp4")),
        (" usb:1\n", Address("usb", "1")),
    ],
)
def test_each_form_is_read(text: str, expected: Address) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("login", "user", "password"),
    [
        ("admin:secret", "admin", "secret"),
        ("admin:p@ss", "admin", "p@ss"),
        ("admin:p#s?s%", "admin", "p#s?s%"),
        ("admin:pa/ss", "admin", "pa/ss"),
        ("admin:p@s/s#?", "admin", "p@s/s#?"),
        ("admin:p:a:ss", "admin", "p:a:ss"),
        ("admin:p%40ss", "admin", "p@ss"),
        ("admin:100%", "admin", "100%"),
        ("admin:", "admin", ""),
        ("admin", "admin", ""),
    ],
)
@pytest.mark.parametrize("rest", ["cam.local/live", "10.0.0.7:8554/live@main?x=1", "[::1]:554"])
def test_user_and_password_are_kept_apart_whatever_letters_they_hold(
    login: str, user: str, password: str, rest: str
) -> None:
    address = parse(f"rtsp://{login}@{rest}")
    assert (address.user, address.password) == (user, password)
    assert address.target == f"rtsp://{rest}"


def test_what_may_be_a_part_of_a_password_is_not_shown() -> None:
    """Here it cannot be told where the password ends."""
    assert "SECRET" not in parse("rtsp://admin:a@SECRET/b@cam/live").description


def test_what_opens_the_camera_quotes_them() -> None:
    assert parse("rtsp://a@b:p@s#s/%@cam/live").url == "rtsp://a%40b:p%40s%23s%2F%25@cam/live"
    assert parse("rtsp://cam/live").url == "rtsp://cam/live"


def test_fields_of_their_own_are_taken_as_they_stand() -> None:
    address = parse("rtsp://cam/live", user="admin", password="50%41")
    assert address.url == "rtsp://admin:50%2541@cam/live"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://admin:SECRET@cam/live", "rtsp://cam/live"),
        ("http://cam/video?user=SECRET&pwd=SECRET&channel=2", "http://cam/video?user=***&pwd=***&channel=2"),
        ("http://cam/video?channel=2&token=SECRET", "http://cam/video?channel=2&token=***"),
        ("http://cam/v?api_key=SECRET#x", "http://cam/v?api_key=***#x"),
        (
            "rtsp://cam/user=SECRET_password=SECRET_channel=1_stream=0.sdp",
            "rtsp://cam/user=***_password=***_channel=1_stream=0.sdp",
        ),
        ("rtsp://cam/realmonitor?channel=1&subtype=0", "rtsp://cam/realmonitor?channel=1&subtype=0"),
    ],
)
def test_what_is_shown_holds_no_password(text: str, shown: str) -> None:
    address = parse(text)
    assert address.description == shown
    assert "SECRET" not in repr(Address(address.kind, shown, "", "SECRET"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "names nothing"),
        ("usb:", "names nothing"),
        ("browser:", "names nothing"),
        ("ftp://cam/x", "is not a kind of source"),
        ("rtsp://", "names no host"),
        ("rtsp:///live", "names no host"),
        ("rtsp://admin:SECRET", "names no host"),
        ("rtsp://admin:SECRET@", "names no host"),
        ("rtsp://admin:SECRET cam/live", "names no host"),
    ],
)
def test_what_has_no_known_form_is_refused_without_being_repeated(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as refused:
        parse(text)
    assert "SECRET" not in str(refused.value)


def test_a_folder_is_known_by_being_one_and_a_file_may_have_a_colon(tmp_path: Path) -> None:
    assert parse(str(tmp_path)).kind == "folder"
    odd = tmp_path / "rtsp:x.mp4"
    odd.touch()
    assert parse(str(odd)) == Address("file", str(odd))


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("usb:0", True),
        ("rtsp://cam/x.mp4", True),
        ("http://cam/mjpeg", True),
        ("http://host/street.mp4?x=1", False),
        ("http://host/live.m3u8", True),
        ("street.mp4", False),
    ],
)
def test_an_address_tells_whether_it_is_live(text: str, live: bool) -> None:
    assert parse(text).live is live


def test_a_text_that_is_too_long_for_a_file_name_is_a_file_that_does_not_exist() -> None:
    assert parse("0" * 2000).kind == "file"
