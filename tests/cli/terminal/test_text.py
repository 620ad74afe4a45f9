"""Text for a terminal."""

import io
import time

import pytest

from tenfold.cli.terminal.text import Progress, padded, printable, width


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("кіт 猫 🐈.jpg", "кіт 猫 🐈.jpg"),
        ("a\x1b[2Jb", "a\ufffd[2Jb"),
        ("a\r\nb\tc", "a\ufffd\ufffdb\ufffdc"),
        ("\u202egpj.exe", "\ufffdgpj.exe"),
        ("\udcff", "\ufffd"),
    ],
)
def test_only_what_can_be_printed_is_printed(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(("text", "columns"), [("cat", 3), ("ネコ", 4), ("e\u0301", 1), ("", 0)])
def test_width_counts_columns(text: str, columns: int) -> None:
    assert width(text) == columns
    assert padded(text, 5) == text + " " * (5 - columns)


def test_progress_is_a_line_that_is_drawn_over_and_taken_away() -> None:
    terminal = Terminal()
    with Progress(terminal, "pictures") as progress:
        time.sleep(0.01)
        progress.show(25, 100)
        progress.show(26, 100)  # too soon to be worth drawing
    drawn = terminal.getvalue()
    assert drawn.startswith("\r[======                  ] 25 of 100 pictures  ")
    assert "26 of 100" not in drawn
    assert drawn.endswith("\r\x1b[K")


def test_progress_of_bytes_counts_from_where_it_went_on() -> None:
    terminal = Terminal()
    progress = Progress(terminal, "MB", scale=1e6)
    progress.show(100e6, 170e6)
    assert "] 100.0 of 170.0 MB  0.0 MB/s\x1b[K" in terminal.getvalue()


def test_progress_of_an_unknown_total_counts() -> None:
    terminal = Terminal()
    Progress(terminal, "MB", scale=1e6).show(12e6, None)
    assert terminal.getvalue().startswith("\r12.0 MB  ")


def test_without_a_terminal_nothing_is_drawn() -> None:
    out = io.StringIO()
    with Progress(out, "pictures") as progress:
        progress.show(1, 2)
    assert out.getvalue() == ""
