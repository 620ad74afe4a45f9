"""The error tree: a message names the subject, what is wrong, what was received, and the cure."""

import pytest

from tenfold import errors
from tenfold.errors import TenfoldError


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
