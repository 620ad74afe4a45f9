"""Tokens: programs' ways in."""

import pytest
from sqlalchemy import text

from tenfold.database import Database
from tenfold.errors import AccountError, UnknownAccount
from tests.accounts.conftest import WORDS, Clock, Office


def test_a_token_finds_its_person_with_the_lower_role(office: Office, ann: int) -> None:
    made, secret = office.tokens.add(ann, "cron", "operator", days=30)
    found = office.tokens.find(secret)
    assert found is not None
    assert (found.id, found.person_id, found.person, found.role) == (made.id, ann, "Ann", "operator")
    office.people.add("Eva", "administrator", WORDS)
    office.people.change(ann, role="viewer")
    less = office.tokens.find(secret)
    assert less is not None
    assert less.role == "viewer"


def test_a_token_is_long_and_seen_for_what_it_is(office: Office, ann: int) -> None:
    secrets = {office.tokens.add(ann, "cron", "viewer", days=1)[1] for _ in range(10)}
    assert len(secrets) == 10
    assert all(secret.startswith("tenfold_") and len(secret) == 51 for secret in secrets)


def test_the_table_holds_no_token(office: Office, ann: int, database: Database) -> None:
    _, secret = office.tokens.add(ann, "cron", "viewer", days=1)
    with database.reading() as look:
        rows = str([tuple(row) for row in look.execute(text("SELECT * FROM tokens"))])
    assert secret not in rows
    assert secret.removeprefix("tenfold_") not in rows


def test_it_holds_until_its_last_day(office: Office, ann: int, clock: Clock) -> None:
    _, secret = office.tokens.add(ann, "cron", "viewer", days=2)
    clock.forward(hours=47)
    assert office.tokens.find(secret) is not None
    clock.forward(hours=2)
    assert office.tokens.find(secret) is None
    assert len(office.tokens.issued()) == 1


def test_a_revoked_one_lets_nobody_in(office: Office, ann: int) -> None:
    made, secret = office.tokens.add(ann, "cron", "viewer", days=2)
    gone = office.tokens.revoke(made.id, by=ann)
    assert gone.revoked_at is not None
    assert office.tokens.find(secret) is None
    assert office.tokens.revoke(made.id, by=ann).revoked_at == gone.revoked_at
    assert [one.action for one in office.audit.latest()].count("token.revoke") == 1


def test_it_does_not_outlive_its_person_s_account(office: Office, ann: int) -> None:
    vic = office.people.add("Vic", "viewer", WORDS).id
    _, secret = office.tokens.add(vic, "cron", "viewer", days=2)
    office.people.change(vic, disabled=True)
    assert office.tokens.find(secret) is None


def test_its_last_use_is_known_to_the_minute(office: Office, ann: int, clock: Clock) -> None:
    _, secret = office.tokens.add(ann, "cron", "viewer", days=2)
    assert office.tokens.issued()[0].used_at is None
    office.tokens.find(secret)
    first = office.tokens.issued()[0].used_at
    assert first is not None
    clock.forward(seconds=30)
    office.tokens.find(secret)
    assert office.tokens.issued()[0].used_at == first
    clock.forward(seconds=40)
    office.tokens.find(secret)
    later = office.tokens.issued()[0].used_at
    assert later is not None
    assert later > first


@pytest.mark.parametrize(
    "secret", ["", "tenfold_", "x" * 51, "tenfold_" + "x" * 43, "tenfold_\ud800", "tenfold_" + "y" * 9999]
)
def test_what_is_no_token_finds_nobody(office: Office, ann: int, secret: str) -> None:
    office.tokens.add(ann, "cron", "viewer", days=2)
    assert office.tokens.find(secret) is None


def test_what_cannot_be_made_is_told(office: Office, ann: int) -> None:
    vic = office.people.add("Vic", "viewer", WORDS).id
    with pytest.raises(
        AccountError, match=r"^The token cannot do more than Vic \(operator\)\. Take viewer or less"
    ):
        office.tokens.add(vic, "cron", "operator", days=2)
    for days in (0, 731):
        with pytest.raises(AccountError, match=rf"too few or too many \({days}\)\. Take 1 to 730\."):
            office.tokens.add(ann, "cron", "viewer", days=days)
    with pytest.raises(AccountError, match="there is no such account"):
        office.tokens.add(99, "cron", "viewer", days=1)
    with pytest.raises(AccountError, match="characters that cannot be seen"):
        office.tokens.add(ann, "cr\u202eon", "viewer", days=1)


def test_a_person_revokes_only_their_own(office: Office, ann: int) -> None:
    vic = office.people.add("Vic", "viewer", WORDS).id
    made, secret = office.tokens.add(ann, "cron", "viewer", days=2)
    with pytest.raises(UnknownAccount, match=f"^The token {made.id} does not exist"):
        office.tokens.revoke(made.id, person=vic)
    assert office.tokens.find(secret) is not None
    assert office.tokens.issued(vic) == []
    for number in (0, 2**40):
        with pytest.raises(UnknownAccount):
            office.tokens.revoke(number)


def test_making_and_revoking_is_in_the_log_without_the_secret(office: Office, ann: int) -> None:
    made, secret = office.tokens.add(ann, "cron", "viewer", days=2, by=ann, address="10.0.0.1")
    office.tokens.revoke(made.id, by=ann)
    revoked, added, *_ = office.audit.latest()
    assert (added.person, added.action, added.subject, added.address) == (
        "Ann",
        "token.add",
        "cron",
        "10.0.0.1",
    )
    assert added.details == {"id": made.id, "role": "viewer", "days": 2, "person": "Ann"}
    assert revoked.action == "token.revoke"
    assert secret not in str([added, revoked])
