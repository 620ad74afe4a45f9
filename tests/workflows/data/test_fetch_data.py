"""The job "fetch-data" over a real HTTP server: progress, a stop that is resumed, and no connection."""

from pathlib import Path

import pytest

from tenfold.datasets import cifar10
from tenfold.errors import DatasetError
from tenfold.jobs import Stopped
from tenfold.workflows.data.fetch_data_job import FetchData, FetchDataParams, FetchDataResult
from tests import tiny
from tests.datasets.test_fetch import PARTIAL, Server, packed, server  # noqa: F401
from tests.fakes import FakeWork


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> Server:  # noqa: F811
    server.content = packed(tiny.small_cifar10(tmp_path, monkeypatch))
    return server


def test_it_is_fetched_with_progress_and_is_whole(tmp_path: Path, archive: Server) -> None:
    work = FakeWork(FetchDataParams())
    fetched = FetchData(tmp_path / "data", url=archive.address, md5=archive.md5)(work)
    assert fetched == FetchDataResult(id="cifar10")
    assert cifar10.is_whole(tmp_path / "data")
    assert work.told[0] == (0, 0, "fetching")
    assert work.told[-1][:2] == (len(archive.content), len(archive.content))


def test_one_that_was_stopped_goes_on_where_it_was(tmp_path: Path, archive: Server) -> None:
    fetch = FetchData(tmp_path / "data", url=archive.address, md5=archive.md5)
    with pytest.raises(Stopped):
        fetch(FakeWork(FetchDataParams(), stop_after=0))
    (tmp_path / "data" / PARTIAL).write_bytes(archive.content[:10])
    fetch(FakeWork(FetchDataParams()))
    assert archive.ranges[-1] == "bytes=10-"
    assert cifar10.is_whole(tmp_path / "data")


def test_without_a_connection_it_says_so_for_programs_too(tmp_path: Path) -> None:
    fetch = FetchData(tmp_path / "data", url="http://127.0.0.1:9/cifar.tar.gz")
    with pytest.raises(DatasetError, match="could not be fetched") as caught:
        fetch(FakeWork(FetchDataParams()))
    assert caught.value.reason == "unreachable"
