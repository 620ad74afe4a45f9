"""The container: each part is what the class says that it is."""

import re
from pathlib import Path

from tenfold.runtime import App
from tenfold.settings import Settings


def test_each_part_that_needs_the_database_alone_is_of_the_class_that_is_declared(tmp_path: Path) -> None:
    declared = {
        name: found[1]
        for kind in App.__mro__
        for name, text in vars(kind).get("__annotations__", {}).items()
        if (found := re.fullmatch(r"part\[(\w+)\]", str(text)))
    }
    assert len(declared) > 10
    with App(Settings(home=tmp_path)) as app:
        assert {name: type(getattr(app, name)).__name__ for name in declared} == declared
        assert all(getattr(app, name) is getattr(app, name) for name in declared)
