"""The container: each part is what the class says that it is, and is handed what its constructor declares."""

import re
from collections.abc import Callable
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tenfold.runtime import App, foundation
from tenfold.settings import Settings

# The parts that are declared by their class, with the name of it.
_DECLARED = {
    name: found[1]
    for kind in App.__mro__
    for name, text in vars(kind).get("__annotations__", {}).items()
    if (found := re.fullmatch(r"part\[(\w+)\]", str(text)))
}


def test_each_declared_part_is_of_its_class_and_made_once(tmp_path: Path) -> None:
    assert len(_DECLARED) > 40
    with App(Settings(home=tmp_path)) as app:
        assert {name: type(getattr(app, name)).__name__ for name in _DECLARED} == _DECLARED
        assert all(getattr(app, name) is getattr(app, name) for name in _DECLARED)


def test_each_declared_part_is_handed_what_its_constructor_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[tuple[str, str, set[str]]] = []

    def noting(kind: Callable[..., Any], *given: object) -> object:
        for name, value in signature(kind).bind(*given).arguments.items():
            declared = signature(kind).parameters[name].annotation
            declared = getattr(declared, "__name__", declared)
            handed.append(
                (f"{kind.__name__}.{name}", declared, {one.__name__ for one in type(value).__mro__})
            )
        return kind(*given)

    def watched(module: str) -> SimpleNamespace:
        classes = vars(import_module(module))
        return SimpleNamespace(
            **{name: partial(noting, one) for name, one in classes.items() if callable(one)}
        )

    monkeypatch.setattr(foundation, "import_module", watched)
    with App(Settings(home=tmp_path)) as app:
        for name in _DECLARED:
            getattr(app, name)

    classes = {*_DECLARED.values(), "Database", "Home", "Path", "Limits", "ServerFiles", "ModelServer"}
    assert len(handed) > 80
    assert [one for one in handed if one[1] in classes and one[1] not in one[2]] == []
