"""The table of a run that trains, as a terminal shows it."""

import io
import re
from dataclasses import replace

import pytest

from tenfold.cli.training.live import LiveTable
from tenfold.runs.progress import TrainingProgress, clock

WITHIN = TrainingProgress(
    epoch=1,
    epochs=40,
    step=23,
    steps=45,
    side=24,
    rate=0.0125,
    loss=1.3917,
    accuracy=0.7204,
    pictures_per_second=1068.2,
    seconds=219.4,
    seconds_left=14573,
)
ENDED = replace(
    WITHIN,
    step=45,
    precision=0.73,
    recall=0.72,
    validation_loss=1.124,
    validation_accuracy=0.6994,
    validation_precision=0.71,
    validation_recall=0.7,
)


class Terminal(io.StringIO):
    """A terminal with a movable cursor; `screen` is what a person sees."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        lines, row, column = [""], 0, 0
        for text, up, erase, _ in re.findall(
            r"([^\x1b])|\x1b\[(\d+)A|\x1b\[(J)|(\x1b\[\d+m)", self.getvalue()
        ):
            if up:
                row -= int(up)
            elif erase:
                lines = [*lines[:row], lines[row][:column]]
            elif text == "\r":
                column = 0
            elif text == "\n":
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            elif text:
                lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + 1 :]
                column += 1
        return lines


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def drawn(*reports: TrainingProgress, terminal: io.StringIO | None = None, ended: bool = True) -> io.StringIO:
    terminal = Terminal() if terminal is None else terminal
    table = LiveTable(terminal)
    for report in reports:
        table._drawn = 0  # no waiting for the time between two drawings
        table.show(report)
    if ended:
        table.end()
    return terminal


def screen(*reports: TrainingProgress, ended: bool = True) -> list[str]:
    terminal = drawn(*reports, ended=ended)
    assert isinstance(terminal, Terminal)
    return terminal.screen()


def test_a_row_for_each_epoch_under_one_heading_and_the_curve_below() -> None:
    second = replace(ENDED, epoch=2, validation_accuracy=0.7516)
    third = replace(ENDED, epoch=3, validation_accuracy=0.7)
    shown = screen(WITHIN, ENDED, replace(WITHIN, epoch=2), second, third)
    assert shown[0].split() == ["---", "training", "---", "------------", "validation", "------------"]
    names = "epoch side rate loss accuracy loss accuracy precision recall pictures/s spent left"
    assert " ".join(shown[1].split()) == names
    assert " ".join(shown[2].split()) == (
        "1/40 24 0.0125 1.392 72.04% 1.124 69.94% 71.00% 70.00% 1,068 0:03:39 4:02:53"
    )
    assert [line.split()[0] for line in shown[2:5]] == ["1/40", "2/40", "3/40"]
    assert len({len(line) for line in shown[1:5]}) == 1, "the columns stand under their names"
    assert shown[5:] == ["validation accuracy ▁█▁  best 75.16% in epoch 2", ""]


def test_within_an_epoch_one_line_moves_and_the_curve_stays_below_it() -> None:
    second = replace(ENDED, epoch=2, validation_accuracy=0.75)
    shown = screen(ENDED, second, replace(WITHIN, epoch=3, step=1), replace(WITHIN, epoch=3), ended=False)
    assert shown[4:] == [
        "     3/40  [==========          ] 23/45  4:02:53 left  72.04%  loss 1.392  1,068 pictures/s",
        "validation accuracy ▁█  best 75.00% in epoch 2",
    ]


def test_ended_within_an_epoch_the_moving_line_goes() -> None:
    assert screen(WITHIN) == [""]
    second = replace(ENDED, epoch=2, validation_accuracy=0.75)
    shown = screen(ENDED, second, replace(WITHIN, epoch=3))
    assert [line[:19].strip() for line in shown[3:]] == ["2/40    24", "validation accuracy", ""]


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_nothing_is_wider_than_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    many = [replace(ENDED, epoch=e, validation_accuracy=e / 100) for e in range(1, 90)]
    for ended in (True, False):
        shown = screen(*many, WITHIN, ended=ended)
        assert max(len(line) for line in shown) < columns
        assert "epoch" in shown[1]
        assert "accuracy" in shown[1]


def test_at_eighty_columns_loss_and_accuracy_of_both_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    head = screen(ENDED)[1].split()
    assert head == ["epoch", "loss", "accuracy", "loss", "accuracy", "pictures/s", "spent", "left"]


def test_without_a_terminal_there_are_whole_rows_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = drawn(WITHIN, ENDED, replace(WITHIN, epoch=2), terminal=io.StringIO()).getvalue()
    assert "\x1b" not in out
    assert "\r" not in out
    lines = out.splitlines()
    assert len(lines) == 3
    assert lines[1].split()[-1] == "left"
    assert lines[2].split()[-1] == "4:02:53"


def test_a_terminal_that_cannot_move_its_cursor_gets_rows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in drawn(WITHIN, ENDED).getvalue()


def test_the_best_epoch_so_far_is_coloured_unless_colours_are_unwanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worse = replace(ENDED, epoch=2, validation_accuracy=0.6)
    out = drawn(ENDED, worse).getvalue()
    assert "\x1b[1m\x1b[32m  69.94%\x1b[0m" in out
    assert "  60.00%  " in out
    monkeypatch.setenv("NO_COLOR", "1")
    out = drawn(ENDED, worse).getvalue()
    assert re.search(r"\x1b\[\d+m", out) is None
    assert "\x1b[J" in out


def test_the_curve_of_a_run_that_goes_on_starts_where_the_run_did() -> None:
    terminal = Terminal()
    table = LiveTable(terminal, earlier=[0.5, 0.9])
    table.show(replace(ENDED, epoch=3))
    table.end()
    assert terminal.screen()[3] == "validation accuracy ▁█▄  best 90.00% in epoch 2"


def test_a_figure_that_is_not_known_is_a_dash() -> None:
    shown = screen(replace(ENDED, validation_precision=None, validation_recall=None))
    assert shown[2].split()[7:9] == ["-", "-"]


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00:00"), (59.6, "0:01:00"), (36_061, "10:01:01")])
def test_a_time_is_hours_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock(seconds) == text
