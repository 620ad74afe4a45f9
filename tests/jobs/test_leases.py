"""Leases on SQLite and on PostgreSQL: a job has one worker, and one that lost it changes nothing any more."""

import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from tenfold.database import Database, now
from tenfold.jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING, Jobs, Stopped, Work
from tenfold.jobs import process as processes
from tenfold.jobs.leases import MOST_LOST, Attempt, Leases
from tenfold.jobs.tables import WorkerRow
from tests.fakes import Anything, submit


@pytest.fixture
def jobs(database: Database) -> Jobs:
    """Where nobody runs them."""
    return Jobs(database, {})


def ask(jobs: Jobs) -> str:
    return submit(jobs, "knit", "Knit").id


def claimed(leases: Leases) -> Attempt:
    one = leases.claim(["knit"])
    assert one is not None
    return one


def run_out(database: Database, leases: Leases) -> None:
    """As if the worker had not renewed its lease for too long."""
    with database.writing() as session:
        past = now() - timedelta(seconds=1)
        session.execute(update(WorkerRow).where(WorkerRow.id == leases.worker).values(lease_until=past))


def test_many_workers_claim_each_job_once(database: Database, jobs: Jobs) -> None:
    asked = [ask(jobs) for _ in range(30)]
    got: list[str] = []

    def claim_all() -> None:
        leases = Leases(database, serving=True)
        while (one := leases.claim(["knit"])) is not None:
            got.append(one.row.id)

    threads = [threading.Thread(daemon=True, target=claim_all) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == asked


def test_the_oldest_of_the_kinds_asked_for_is_claimed(database: Database, jobs: Jobs) -> None:
    submit(jobs, "purl", "Purl")
    first, _ = ask(jobs), ask(jobs)
    leases = Leases(database, serving=True)
    assert leases.waiting() == {"knit", "purl"}
    one = claimed(leases)
    assert (one.row.id, one.number, one.row.state) == (first, 1, RUNNING)
    assert leases.claim(["other"]) is None


def test_a_worker_that_lost_its_job_changes_nothing_any_more(database: Database, jobs: Jobs) -> None:
    asked = ask(jobs)
    paused, other = Leases(database, serving=True), Leases(database, serving=True)
    old = claimed(paused)
    run_out(database, paused)
    other.take_from_the_dead()
    assert jobs.get(asked).state == WAITING
    new = claimed(other)
    assert (new.row.id, new.number) == (asked, 2)

    paused.progress(old, 7, 9, "old news")
    paused.keep_step(old, "first", 1)
    paused.end(old, FAILED)
    paused.put_back(old)
    assert old.lost
    assert other.step(new, "first") is None
    job = jobs.get(asked)
    assert (job.state, job.done, job.worker) == (RUNNING, 0, other.worker)
    paused.renew([old])
    assert old.lost
    other.renew([new])
    other.end(new, DONE, result={"by": "the other"})
    assert jobs.get(asked).result == {"by": "the other"}


def test_the_same_worker_s_earlier_attempt_is_refused_too(database: Database, jobs: Jobs) -> None:
    ask(jobs)
    leases = Leases(database, serving=True)
    old = claimed(leases)
    leases.put_back(old)
    new = claimed(leases)
    leases.end(old, FAILED)
    assert old.lost
    assert jobs.get(new.row.id).state == RUNNING


def test_a_handler_is_told_that_its_job_was_lost(database: Database, jobs: Jobs) -> None:
    ask(jobs)
    paused, other = Leases(database, serving=True), Leases(database, serving=True)
    one = claimed(paused)
    work = Work(one, Anything({}), paused, threading.Event())
    assert not work.stopping
    run_out(database, paused)
    other.take_from_the_dead()
    claimed(other)
    ran: list[int] = []
    with pytest.raises(Stopped):
        work.step("first", lambda: ran.append(1))
    assert work.interrupted


def test_a_worker_that_could_not_renew_in_time_stops_by_itself(
    database: Database, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(jobs)
    leases = Leases(database, serving=True)
    work = Work(claimed(leases), Anything({}), leases, threading.Event())
    assert not work.stopping
    monkeypatch.setattr(leases, "_sure_until", 0.0)
    assert work.stopping


def test_a_job_that_runs_no_more_waits_again_at_the_next_renewal(database: Database, jobs: Jobs) -> None:
    asked = ask(jobs)
    leases = Leases(database, serving=True)
    claimed(leases)
    leases.renew([])  # its end could not be written
    job = jobs.get(asked)
    assert (job.state, job.lost) == (WAITING, 0)


def test_a_job_whose_worker_dies_each_time_is_given_up(database: Database, jobs: Jobs) -> None:
    asked = ask(jobs)
    looking = Leases(database, serving=True)
    for left in reversed(range(MOST_LOST)):
        dying = Leases(database, serving=True)
        claimed(dying)
        run_out(database, dying)
        looking.take_from_the_dead()
        assert jobs.get(asked).state == (WAITING if left else FAILED)
    problem = jobs.get(asked).problem
    assert problem is not None
    assert problem["detail"].startswith(
        "'Knit' was given up: the process that ran it died each time (5 times). Memory may have run out"
    )


def test_a_job_to_be_cancelled_ends_with_its_worker(database: Database, jobs: Jobs) -> None:
    asked = ask(jobs)
    dying = Leases(database, serving=True)
    claimed(dying)
    jobs.cancel(asked)
    run_out(database, dying)
    Leases(database, serving=True).take_from_the_dead()
    assert jobs.get(asked).state == CANCELLED


def test_a_job_whose_handler_ends_it_when_cancelled_is_claimed_again(database: Database, jobs: Jobs) -> None:
    asked = ask(jobs)
    dying, other = (Leases(database, serving=True, handling_cancel=["knit"]) for _ in range(2))
    claimed(dying)
    jobs.cancel(asked)
    run_out(database, dying)
    other.take_from_the_dead()
    assert jobs.get(asked).state == WAITING
    one = claimed(other)
    assert other.cancel_asked(one)
    other.put_back(one)
    assert jobs.get(asked).state == WAITING


def test_a_cancelled_job_whose_worker_dies_each_time_is_given_up(database: Database, jobs: Jobs) -> None:
    asked = ask(jobs)
    for _ in range(MOST_LOST):
        dying = Leases(database, serving=True, handling_cancel=["knit"])
        claimed(dying)
        jobs.records.cancel(asked, handling_cancel=["knit"])
        run_out(database, dying)
        Leases(database, serving=True, handling_cancel=["knit"]).take_from_the_dead()
    assert jobs.get(asked).state == FAILED


def test_a_cancelled_job_that_waits_again_is_left_to_its_handler(database: Database, jobs: Jobs) -> None:
    leases = Leases(database, serving=True)
    started, never = ask(jobs), ask(jobs)
    leases.put_back(claimed(leases))
    cancelled = [jobs.records.cancel(job, handling_cancel=["knit"]) for job in (started, never)]
    assert [(job.state, job.cancel) for job in cancelled] == [(WAITING, True), (CANCELLED, True)]


def test_only_a_living_server_keeps_commands_waiting(database: Database, jobs: Jobs) -> None:
    command, server = Leases(database, serving=False), Leases(database, serving=True)
    assert not command.take_from_the_dead()
    server.renew([])
    assert command.take_from_the_dead()
    run_out(database, server)
    assert not command.take_from_the_dead()
    server.renew([])
    assert command.take_from_the_dead()
    server.leave()
    assert not command.take_from_the_dead()


def test_a_process_of_this_machine_that_has_ended_is_known() -> None:
    program = "from tenfold.jobs.process import new_worker; print(new_worker(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        worker = process.stdout.readline().strip()
        assert not processes.has_ended(worker)
        process.kill()
        process.wait()
        assert processes.has_ended(worker)


def test_a_number_that_another_process_has_now_is_no_sign_of_life() -> None:
    machine, pid, start, token = processes.new_worker().split("/")
    assert not processes.has_ended("/".join((machine, pid, start, token)))
    assert processes.has_ended("/".join((machine, pid, str(int(start) - 1), token)))
    assert not processes.has_ended("/".join(("another machine", pid, "1", token)))
