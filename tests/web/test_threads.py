"""Slow work of one kind does not delay another kind."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes import submit
from tests.web.api.v1.catalogue.test_pictures import URL, add, new
from tests.web.api.v1.test_jobs import listening
from tests.web.conftest import Serve

LONG = 20.0


def test_a_slow_disk_delays_neither_thumbnails_nor_events_nor_pages(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = serve()
    entry = add(running, ("a.png", new())).json()["results"][0]["entry"]["id"]
    released, slow = threading.Event(), threading.Semaphore(0)
    quick = os.fsync

    def fsync(file: int) -> None:
        if threading.current_thread().name.startswith(("tenfold-write", "asyncio")):
            slow.release()
            assert released.wait(LONG)
        quick(file)

    monkeypatch.setattr(os, "fsync", fsync)
    with ThreadPoolExecutor(10) as pool:
        try:
            uploads = [pool.submit(add, running, ("b.png", new())) for _ in range(10)]
            assert slow.acquire(timeout=LONG)
            time.sleep(1)
            begun = time.monotonic()
            assert running.client.get(f"{URL}/entries/{entry}/thumbnail").status_code == 200
            assert running.client.get(f"{URL}/entries/{entry}/picture").status_code == 200
            assert running.client.get(f"{URL}/counts").status_code == 200
            with listening(running) as told:
                assert next(told)[0] == "catalogue"
                assert next(told)[0] == "model"
                job = submit(running.service.app.jobs, "knit", "Knit").id
                assert job in (told_of["id"] for name, told_of in told if name == "job")
            assert time.monotonic() - begun < LONG / 4
        finally:
            released.set()
        assert [one.result().status_code for one in uploads] == [200] * 10
