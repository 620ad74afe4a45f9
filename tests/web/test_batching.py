"""Batcher: who runs with whom, and who must not suffer for whom."""

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from tenfold.inference.classifier import Prepared
from tenfold.predictions import Prediction
from tenfold.web.batching import Batcher, Closed
from tests.fakes import BLUE, GREEN, RED, FakeClassifier, picture


def batcher(classifier: FakeClassifier, **how: Any) -> Batcher:
    return Batcher(classifier.run, **{"size": 4, "wait": 0.0, "workers": 2, **how})


def prepared(classifier: FakeClassifier, colour: tuple[int, int, int] = RED) -> Prepared:
    return classifier.prepare(picture(colour))


def test_a_lone_picture_runs_at_once_and_alone() -> None:
    classifier = FakeClassifier()

    async def scenario() -> float:
        async with batcher(classifier, wait=5.0) as one:
            started = time.monotonic()
            answer = await one.run(prepared(classifier))
            assert answer.label == "red"
            return time.monotonic() - started

    assert asyncio.run(scenario()) < 2
    assert classifier.batches == [1]


def test_pictures_that_come_during_a_run_form_the_next_one() -> None:
    classifier = FakeClassifier(seconds=0.1)

    async def scenario() -> list[str]:
        async with batcher(classifier) as one:
            first = asyncio.create_task(one.run(prepared(classifier)))
            await asyncio.sleep(0.03)
            others = [one.run(prepared(classifier, colour)) for colour in (GREEN, BLUE) * 3]
            return [p.label for p in await asyncio.gather(first, *others)]

    assert asyncio.run(scenario()) == ["red", *["green", "blue"] * 3]
    assert classifier.batches == [1, 4, 2]


def test_a_run_that_is_not_full_waits_a_little_for_pictures_being_prepared() -> None:
    classifier = FakeClassifier()

    def late() -> Prepared:
        time.sleep(0.1)
        return prepared(classifier)

    async def scenario() -> None:
        async with batcher(classifier, wait=5.0) as one:

            async def slowly() -> Prediction:
                return await one.run(await one.prepare(late))

            preparing = asyncio.create_task(slowly())
            await asyncio.sleep(0.02)
            await asyncio.gather(one.run(prepared(classifier)), preparing)

    asyncio.run(scenario())
    assert classifier.batches == [2]


def test_the_network_always_runs_in_the_same_thread() -> None:
    classifier = FakeClassifier()

    async def scenario() -> None:
        async with batcher(classifier) as one:
            await asyncio.gather(*(one.run(prepared(classifier)) for _ in range(30)))

    asyncio.run(scenario())
    assert len(classifier.threads) == 1
    assert threading.main_thread().name not in classifier.threads


def test_pictures_are_prepared_off_the_event_loop() -> None:
    classifier = FakeClassifier()

    async def scenario() -> str:
        async with batcher(classifier) as one:
            return await one.prepare(lambda: threading.current_thread().name)

    assert asyncio.run(scenario()).startswith("tenfold-prepare")


def test_a_picture_that_fails_does_not_fail_those_it_ran_with() -> None:
    class Picky(FakeClassifier):
        def run(self, prepared: Sequence[Prepared]) -> list[Prediction]:
            if any(one.pixels[0, 0, 0, 2] > 200 for one in prepared):
                raise RuntimeError("no blue, please")
            return super().run(prepared)

    classifier = Picky()

    async def scenario() -> list[Prediction | BaseException]:
        async with batcher(classifier) as one:
            waiting = [one.run(prepared(classifier, colour)) for colour in (RED, BLUE, GREEN)]
            return await asyncio.gather(*waiting, return_exceptions=True)

    red, blue, green = asyncio.run(scenario())
    assert isinstance(red, Prediction)
    assert isinstance(green, Prediction)
    assert (red.label, green.label) == ("red", "green")
    assert isinstance(blue, RuntimeError)


def test_the_picture_of_a_caller_who_has_gone_does_not_run() -> None:
    classifier = FakeClassifier(seconds=0.1)

    async def scenario() -> None:
        async with batcher(classifier) as one:
            first = asyncio.create_task(one.run(prepared(classifier)))
            await asyncio.sleep(0.03)
            gone = asyncio.create_task(one.run(prepared(classifier)))
            await asyncio.sleep(0)
            gone.cancel()
            await first
            await one.run(prepared(classifier))

    asyncio.run(scenario())
    assert classifier.batches == [1, 1]


def test_a_caller_who_goes_during_the_run_does_not_disturb_the_others() -> None:
    classifier = FakeClassifier(seconds=0.1)

    async def scenario() -> str:
        async with batcher(classifier) as one:
            gone = asyncio.create_task(one.run(prepared(classifier)))
            await asyncio.sleep(0.03)
            gone.cancel()
            return (await one.run(prepared(classifier, GREEN))).label

    assert asyncio.run(scenario()) == "green"


def test_closing_answers_what_waits_and_takes_nothing_new() -> None:
    classifier = FakeClassifier(seconds=0.05)

    async def scenario() -> list[Prediction]:
        one = batcher(classifier)
        async with one:
            waiting = [asyncio.create_task(one.run(prepared(classifier))) for _ in range(9)]
            await asyncio.sleep(0)
        with pytest.raises(Closed):
            await one.run(prepared(classifier))
        with pytest.raises(Closed):
            await one.prepare(lambda: None)
        return await asyncio.gather(*waiting)

    assert len(asyncio.run(scenario())) == 9
