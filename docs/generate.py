"""Writes the reference pages that come from the code: commands, settings, errors, the HTTP API.

    python docs/generate.py

The pages are kept in the repository; a test fails where one is older than the code.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import click

from tenfold import cli, errors, settings
from tenfold.recipes import recipe, recipe_file
from tenfold.web import problems
from tenfold.web.app import describe_api

REFERENCE = Path(__file__).parent / "reference"
MARK = "<!-- Written by docs/generate.py from the code: change it there, then run `make docs`. -->"
WIDTH = 100


def page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", MARK, *parts]) + "\n"


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head)]
    lines.append(["---"] * len(lines[0]))
    lines += [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def commands_page() -> str:
    """Every command's own help."""
    parts = []
    for context in contexts("tenfold", cli.tenfold, None):
        parts += [f"## {context.command_path}", f"```text\n{context.get_help()}\n```"]
    return page(
        "Command line",
        "Exit status: 0 fine; 1 tenfold could not do it, or some pictures failed; 2 wrong usage.",
        *parts,
    )


def contexts(name: str, command: click.Command, parent: click.Context | None) -> Iterator[click.Context]:
    """A command and all below it, as if called."""
    context = click.Context(
        command, parent, name, terminal_width=WIDTH, max_content_width=WIDTH, **command.context_settings
    )
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from contexts(below, found, context)


def settings_page() -> str:
    """Every setting with its variable, default and help."""
    rows = (
        (f"`{s.name}`", f"`{s.env}`", s.default and f"`{s.default}`", s.help) for s in settings.describe()
    )
    return page(
        "Settings",
        "A command's own option goes before the environment variable, the variable before the file "
        f"`tenfold.toml` in `home` (or the one that `{settings.CONFIG_VARIABLE}` names), the file before the "
        "default. `tenfold settings` prints what holds on a machine.",
        table(("In the file", "Variable", "Default", ""), rows),
    )


def recipes_page() -> str:
    """Every setting of a recipe, and the shipped recipes as they lie in the package."""
    rows = ((f"`{name}`", code(default), text) for name, default, text in recipe.describe())
    parts = [
        "A recipe says how a network is trained. `tenfold train` takes a network's published one; `--recipe "
        "FILE` takes yours, and what it leaves out is as published for its network; `--set NAME=VALUE` "
        "changes one setting. A run keeps its whole recipe as `recipe.toml`.",
        table(("Setting", "Default", ""), rows),
        "A curriculum's steps have `share`, the share of all epochs, and `size`, the pictures' side as a "
        "share of the recipe's.",
        "## Shipped recipes",
    ]
    folder = resources.files("tenfold.recipes")
    for name in recipe_file.names():
        text = (folder / f"{name}.toml").read_text(encoding="utf-8").rstrip()
        parts += [f"### {name}", f"```toml\n{text}\n```"]
    return page("Recipes", *parts)


def errors_page() -> str:
    """The tree, and each error's code, title and HTTP status."""
    tree = re.search(r"^ *TenfoldError\n(?: *[├│└].*\n?)+", inspect.getdoc(errors) or "", re.M)
    assert tree is not None
    requests = tree_of(problems.RequestError)
    flat = [kind for kind in tree_of(errors.TenfoldError) if kind not in requests]
    return page(
        "Errors",
        "Whatever goes wrong for a user is a `tenfold.TenfoldError`. Its message names the subject, what was "
        "received and the cure; the attributes `subject`, `problem`, `received` and `cure` hold the parts, "
        "`code` and `title` the kind. Over HTTP each is problem details (RFC 9457) with the same words.",
        f"```text\n{inspect.cleandoc(tree[0])}\n```",
        errors_table(flat),
        "## Of requests",
        "Only the HTTP API answers with these.",
        errors_table([kind for kind in requests if kind is not problems.RequestFailed]),
    )


def errors_table(kinds: Iterable[type[errors.TenfoldError]]) -> str:
    rows = ((f"`{k.__name__}`", f"`{k.code}`", k.title, str(problems.status_of_kind(k))) for k in kinds)
    return table(("Class", "Code", "Title", "HTTP status"), rows)


def tree_of(kind: type[errors.TenfoldError]) -> list[type[errors.TenfoldError]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in tree_of(below))]


def http_page() -> str:
    """Every address with what it takes and answers, and the shapes of the answers."""
    document = describe_api().openapi()
    parts = [
        "This is the OpenAPI document at `/openapi.json`; at `/docs` the server lets you try each request."
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts += list(operation_parts(f"{method.upper()} {path}", operation))
    parts.append("## Shapes")
    for name, schema in document["components"]["schemas"].items():
        parts += list(schema_parts(name, schema))
    return page("HTTP API", *parts)


def operation_parts(name: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"## {name}"
    yield operation.get("description", operation["summary"])
    if operation.get("parameters"):
        parameters = (
            (
                f"`{p['name']}`",
                type_of(p["schema"]),
                str(p["schema"].get("default", "")),
                p.get("description", ""),
            )
            for p in operation["parameters"]
        )
        yield table(("Parameter", "Type", "Default", ""), parameters)
    if "requestBody" in operation:
        body = operation["requestBody"]
        kinds = " or ".join(code(kind) for kind in body["content"])
        yield f"Body ({kinds}): {body.get('description', '')}".removesuffix(": ")
    answers = (
        (
            status,
            "".join(type_of(c.get("schema", {})) for c in answer.get("content", {}).values()),
            answer["description"],
        )
        for status, answer in operation["responses"].items()
    )
    yield table(("Status", "Answer", ""), answers)


def schema_parts(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"### {name}"
    if "description" in schema:
        yield schema["description"]
    rows = (
        (f"`{field}`", type_of(shape), shape.get("description", ""))
        for field, shape in schema.get("properties", {}).items()
    )
    yield table(("Field", "Type", ""), rows)


def type_of(schema: dict[str, Any]) -> str:
    """A JSON schema's type in a few words, with links to the shapes on this page."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(type_of(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_of(schema['additionalProperties'])}"
    return str(schema.get("type", "any"))


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": commands_page,
    "settings.md": settings_page,
    "recipes.md": recipes_page,
    "errors.md": errors_page,
    "http.md": http_page,
}


def main() -> None:
    for name, write in PAGES.items():
        (REFERENCE / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
