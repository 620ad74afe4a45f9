"""POST /api/v1/classify."""

import asyncio
import time
from dataclasses import replace
from io import BytesIO
from typing import Any

import anyio.to_thread
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tenfold.images import Limits
from tenfold.modelfile import ClassName
from tests.fakes import BLUE, GREEN, GREY, INFO, LABELS, RED, FakeClassifier, picture
from tests.web.conftest import Running, Serve

URL = "/api/v1/classify"


def post(running: Running, *pictures: tuple[str, bytes], query: str = "") -> Any:
    return running.client.post(URL + query, files=[("files", one) for one in pictures])


def test_a_picture_in_a_form_gets_its_class(running: Running) -> None:
    answer = post(running, ("a.png", picture(RED)))
    assert answer.status_code == 200
    body = answer.json()
    assert body["model"] == running.service.classifier.sha256
    [result] = body["results"]
    assert (result["name"], result["width"], result["height"], result["problem"]) == ("a.png", 64, 48, None)
    found = result["prediction"]
    assert (found["label"], found["known"], found["evidence"]) == ("red", True, None)
    assert list(found["probabilities"]) == list(LABELS)
    assert sum(found["probabilities"].values()) == pytest.approx(1)
    assert found["confidence"] == found["probabilities"]["red"]


@pytest.mark.parametrize(
    "kind", ["image/png", "application/octet-stream", "application/x-www-form-urlencoded", ""]
)
def test_the_bytes_alone_get_the_same_answer_whatever_they_are_called(running: Running, kind: str) -> None:
    in_form = post(running, ("a.png", picture(GREEN))).json()["results"][0]
    alone = running.client.post(URL, content=picture(GREEN), headers={"Content-Type": kind} if kind else {})
    assert alone.json()["results"] == [{**in_form, "name": "upload"}]


def test_several_pictures_are_answered_in_the_order_in_which_they_came(running: Running) -> None:
    colours = [RED, GREEN, BLUE, GREEN, RED] * 5
    results = post(running, *((f"{i}.png", picture(c)) for i, c in enumerate(colours))).json()["results"]
    assert [r["name"] for r in results] == [f"{i}.png" for i in range(25)]
    assert [r["prediction"]["label"] for r in results] == ["red", "green", "blue", "green", "red"] * 5


def test_a_bad_picture_among_others_has_its_problem_beside_their_answers(running: Running) -> None:
    answer = post(running, ("a.png", picture(RED)), ("note.txt", b"hello"), ("c.png", picture(BLUE)[:-30]))
    assert answer.status_code == 200
    good, text, cut = answer.json()["results"]
    assert good["prediction"]["label"] == "red"
    assert (text["prediction"], text["width"], text["problem"]["status"]) == (None, None, 415)
    assert text["problem"]["detail"].startswith(
        "note.txt is not a picture this build can read (it starts with 'hello'). Supported: JPEG, PNG"
    )
    assert (cut["problem"]["code"], cut["problem"]["subject"]) == ("damaged-picture", "c.png")


def test_something_unlike_the_training_data_is_none_of_the_classes(running: Running) -> None:
    assert post(running, ("grey.png", picture(GREY))).json()["results"][0]["prediction"]["known"] is False


def test_evidence_comes_only_where_it_is_asked_for(running: Running) -> None:
    maps = post(running, ("a.png", picture(RED)), query="?evidence=true").json()["results"][0]["prediction"][
        "evidence"
    ]
    assert list(maps) == list(LABELS)
    assert max(max(row) for row in maps["red"]) == 1
    assert max(max(row) for row in maps["blue"]) < 0.1
    assert len({len(row) for row in maps["red"]}) == 1


def test_the_size_is_that_of_the_whole_upright_picture(running: Running) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    lying = picture(RED, size=(3000, 2000), kind="JPEG", exif=exif.tobytes())
    result = post(running, ("large.jpg", lying)).json()["results"][0]
    assert (result["width"], result["height"]) == (2000, 3000)


