"""Commands and files as outputs: what is told, and what is said where they fail or are slow."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tenfold.line.parts import Reason, Verdict
from tenfold.line.plc.digital import CommandOptions, DigitalOutput, command_output, file_output
from tenfold.line.plc.signals import PartResult
from tests.waiting import until

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def result(verdict: Verdict = Verdict.PASS, reason: Reason = "good") -> PartResult:
    return PartResult(41, 7, verdict, reason, AT, AT, 3)


def test_a_command_is_told_the_part_in_its_environment_for_its_verdicts_only(tmp_path: Path) -> None:
    path = tmp_path / "told"
    write = (
        "import os, sys; open(sys.argv[1], 'a').write(' '.join(os.environ['TENFOLD_' + name]"
        " for name in ('PART', 'VERDICT', 'REASON', 'RECIPE')) + '\\n')"
    )
    output = command_output(CommandOptions((sys.executable, "-c", write, str(path)), ("pass", "divert")))
    output.fire(result())
    output.fire(result(Verdict.REJECT, "wrong-class"))
    output.fire(result(Verdict.DIVERT, "unsure"))
    until(lambda: path.exists() and path.read_text().count("\n") == 2)
    output.close()
    assert path.read_text() == "7 pass good 3\n7 divert unsure 3\n"
    assert output.health().works


def test_a_command_that_fails_is_slow_or_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    for command, seconds, says in (
        ((sys.executable, "-c", "raise SystemExit(3)"), 10.0, "it ended with status 3"),
        ((sys.executable, "-c", "import time; time.sleep(60)", "secret"), 0.1, "it took longer than 0.1 s"),
        ((str(tmp_path / "none"),), 1.0, "No such file"),
    ):
        output = command_output(CommandOptions(command, seconds=seconds))
        output.fire(result())
        until(lambda output=output: not output.health().works)  # type: ignore[misc]
        output.close()
        assert says in str(output.health().problem)
        assert "secret" not in str(output.health().problem)


def test_a_file_holds_the_last_verdict_whole(tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    output = file_output(path)
    output.fire(result(Verdict.REJECT, "unsure"))
    until(path.exists)
    output.close()
    assert json.loads(path.read_text()) == {
        "part": 7,
        "verdict": "reject",
        "reason": "unsure",
        "recipe": 3,
        "decided": "2026-03-04T05:06:07.000+00:00",
    }


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    output = file_output(tmp_path / "file" / "verdict.json")
    output.fire(result())
    until(lambda: not output.health().works)
    output.close()


def test_an_output_that_does_not_keep_up_never_waits_and_says_so() -> None:
    output = DigitalOutput("command", "lamp", lambda result: time.sleep(0.05))
    began = time.monotonic()
    for _ in range(100):
        output.fire(result())
    assert time.monotonic() - began < 0.05 * 60
    assert "64 verdicts wait" in str(output.health().problem)
    output.close()
