"""The error tree: a message names the subject, what is wrong, what was received, and the cure."""

import ast
import re

import pytest

from tenfold import errors
from tenfold.errors import TenfoldError, counted
from tests.paths import ROOT


def every_kind(base: type[TenfoldError]) -> list[type[TenfoldError]]:
    return [base, *(kind for child in base.__subclasses__() for kind in every_kind(child))]


KINDS = [kind for kind in every_kind(TenfoldError) if kind.__module__ == errors.__name__]


def test_a_message_has_subject_problem_received_and_cure() -> None:
    error = TenfoldError("photo.txt", "is no picture", received="it starts with 'hello'", cure="Try another.")
    assert str(error) == "photo.txt is no picture (it starts with 'hello'). Try another."
    assert (error.subject, error.problem) == ("photo.txt", "is no picture")
    assert (error.received, error.cure) == ("it starts with 'hello'", "Try another.")
    assert error.args == (str(error),)


def test_what_is_not_known_is_left_out() -> None:
    assert str(TenfoldError("photo.txt", "is no picture")) == "photo.txt is no picture."
    assert str(TenfoldError("a", "is b", cure="Do c.")) == "a is b. Do c."


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_stands_in_the_tree_and_has_its_own_words(kind: type[TenfoldError]) -> None:
    assert f" {kind.__name__}" in (errors.__doc__ or "")
    others = [other for other in KINDS if other is not kind]
    assert kind.code not in [other.code for other in others]
    assert kind.title not in [other.title for other in others]


def test_the_same_error_may_be_about_something_else() -> None:
    error = errors.DatasetError("a", "is b", received="c", cure="Do d.", reason="class-name", params={"n": 1})
    other = error.about("z")
    assert type(other) is errors.DatasetError
    assert other.facts() == error.facts() | {"subject": "z", "detail": "z is b (c). Do d."}


def test_an_error_sends_every_value_that_the_page_s_text_for_its_reason_names() -> None:
    texts = (ROOT / "frontend/src/shared/texts/problems.uk.ts").read_text(encoding="utf-8")
    named = {
        reason: set(re.findall(r"\{(\w+)\}", text))
        for reason, text in re.findall(r'^  "?([a-z][a-z0-9-]*)"?:\s*"(.*)",$', texts, re.MULTILINE)
    }
    assert len(named) > 80
    sent: list[tuple[str, set[str]]] = []
    for file in (ROOT / "src/tenfold").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                given = {one.arg: one.value for one in call.keywords}
                reason, params = given.get("reason"), given.get("params")
                keys = params.keys if isinstance(params, ast.Dict) else []
                if isinstance(reason, ast.Constant):
                    sent.append((str(reason.value), {str(ast.literal_eval(key)) for key in keys if key}))
    assert {reason for reason, _ in sent} >= {"name-taken", "model-live", "setting-range"}
    assert [(reason, keys) for reason, keys in sent if not named.get(reason, set()) <= keys] == []


def test_one_of_a_thing_is_not_many() -> None:
    assert [counted(n, "file") for n in (0, 1, 2, 1204)] == ["0 files", "1 file", "2 files", "1,204 files"]
    assert counted(1, "class", "classes") == "1 class"
    assert counted(2, "class", "classes") == "2 classes"


def test_numbers_of_things_in_messages_are_counted_in_one_place() -> None:
    """`f"{n:,} pictures"` reads "1 pictures" where there is one."""
    by_hand = re.compile(r"\{[^{}A-Z(]*:,\} (pictures|files|entries|classes|epochs)\b")
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group(0)}"
        for path in sorted((ROOT / "src" / "tenfold").rglob("*.py"))
        for found in by_hand.finditer(path.read_text("utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "place",
    [
        "cameras/address.py",
        "cameras/cameras.py",
        "cameras/sources",
        "cli/line",
        "drafts",
        "line",
        "outbox",
        "web/api/v1/line",
        "workflows/drafts.py",
        "workflows/line",
    ],
)
def test_refusals_that_the_page_shows_name_a_reason_that_it_can_translate(place: str) -> None:
    root = ROOT / "src" / "tenfold" / place
    wrong = [
        f"{path.name}:{call.lineno}"
        for path in ([root] if root.is_file() else sorted(root.rglob("*.py")))
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id
        in {kind.__name__ for kind in KINDS if not kind.__name__.startswith(("Unknown", "NotIn", "Missing"))}
        and "reason" not in {keyword.arg for keyword in call.keywords}
    ]
    assert wrong == []