@pytest.mark.parametrize("name", ["кіт.png", 'a "quoted" cat.png', "ネコ.png", "100%.png", "x" * 200])
def test_a_file_keeps_its_name(running: Running, name: str) -> None:
    assert post(running, (name, picture(RED))).json()["results"][0]["name"] == name


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"hello", 415, "not-a-picture"),
        (picture(RED)[:-30], 422, "damaged-picture"),
        (picture(RED, size=(210, 100)), 413, "picture-too-large"),
    ],
)
def test_the_only_picture_s_problem_is_the_answer(
    serve: Serve, content: bytes, status: int, code: str
) -> None:
    small = serve(FakeClassifier(Limits(pixels=10_000)))
    for answer in (
        post(small, ("a.png", content)),
        small.client.post(URL, content=content, headers={"Content-Type": "image/png"}),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json()["status"]) == (code, status)


def test_a_fault_of_the_network_does_not_take_the_server_down(serve: Serve) -> None:
    class Failing(FakeClassifier):
        def run(self, prepared: Any) -> Any:
            raise RuntimeError("the network broke")

    failing = serve(Failing())
    for _ in range(2):
        answer = post(failing, ("a.png", picture(RED)))
        assert answer.status_code == 500
        assert (
            answer.json()["detail"]
            == "The request cannot be answered (a fault in tenfold; its log says which)."
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["connection"] == "close"


class TenClasses(FakeClassifier):
    """As many numbers in its evidence as the model that comes with tenfold."""

    def __init__(self) -> None:
        super().__init__()
        names = [f"class {number}" for number in range(10)]
        self.info = replace(INFO, classes=tuple(ClassName(name, {"en": name}) for name in names))

    def raw(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        count = len(inputs)
        evidence = np.random.default_rng(0).random((count, 10, 28, 28), np.float32)
        novelty = np.zeros(count, np.float32)
        return np.full((count, 10), 0.1, np.float32), np.zeros((count, 3), np.float32), evidence, novelty


@pytest.mark.slow
def test_the_evidence_of_many_pictures_does_not_hold_up_the_others(serve: Serve) -> None:
    running = serve(TenClasses())
    files = [("files", (f"{number}.png", picture(RED, size=(8, 8)))) for number in range(100)]
    done = False

    async def longest_work() -> float:
        """Seconds of a core that the loop's own thread takes at a time; other programs' are none of it."""
        longest = 0.0
        while not done:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            longest = max(longest, time.thread_time() - before)
        return longest

    work = asyncio.run_coroutine_threadsafe(longest_work(), running.loop)
    answer = running.client.post(f"{URL}?evidence=true", files=files)
    done = True
    assert len(answer.content) > 3_000_000
    assert work.result(timeout=10) < 0.05


def test_an_animation_is_said_to_be_one(running: Running) -> None:
    content = BytesIO()
    first, *others = (Image.new("RGB", (64, 48), colour) for colour in (RED, (0, 0, 255), (0, 255, 0)))
    first.save(content, "GIF", save_all=True, append_images=others)
    still, moving = post(running, ("a.png", picture(RED)), ("b.gif", content.getvalue())).json()["results"]
    assert (still["frames"], moving["frames"]) == (1, 3)
    assert moving["prediction"]["label"] == "red"


def test_only_the_model_s_threads_work_on_a_picture(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread in between takes as long as all that HTTP does otherwise."""
    asked: list[object] = []
    run_sync = anyio.to_thread.run_sync

    async def counted(function: Any, *args: Any, **options: Any) -> Any:
        asked.append(function)
        return await run_sync(function, *args, **options)

    post(running, ("a.png", picture(RED)))  # whether anybody has an account is known for a while after
    monkeypatch.setattr(anyio.to_thread, "run_sync", counted)
    assert running.client.get("/api/v1/models").is_success
    assert asked
    asked.clear()
    assert post(running, ("a.png", picture(RED))).is_success
    assert not asked
