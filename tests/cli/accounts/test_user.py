"""tenfold user, token and audit."""

import io
import json
import sys

import pytest

from tests.cli.conftest import Command, Outcome

WORDS = "seven green kettles"


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands on standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(WORDS + "\n"))


def add(tenfold: Command, name: str = "Ann", role: str = "administrator") -> Outcome:
    sys.stdin = io.StringIO(WORDS + "\n")  # pytest's monkeypatch puts the real one back
    return tenfold("user", "add", name, "--role", role, "--password-stdin")


@pytest.mark.slow
def test_an_account_is_made_listed_changed_and_closed(tenfold: Command) -> None:
    assert tenfold("user", "list").out == (
        "Nobody has an account. Add one: tenfold user add NAME --role administrator\n"
    )
    assert add(tenfold).out == "Ann has an account as administrator\n"
    assert add(tenfold, "Bob", "viewer").status == 0
    assert tenfold("user", "role", "BOB", "operator").out == "Bob is operator now\n"
    assert tenfold("user", "disable", "bob").out == "Bob is not let in any longer\n"
    listed = json.loads(tenfold("user", "list", "--json").out)
    assert [(one["name"], one["role"], one["disabled"]) for one in listed] == [
        ("Ann", "administrator", False),
        ("Bob", "operator", True),
    ]
    assert "Bob   operator       disabled" in tenfold("user", "list").out
    assert tenfold("user", "enable", "bob").out == "Bob is let in again\n"


def test_a_password_is_changed(tenfold: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tenfold)
    monkeypatch.setattr(sys, "stdin", io.StringIO("nine blue kettles"))
    outcome = tenfold("user", "password", "ann", "--password-stdin")
    assert outcome.out == "Ann has another password, and is signed out everywhere\n"


@pytest.mark.slow
def test_what_cannot_be_done_is_told(tenfold: Command) -> None:
    assert add(tenfold, "Vic", "viewer").err.startswith(
        "tenfold: The first account has to be an administrator's"
    )
    add(tenfold)
    assert add(tenfold).err == "tenfold: The name 'Ann' is taken. Choose another.\n"
    assert tenfold("user", "disable", "ann").err == (
        "tenfold: Ann is the last administrator. Make somebody else an administrator first.\n"
    )
    assert tenfold("user", "role", "zed", "viewer").err == "tenfold: 'zed' has no account. There are Ann.\n"


def test_without_a_terminal_the_password_has_to_come_from_standard_input(tenfold: Command) -> None:
    outcome = tenfold("user", "add", "Ann", "--role", "administrator")
    assert outcome.status == 2
    assert outcome.err == (
        "tenfold: The password cannot be asked for without a terminal. Use --password-stdin.\n"
    )


def test_at_a_terminal_it_is_asked_for_twice_and_not_shown(
    tenfold: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, bool]] = []
    answers = [WORDS, "another", WORDS, WORDS]

    def ask(text: str, hide_input: bool = False, *rest: object, **how: object) -> str:
        asked.append((text, hide_input))
        return answers.pop(0)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda text: ask(text, True))
    outcome = tenfold("user", "add", "Ann", "--role", "administrator")
    assert outcome.status == 0
    assert [hidden for _, hidden in asked] == [True] * 4
    assert WORDS not in outcome.out + outcome.err


def test_a_token_is_printed_once_listed_and_revoked(tenfold: Command) -> None:
    add(tenfold)
    assert tenfold("token", "list").out == (
        "There are no tokens. Make one: tenfold token add NAME --for PERSON\n"
    )
    made = tenfold("token", "add", "cron", "--for", "ann", "--role", "viewer", "--days", 7)
    assert made.out.startswith("tenfold_")
    assert len(made.out.split()) == 1
    assert made.err.startswith("cron: viewer, for Ann, until 20")
    listed = tenfold("token", "list").out
    assert made.out.strip() not in listed
    assert "cron  Ann  viewer  until 20" in listed
    assert json.loads(tenfold("token", "list", "--json").out)[0]["name"] == "cron"
    assert tenfold("token", "revoke", 1).out == "cron of Ann holds no longer\n"
    assert "revoked 20" in tenfold("token", "list").out
    assert tenfold("token", "revoke", 9).err == (
        "tenfold: The token 9 does not exist. `tenfold token list` lists them.\n"
    )


def test_the_log_is_printed_the_newest_last(tenfold: Command) -> None:
    assert tenfold("audit").out == "Nothing was done yet that is kept here.\n"
    add(tenfold)
    tenfold("token", "add", "cron", "--for", "ann")
    head, first, second = tenfold("audit").out.splitlines()
    assert head.split() == ["when", "who", "what", "to", "what", "from"]
    assert "person.add" in first
    assert "token.add" in second
    assert WORDS not in first
    records = [json.loads(line) for line in tenfold("audit", "--json", "--limit", 1).out.splitlines()]
    assert [one["action"] for one in records] == ["token.add"]
