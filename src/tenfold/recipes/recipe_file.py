"""Recipes as TOML: read, written, found by a network's name, changed by dotted names. Needs no torch."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import tomli_w

from tenfold.errors import TrainingError
from tenfold.files import read_whole
from tenfold.parsing import from_toml
from tenfold.recipes.recipe import Recipe, Stopping


def shipped(network: str) -> Recipe:
    """The published recipe of a network, or plain Adam at one side for a network of the user's own.

    Raises:
        TrainingError: no recipe is shipped for that name.
    """
    if ":" in network:
        return Recipe(network=network, epochs=30, batch_size=64, stopping=Stopping(keep="best"))
    file = resources.files("tenfold.recipes") / f"{network}.toml"
    if not file.is_file():
        raise TrainingError(
            f"The network {network!r}",
            "has no recipe here",
            received=f"known are {', '.join(names())}",
            cure="Choose one of them, or name your own as module:function.",
        )
    return from_dict(tomllib.loads(file.read_text(encoding="utf-8")), file.name)


def names() -> list[str]:
    """The networks that have a recipe."""
    folder = resources.files("tenfold.recipes")
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def read(path: Path, network: str = "") -> Recipe:
    """Read a recipe; what it leaves out is as published for its network.

    Args:
        network: takes the place of the recipe's; options in the file are those of the network that it names.

    Raises:
        TrainingError: it cannot be read, or used: names the file, the setting, its value and what is allowed.
    """
    try:
        values = from_toml(read_whole(path))
    except (OSError, ValueError) as reason:
        raise TrainingError(
            f"The recipe {path}",
            "cannot be read",
            received=getattr(reason, "strerror", None) or str(reason),
            cure="Start from a shipped one: tenfold train --show-recipe > recipe.toml",
        ) from reason
    if network:
        if values.get("network", network) != network:
            values.pop("options", None)
        values["network"] = network
    base = asdict(shipped(str(values.get("network", "default"))))
    return from_dict(_merged(base, values), str(path))


def dumps(recipe: Recipe) -> str:
    """The recipe as TOML, every setting written out."""
    return tomli_w.dumps(_ordered(asdict(recipe)))


def from_dict(values: Mapping[str, Any], where: str) -> Recipe:
    """The recipe of plain values, as TOML and JSON give them; a missing one takes `Recipe`'s default.

    Args:
        where: what the message calls them.

    Raises:
        TrainingError: a setting is unknown, of a wrong type or out of range.
    """
    try:
        recipe = _build(Recipe, values, "")
    except ValueError as reason:
        raise TrainingError(f"The recipe {where}", "cannot be used", cure=str(reason)) from reason
    assert isinstance(recipe, Recipe)
    return recipe


def with_changes(recipe: Recipe, changes: list[str]) -> Recipe:
    """The recipe with changes such as `optimiser.rate=0.01`; values are TOML or plain words.

    Raises:
        TrainingError: a change has no "=", or the recipe cannot take it.
    """
    for change in changes:
        if "=" not in change:
            raise TrainingError(
                f"The change {change!r}",
                "is not of the form name=value",
                cure="Write it as in: --set optimiser.rate=0.01",
            )
    parts = (change.partition("=") for change in changes)
    return with_values(recipe, {name.strip(): _value(text.strip()) for name, _, text in parts})


def with_values(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe with other values, by dotted names. Raises TrainingError where it cannot take one."""
    if not values:
        return recipe
    whole: dict[str, Any] = asdict(recipe)
    for name, value in values.items():
        *path, last = name.split(".")
        place = whole
        for part in path:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise TrainingError(
                    f"The setting {name}", "does not exist", cure=f"{part} is one value, not a group of them."
                )
        place[last] = value
    return from_dict(whole, f"with {', '.join(values)}")


def flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Nested settings as dotted names and plain values."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` overridden by `over`; tables are merged, other values replaced."""
    tables = {
        name: _merged(base[name], value)
        for name, value in over.items()
        if isinstance(value, Mapping) and isinstance(base.get(name), Mapping)
    }
    return {**base, **over, **tables}


def _value(text: str) -> Any:
    try:
        return from_toml(f"value = {text}")["value"]
    except ValueError:
        return text


def _build(kind: type, values: Mapping[str, Any], prefix: str) -> Any:
    hints = get_type_hints(kind)
    known = [one.name for one in fields(kind)]
    for name in values:
        if name not in known:
            raise ValueError(f"{prefix}{name} is not a setting; known are {', '.join(known)}.")
    return kind(**{name: _fit(hints[name], value, prefix + name) for name, value in values.items()})


def _fit(hint: Any, value: Any, name: str) -> Any:
    """`value` as the setting's type, or ValueError."""
    if is_dataclass(hint) and isinstance(hint, type):
        if isinstance(value, Mapping):
            return _build(hint, value, f"{name}.")
    elif get_origin(hint) is tuple:
        if isinstance(value, list | tuple):
            return tuple(_fit(get_args(hint)[0], one, name) for one in value)
    elif get_origin(hint) is dict:
        if isinstance(value, Mapping):
            return dict(value)
    elif isinstance(hint, UnionType):
        if any(type(value) is kind for kind in get_args(hint)):
            return value
        if isinstance(value, int) and not isinstance(value, bool) and float in get_args(hint):
            return float(value)
    elif hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    elif type(value) is hint:
        return value
    wanted = getattr(hint, "__name__", str(hint))
    raise ValueError(f"{name} is {value!r}; it has to be a {wanted}.")


def _ordered(values: dict[str, Any]) -> dict[str, Any]:
    """Plain values first, then tables, which reads best in TOML; tuples as lists."""
    plain = {k: _listed(v) for k, v in values.items() if not isinstance(v, dict) and not _tables(v)}
    tables = {k: _ordered(v) for k, v in values.items() if isinstance(v, dict)}
    lists = {k: [_ordered(one) for one in v] for k, v in values.items() if _tables(v)}
    return plain | tables | lists


def _tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], dict)


def _listed(value: Any) -> Any:
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value
