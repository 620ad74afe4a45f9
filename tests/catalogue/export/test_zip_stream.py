import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import BytesIO

import pytest

from tenfold.catalogue.export import zip_stream as zipping
from tenfold.catalogue.export.zip_stream import Zip

AT = datetime(2026, 5, 4, 13, 2, 6, tzinfo=UTC)


def archive(files: dict[str, bytes], at: datetime = AT) -> zipfile.ZipFile:
    made, parts = Zip(), []
    for name, content in files.items():
        opened: Callable[[], BytesIO] = partial(BytesIO, content)
        parts += list(made.add(name, opened, at))
    return zipfile.ZipFile(BytesIO(b"".join([*parts, *made.finish()])))


def test_an_archive_holds_its_files_as_they_are() -> None:
    files = {"cat/a.jpg": b"a" * 1_000_000, "кіт/б.png": b"", "x" * 200: b"\0\xff"}
    found = archive(files)
    assert found.testzip() is None
    assert {name: found.read(name) for name in found.namelist()} == files
    facts = found.infolist()[0]
    assert facts.date_time == (2026, 5, 4, 13, 2, 6)
    assert facts.flag_bits == 0x800, "sizes stand before each file, so that a stream can be unpacked"
    assert facts.external_attr >> 16 == 0o100644


def test_an_empty_archive_is_one() -> None:
    assert archive({}).namelist() == []


def test_a_date_that_the_format_has_not_becomes_the_nearest() -> None:
    assert archive({"a": b""}, datetime(1970, 1, 1, tzinfo=UTC)).infolist()[0].date_time[0] == 1980


def test_more_files_than_the_old_format_counts() -> None:
    found = archive({f"{number}": b"" for number in range(70_000)})
    assert len(found.namelist()) == 70_000


def test_larger_archives_than_the_old_format_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    made, parts = Zip(), []
    parts += list(made.add("first", partial(BytesIO, b"first"), AT))
    skipped = 5_000_000_000
    made._offset += skipped
    parts += list(made.add("second", partial(BytesIO, b"second"), AT))
    # As if five gigabytes lay between the two: they are not written, so the places are read as said.
    listed = b"".join(made.finish())
    assert len(listed) > 100
    assert skipped.to_bytes(8, "little")[4:] in listed
    assert b"PK\x06\x06" in listed
    assert zipping._MOST == 2**32 - 1
