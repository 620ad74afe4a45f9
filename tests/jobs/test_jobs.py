"""Jobs on SQLite and on PostgreSQL: done once, remembered, cancelled, and told why they failed."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from tenfold.database import Database, Session, now
from tenfold.errors import DatasetError, UnknownJob
from tenfold.jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING, WORK, JobRow, Jobs, JobType, Stopped, Work
from tenfold.jobs.tables import WorkerRow
from tests.fakes import Anything, doing, made_up, no_handler, submit
from tests.waiting import until

Open = Callable[..., Jobs]
Handler = Callable[[Work[Anything]], dict[str, Any]]
LONG = 60.0


@pytest.fixture
def opened(database: Database) -> Iterator[Open]:
    """Starts jobs with handlers by kind: `opened(count=handler)`."""
    with ExitStack() as stack:

        def one(**handlers: Handler) -> Jobs:
            jobs = Jobs(database, doing(handlers))
            stack.callback(jobs.close)
            assert jobs.start()
            return jobs

        yield one


class Stitches(BaseModel):
    stitches: int


def ask(jobs: Jobs, kind: str, **params: Any) -> str:
    return submit(jobs, kind, kind.capitalize(), by=7, **params).id


def linger(work: Work[Anything]) -> dict[str, Any]:
    while not work.stopping:
        time.sleep(0.01)
    raise Stopped


def test_the_work_is_done_and_its_result_kept(opened: Open) -> None:
    def double(work: Work[Anything]) -> dict[str, Any]:
        work.progress(1, 2, "half")
        work.progress(2, 2, "all of it")
        return {"twice": 2 * work.params["number"], "by": work.by}

    jobs = opened(double=double)
    job = jobs.wait(ask(jobs, "double", number=21), LONG)
    assert (job.state, job.result, job.problem) == (DONE, {"twice": 42, "by": 7}, None)
    assert (job.done, job.total, job.step) == (2, 2, "all of it")
    assert job.started_at
    assert job.ended_at
    assert job.created_at <= job.started_at <= job.ended_at


def test_a_job_may_be_asked_for_where_nobody_works_yet(database: Database, opened: Open) -> None:
    asking = Jobs(database, {})
    asked = ask(asking, "ten")
    assert asking.wait(asked, 0).state == WAITING
    jobs = opened(ten=lambda work: {"ten": 10})
    assert jobs.wait(asked, LONG).result == {"ten": 10}


def test_what_a_person_can_mend_is_told_in_the_shape_of_all_errors(opened: Open) -> None:
    def fail(work: Work[Anything]) -> dict[str, Any]:
        raise DatasetError("The data pets", "has no pictures", received="0 files", cure="Add some.")

    jobs = opened(fail=fail)
    job = jobs.wait(ask(jobs, "fail"), LONG)
    assert job.state == FAILED
    assert job.problem == {
        "code": "dataset-error",
        "title": "The data cannot be used",
        "detail": "The data pets has no pictures (0 files). Add some.",
        "subject": "The data pets",
        "problem": "has no pictures",
        "received": "0 files",
        "cure": "Add some.",
        "reason": "",
        "params": {},
    }


def test_a_fault_ends_the_job_in_neutral_words_and_is_logged(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(work: Work[Anything]) -> dict[str, Any]:
        raise ValueError("the password is hunter2")

    jobs = opened(fail=fail)
    with caplog.at_level(logging.ERROR, "tenfold.jobs"):
        job = jobs.wait(ask(jobs, "fail"), LONG)
    assert job.state == FAILED
    assert job.problem is not None
    detail = "'Fail' ended before it was done (a fault in tenfold; its log says which)."
    assert job.problem["detail"] == detail
    assert "hunter2" not in str(job.problem)
    assert "hunter2" in caplog.text


def test_a_job_of_an_unknown_kind_waits_for_a_worker_that_knows_it(database: Database, opened: Open) -> None:
    older = opened(purl=lambda work: {})
    knit = ask(older, "knit")
    assert older.wait(ask(older, "purl"), LONG).state == DONE  # the job behind it is not held up
    assert [(job.kind, job.state) for job in older.list()] == [("purl", DONE), ("knit", WAITING)]
    assert older.cancel(ask(older, "crochet")).state == CANCELLED
    newer = Jobs(database, doing({"knit": lambda work: {"made": 1}}))
    try:
        newer.start(serving=True)
        assert older.wait(knit, LONG).result == {"made": 1}
    finally:
        newer.close()


def test_a_job_with_parameters_of_another_version_fails_in_words(database: Database) -> None:
    jobs = Jobs(database, {JobType("knit", WORK, Stitches, Anything, no_handler): lambda work: Anything({})})
    try:
        jobs.start()
        problem = jobs.wait(ask(jobs, "knit", rows=3), LONG).problem
    finally:
        jobs.close()
    assert problem is not None
    assert "'Knit' was submitted by another version of tenfold (knit)" in problem["detail"]


def test_what_json_cannot_hold_is_a_fault(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    jobs = opened(wrong=lambda work: {"made": work.step("make", object) and 1})
    assert jobs.wait(ask(jobs, "wrong"), LONG).state == FAILED
    assert "not JSON serializable" in caplog.text


def test_finished_steps_are_remembered_when_the_process_ends(opened: Open) -> None:
    ran: list[str] = []

    def three(work: Work[Anything]) -> dict[str, Any]:
        def note(name: str) -> Callable[[], list[str]]:
            return lambda: ran.append(name) or [name, "done"]  # type: ignore[func-returns-value]

        results = [work.step("first", note("first")), work.step("second", note("second"))]
        if ran.count("attempt") < 1:
            ran.append("attempt")
            linger(work)
        return {"results": [*results, work.step("third", note("third"))]}

    jobs = opened(three=three)
    asked = ask(jobs, "three")
    until(lambda: "attempt" in ran)
    jobs.close()
    assert jobs.get(asked).state == WAITING
    jobs.start()
    job = jobs.wait(asked, LONG)
    assert job.result == {"results": [[name, "done"] for name in ("first", "second", "third")]}
    assert ran == ["first", "second", "attempt", "third"]


def test_a_step_that_failed_is_not_remembered(opened: Open) -> None:
    tries: list[int] = []

    def unlucky(work: Work[Anything]) -> dict[str, Any]:
        def sometimes() -> int:
            tries.append(1)
            if len(tries) == 1:
                raise DatasetError("The first try", "failed")
            return len(tries)

        try:
            return {"value": work.step("sometimes", sometimes)}
        except DatasetError:
            linger(work)
            raise

    jobs = opened(unlucky=unlucky)
    asked = ask(jobs, "unlucky")
    until(lambda: tries)
    jobs.close()
    jobs.start()
    assert jobs.wait(asked, LONG).result == {"value": 2}


def test_a_running_job_is_cancelled_when_its_handler_looks(opened: Open) -> None:
    jobs = opened(linger=linger)
    asked = ask(jobs, "linger")
    until(lambda: jobs.get(asked).state == RUNNING)
    assert jobs.cancel(asked).cancel
    job = jobs.wait(asked, LONG)
    assert (job.state, job.problem) == (CANCELLED, None)
    assert jobs.cancel(asked).state == CANCELLED


def test_a_waiting_job_is_cancelled_at_once_and_never_begun(database: Database, opened: Open) -> None:
    began: list[str] = []
    asking = Jobs(database, {})
    first, second = ask(asking, "note", name="first"), ask(asking, "note", name="second")
    assert asking.cancel(first).state == CANCELLED
    jobs = opened(note=lambda work: began.append(work.params["name"]) or {})  # type: ignore[func-returns-value]
    assert jobs.wait(second, LONG).state == DONE
    assert began == ["second"]


@pytest.mark.slow
def test_the_same_key_is_the_same_job_until_it_has_ended(opened: Open) -> None:
    jobs = opened(linger=linger)
    first = submit(jobs, "linger", "Once", key="k")
    assert submit(jobs, "linger", "Twice", key="k", other=1).id == first.id
    assert submit(jobs, "linger", "Other", key="l").id != first.id
    until(lambda: jobs.get(first.id).state == RUNNING)
    jobs.cancel(first.id)
    jobs.wait(first.id, LONG)
    assert submit(jobs, "linger", "Again", key="k").id != first.id


def test_many_who_ask_with_one_key_at_once_get_one_job(database: Database) -> None:
    jobs = Jobs(database, {})
    got: list[str] = []

    def ask_too() -> None:
        got.append(submit(jobs, "x", "X", key="k").id)

    threads = [threading.Thread(daemon=True, target=ask_too) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(got)) == 1


@pytest.mark.slow
def test_two_jobs_are_at_work_at_once_and_training_keeps_nobody_waiting(opened: Open) -> None:
    jobs = opened(work=linger, train=linger)
    work = [ask(jobs, "work") for _ in range(3)]
    train = [ask(jobs, "train") for _ in range(2)]

    def running() -> list[str]:
        return sorted(job.id for job in jobs.list(states=[RUNNING]))

    until(lambda: len(running()) == 3)
    time.sleep(0.5)
    assert running() == sorted([*work[:2], train[0]])
    jobs.cancel(work[0])
    until(lambda: work[2] in running())


def test_the_newest_come_first_and_older_ones_page_by_page(database: Database) -> None:
    jobs = Jobs(database, {})
    asked = [ask(jobs, "odd" if i % 2 else "even") for i in range(5)]
    assert [job.id for job in jobs.list(2)] == [asked[4], asked[3]]
    assert [job.id for job in jobs.list(2, before=asked[3])] == [asked[2], asked[1]]
    assert [job.id for job in jobs.list(kinds=["odd"])] == [asked[3], asked[1]]
    assert jobs.list(states=[DONE]) == []


def test_a_job_that_does_not_exist_is_told(database: Database) -> None:
    jobs = Jobs(database, {})
    with pytest.raises(UnknownJob, match=r"Job 0 does not exist\. tenfold jobs lists those that do"):
        jobs.get("0")
    with pytest.raises(UnknownJob):
        jobs.cancel("0")


@pytest.mark.slow
def test_a_command_stands_by_while_a_server_works_and_takes_over_when_it_ends(database: Database) -> None:
    server, command = (
        Jobs(database, doing({"linger": linger})),
        Jobs(database, doing({"linger": lambda work: {"by": 2}})),
    )
    assert server.start(serving=True)
    try:
        assert not command.start()
        asked = ask(command, "linger")
        until(lambda: server.get(asked).state == RUNNING)
        server.close()
        assert command.wait(asked, LONG).result == {"by": 2}
    finally:
        command.close()
        server.close()


@pytest.mark.slow
def test_two_servers_share_the_work(database: Database) -> None:
    did: list[str] = []

    def by(name: str) -> Handler:
        return lambda work: time.sleep(0.2) or did.append(name) or {}  # type: ignore[func-returns-value]

    servers = [Jobs(database, doing({"one": by(name)})) for name in ("first", "second")]
    try:
        for server in servers:
            server.start(serving=True)
        asked = [ask(servers[0], "one") for _ in range(12)]
        states = [servers[0].wait(job, LONG).state for job in asked]
    finally:
        for server in servers:
            server.close()
    assert states == [DONE] * 12
    assert set(did) == {"first", "second"}
    assert len(did) == 12


def test_a_job_that_was_asked_for_here_begins_and_ends_at_once(opened: Open) -> None:
    jobs = opened(ten=lambda work: {"ten": 10})
    jobs.wait(ask(jobs, "ten"), LONG)
    began = time.monotonic()
    for _ in range(10):
        jobs.wait(ask(jobs, "ten"), LONG)
    assert time.monotonic() - began < 5.0, "nobody waits for the next look at the table"


def test_what_fails_because_the_process_ends_goes_on_at_the_next_start(opened: Open) -> None:
    runs: list[str] = []

    def deaf(work: Work[Anything]) -> dict[str, Any]:
        runs.append(work.id)
        if len(runs) == 1:
            assert closing.wait(LONG)
            raise DatasetError("pets", "went while this process ended")
        return {"runs": len(runs)}

    closing = threading.Event()
    jobs = opened(deaf=deaf)
    asked = ask(jobs, "deaf")
    until(lambda: runs)
    threading.Timer(0.5, closing.set).start()
    jobs.close()
    assert jobs.get(asked).state == WAITING
    jobs.start()
    assert jobs.wait(asked, LONG).result == {"runs": 2}


def test_a_job_goes_on_when_the_database_was_away_for_a_moment(database: Database, opened: Open) -> None:
    if database.sqlite:
        pytest.skip("a file does not go away")
    tries: list[int] = []

    def counts(work: Work[Anything]) -> dict[str, Any]:
        first = work.step("first", lambda: len(tries))
        tries.append(1)
        if len(tries) == 1:
            with database.engine.connect() as connection:
                others = "datname = current_database() AND pid <> pg_backend_pid()"
                end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
                connection.execute(text(end))
        with database.reading() as session:
            session.execute(text("SELECT 1"))
        return {"first": first, "second": work.step("second", lambda: len(tries))}

    jobs = opened(counts=counts)
    result = jobs.wait(ask(jobs, "counts"), LONG).result
    assert result is not None
    assert result["first"] == 0


def test_what_belongs_to_a_job_is_made_with_it_or_not_at_all(database: Database) -> None:
    jobs = Jobs(database, {})

    def killed(session: Session, job_id: str) -> Anything:
        session.add(WorkerRow(id=job_id, serving=True, lease_until=now()))
        session.flush()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.submit_new(made_up("knit"), killed, title="Knit", by=0, key="k")
    with database.reading() as session:
        assert (session.scalars(select(WorkerRow)).all(), jobs.list()) == ([], [])


def test_a_fault_in_what_belongs_to_a_job_is_raised_and_not_tried_for_ever(database: Database) -> None:
    jobs, tries = Jobs(database, {}), 0

    def make(session: Session, job_id: str) -> Anything:
        nonlocal tries
        tries += 1
        assert tries < 5, "it is tried again and again"
        for _ in range(2):
            session.execute(insert(WorkerRow).values(id="same", serving=True, lease_until=now()))
        return Anything({})

    with pytest.raises(IntegrityError):
        jobs.submit_new(made_up("knit"), make, title="Knit", by=0, key="k")
    assert jobs.list() == []


def test_many_who_begin_the_same_at_once_begin_it_once(database: Database) -> None:
    jobs = Jobs(database, {})
    made: list[JobRow | None] = []

    def begin() -> None:
        def make(session: Session, job_id: str) -> Anything:
            session.add(WorkerRow(id=job_id, serving=True, lease_until=now()))
            return Anything({"belongs": job_id})

        made.append(jobs.submit_new(made_up("knit"), make, title="Knit", by=0, key="k"))

    threads = [threading.Thread(daemon=True, target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [one] = [row for row in made if row is not None]
    assert len(made) == 6
    with database.reading() as session:
        assert [row.id for row in session.scalars(select(WorkerRow))] == [one.id]
    assert jobs.get(one.id).params == {"belongs": one.id}


def test_a_cancelled_job_s_key_is_free_at_once(opened: Open) -> None:
    jobs = opened(linger=linger)
    first = submit(jobs, "linger", "Once", key="k")
    until(lambda: jobs.get(first.id).state == RUNNING)
    jobs.cancel(first.id)
    assert submit(jobs, "linger", "Again", key="k").id != first.id


def test_a_process_runs_one_of_a_kind_that_runs_alone(database: Database) -> None:
    alone = JobType("knit", WORK, Anything, Anything, no_handler, alone=True)
    jobs = Jobs(database, doing({"purl": linger}) | {alone: lambda work: Anything(linger(work))})
    jobs.start()
    try:
        first, second = (jobs.submit(alone, Anything({}), title="Knit", by=0).id for _ in range(2))
        other = submit(jobs, "purl", "Purl").id
        until(lambda: jobs.get(other).state == RUNNING)
        assert [jobs.get(job).state for job in (first, second)] == [RUNNING, WAITING]
        jobs.cancel(first)
        until(lambda: jobs.get(second).state == RUNNING)
    finally:
        jobs.close()
