"""ModelServer: who is answered first, who runs with whom, and who must not suffer for whom."""

import asyncio
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError

import pytest

from tenfold.errors import NotAPicture
from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.inference.server import Closed, DeadlinePassed, ModelServer, Priority, Read
from tenfold.predictions import Prediction
from tests.fakes import BLUE, GREEN, RED, FakeClassifier, picture

CATALOGUE, HTTP, LINE = Priority.CATALOGUE, Priority.HTTP, Priority.LINE


def reading(colour: tuple[int, int, int] = RED) -> Read:
    content = picture(colour)
    return lambda classifier: classifier.prepare(content)


def noted(seen: list[str], name: str) -> Read:
    def read(classifier: Classifier) -> Prepared:
        seen.append(name)
        return classifier.prepare(picture(RED))

    return read


class Gate:
    """A picture whose reading goes on only when it is opened: it keeps a thread busy."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()

    def __call__(self, classifier: Classifier) -> Prepared:
        self.begun.set()
        assert self.opened.wait(30)
        return classifier.prepare(picture(RED))


def busy(server: ModelServer) -> Gate:
    """One of the threads has something to do until the gate is opened."""
    gate = Gate()
    server.submit(gate, priority=LINE)
    assert gate.begun.wait(10)
    return gate


def test_a_lone_picture_runs_at_once_and_alone() -> None:
    classifier = FakeClassifier()
    with ModelServer(classifier, threads=2) as server:
        assert server.submit(reading()).result(10).label == "red"
    assert classifier.batches == [1]


def test_what_waits_while_all_are_busy_runs_together() -> None:
    classifier = FakeClassifier()
    with ModelServer(classifier, threads=1, batch=4) as server:
        gate = busy(server)
        waiting = [server.submit(reading(colour)) for colour in (GREEN, BLUE) * 3]
        gate.opened.set()
        assert [one.result(10).label for one in waiting] == ["green", "blue"] * 3
    assert classifier.batches == [1, 4, 2]


def test_what_waits_is_shared_out_over_the_threads() -> None:
    classifier = FakeClassifier(seconds=0.05)
    with ModelServer(classifier, threads=2) as server:
        gates = [busy(server), busy(server)]
        waiting = [server.submit(reading()) for _ in range(4)]
        for gate in gates:
            gate.opened.set()
        for one in waiting:
            one.result(10)
    assert max(classifier.batches) == 2


def test_a_run_takes_no_more_once_its_inputs_are_enough() -> None:
    classifier = FakeClassifier()
    with ModelServer(classifier, threads=1, batch=100) as server:
        gate = busy(server)
        waiting = [server.submit(reading()) for _ in range(30)]
        gate.opened.set()
        for one in waiting:
            one.result(10)
    assert classifier.batches == [1, 12, 12, 6]


def test_the_most_urgent_is_answered_first() -> None:
    seen: list[str] = []
    with ModelServer(FakeClassifier(), threads=1) as server:
        gate = busy(server)
        soon = time.monotonic() + 60
        waiting = [
            server.submit(noted(seen, "catalogue"), priority=CATALOGUE),
            server.submit(noted(seen, "http"), priority=HTTP),
            server.submit(noted(seen, "later"), priority=LINE, deadline=soon + 1),
            server.submit(noted(seen, "sooner"), priority=LINE, deadline=soon),
        ]
        gate.opened.set()
        for one in waiting:
            one.result(10)
    assert seen == ["sooner", "later", "http", "catalogue"]


def test_a_picture_whose_deadline_has_passed_is_not_read() -> None:
    seen: list[str] = []
    with ModelServer(FakeClassifier(), threads=1) as server:
        late = server.submit(noted(seen, "late"), priority=LINE, deadline=time.monotonic() - 0.01)
        with pytest.raises(DeadlinePassed):
            late.result(10)
    assert seen == []


def test_catalogue_work_delays_a_request_by_no_more_than_one_run() -> None:
    """The run that is under way takes no further picture of the catalogue, however many wait."""
    seen: list[str] = []
    with ModelServer(FakeClassifier(), threads=1) as server:
        before, second = busy(server), Gate()
        waiting = [server.submit(read) for read in (noted(seen, "catalogue"), second)]
        waiting += [server.submit(noted(seen, "catalogue")) for _ in range(400)]
        before.opened.set()
        assert second.begun.wait(10)
        waiting.append(server.submit(noted(seen, "http"), priority=HTTP))
        second.opened.set()
        for one in waiting:
            one.result(10)
    assert seen[:3] == ["catalogue", "http", "catalogue"]


def test_pictures_of_different_models_do_not_run_together() -> None:
    one, other = FakeClassifier(), FakeClassifier()
    with ModelServer(one, threads=1) as server:
        gate = busy(server)
        waiting = [server.submit(reading(), model=model) for model in (one, other, one)]
        gate.opened.set()
        for future in waiting:
            future.result(10)
    assert (one.batches, other.batches) == ([1, 1, 1], [1])


def test_after_a_swap_the_new_one_answers_and_the_old_one_finishes_what_it_was_asked() -> None:
    old, new = FakeClassifier(), FakeClassifier()
    with ModelServer(old, threads=1) as server:
        gate = busy(server)
        before = server.submit(reading())
        server.swap(new)
        after = server.submit(reading())
        assert server.model is new
        gate.opened.set()
        for future in (before, after):
            future.result(10)
    assert (sum(old.batches), sum(new.batches)) == (2, 1)


def test_a_picture_that_fails_in_the_network_does_not_fail_those_it_ran_with() -> None:
    class Picky(FakeClassifier):
        def run(self, prepared: Sequence[Prepared]) -> list[Prediction]:
            if any(one.pixels[0, 0, 0, 2] > 200 for one in prepared):
                raise RuntimeError("no blue, please")
            return super().run(prepared)

    with ModelServer(Picky(), threads=1) as server:
        gate = busy(server)
        red, blue, green = (server.submit(reading(colour)) for colour in (RED, BLUE, GREEN))
        gate.opened.set()
        assert (red.result(10).label, green.result(10).label) == ("red", "green")
        with pytest.raises(RuntimeError, match="no blue"):
            blue.result(10)


class Forgetful(FakeClassifier):
    """A model whose network gives no answer where it was asked for one, the first time."""

    def run(self, prepared: Sequence[Prepared]) -> list[Prediction]:
        answers = super().run(prepared)
        return answers if len(self.batches) > 1 else []


def test_a_network_that_gives_too_few_answers_fails_its_picture_and_no_later_one() -> None:
    with ModelServer(Forgetful(), threads=1) as server:
        with pytest.raises(RuntimeError, match="0 answers for 1 pictures"):
            server.submit(reading()).result(10)
        assert server.submit(reading()).result(10).label == "red"
        assert server.running


def test_many_are_answered_in_order_with_what_is_wrong_with_each_in_its_place() -> None:
    def broken(classifier: Classifier) -> Prepared:
        raise ZeroDivisionError

    reads = [reading(), lambda classifier: classifier.prepare(b"hello"), broken, reading(BLUE)]
    with ModelServer(FakeClassifier(), threads=2) as server:
        first, second, third, fourth = server.answer_each(reads)
    assert isinstance(first, Prediction)
    assert isinstance(second, NotAPicture)
    assert isinstance(third, ZeroDivisionError)
    assert isinstance(fourth, Prediction)
    assert (first.label, fourth.label) == ("red", "blue")


def test_no_more_than_two_batches_are_taken_ahead() -> None:
    taken = 0

    def endless() -> Iterator[Read]:
        nonlocal taken
        while True:
            taken += 1
            yield reading()

    with ModelServer(FakeClassifier(), threads=1, batch=4) as server:
        next(server.answer_each(endless()))
    assert taken == 8


def test_a_coroutine_that_goes_takes_its_picture_off_the_queue() -> None:
    seen: list[str] = []

    async def scenario(server: ModelServer, gate: Gate) -> None:
        gone = asyncio.create_task(server.answer(noted(seen, "gone")))
        await asyncio.sleep(0)
        gone.cancel()
        staying = asyncio.create_task(server.answer(noted(seen, "stays")))
        await asyncio.sleep(0)
        gate.opened.set()
        assert (await staying).label == "red"
        assert gone.cancelled()

    with ModelServer(FakeClassifier(), threads=1) as server:
        asyncio.run(scenario(server, busy(server)))
    assert seen == ["stays"]


def test_what_a_cancelled_picture_held_is_let_go_at_once() -> None:
    held = Gate()
    gone = weakref.ref(held)
    with ModelServer(FakeClassifier(), threads=1) as server:
        gate = busy(server)
        future = server.submit(held)
        del held
        assert gone() is not None
        assert future.cancel()
        assert gone() is None
        gate.opened.set()
        with pytest.raises(CancelledError):
            future.result(10)
        assert server.submit(reading()).result(10).label == "red"


def test_closing_refuses_what_waits_and_finishes_what_has_begun() -> None:
    server = ModelServer(FakeClassifier(seconds=0.05), threads=1)
    gate = Gate()
    begun = server.submit(gate)
    assert gate.begun.wait(10)
    waiting = server.submit(reading())
    threading.Timer(0.1, gate.opened.set).start()
    server.close()
    assert begun.result(0).label == "red"
    with pytest.raises(Closed):
        waiting.result(0)
    with pytest.raises(Closed):
        server.submit(reading())
    assert not server.running


def test_ctrl_c_while_its_threads_start_leaves_nothing_to_close(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(thread: threading.Thread) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), ModelServer(FakeClassifier(), threads=2) as server:
        server.submit(reading())


def test_closing_does_not_wait_for_a_decoder_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenfold.inference.server._CLOSING_SECONDS", 0.2)
    server = ModelServer(FakeClassifier(), threads=1)
    gate = busy(server)
    started = time.monotonic()
    server.close()
    assert time.monotonic() - started < 5
    gate.opened.set()


def test_a_server_that_was_never_asked_has_no_threads() -> None:
    before = set(threading.enumerate())
    with ModelServer(FakeClassifier(), threads=4) as server:
        assert set(threading.enumerate()) <= before
        assert server.running


def test_no_more_threads_than_there_are_to_be() -> None:
    names: set[str] = set()

    def read(classifier: Classifier) -> Prepared:
        names.add(threading.current_thread().name)
        return classifier.prepare(picture(RED))

    with ModelServer(FakeClassifier(seconds=0.01), threads=2) as server:
        for _ in server.answer_each(read for _ in range(60)):
            pass
    assert names == {"tenfold-model-1", "tenfold-model-2"}
