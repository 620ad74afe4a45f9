"""What a role may do."""

import pytest

from tenfold.accounts import roles
from tenfold.errors import AccountError


def test_each_role_may_do_what_the_ones_before_may() -> None:
    for place, role in enumerate(roles.ROLES):
        assert [roles.at_least(role, other) for other in roles.ROLES] == [i <= place for i in range(3)]


def test_the_lower_of_two_is_the_one_that_may_do_less() -> None:
    assert roles.lower("administrator", "viewer") == roles.lower("viewer", "operator") == "viewer"


def test_another_role_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(AccountError) as refused:
        roles.checked("king")
    assert str(refused.value) == (
        "The role is not known ('king'). Take one of viewer, operator, administrator."
    )
