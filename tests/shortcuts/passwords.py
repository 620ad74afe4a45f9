"""Password hashes that cost nothing, for all tests whose subject is not what one costs."""

from argon2 import PasswordHasher

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hasher() -> PasswordHasher:
    """What stands for the hasher of `tenfold.accounts.passwords`, which takes 0.2 s for each password."""
    return CHEAP
