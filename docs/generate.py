"""Writes the reference pages that come from the code: commands, settings, errors, HTTP API, plants' signals.

    python docs/generate.py

The pages are kept in the repository; a test fails where one is older than the code.
"""

import inspect
import re
import runpy
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import click

from tenfold import cli, errors, settings
from tenfold.line.parts import CODES, Reason
from tenfold.line.plc import digital, modbus, modbus_server, sparkplug
from tenfold.line.plc.handshake import BUFFER
from tenfold.line.plc.opcua import client, nodes, vision
from tenfold.line.plc.opcua.address_space import EVENTS
from tenfold.line.plc.opcua.methods import NOT_SUPPORTED
from tenfold.line.plc.registers import RegisterMap
from tenfold.line.plc.sparkplug_payload import DataType
from tenfold.recipes import recipe, recipe_file
from tenfold.web import problems, request_errors
from tenfold.web.app import describe_api

SPARKPLUG_TYPES = {
    DataType.INT64: "Int64",
    DataType.UINT64: "UInt64",
    DataType.BOOLEAN: "Boolean",
    DataType.STRING: "String",
}
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
    requests = tree_of(request_errors.RequestError)
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
        errors_table([kind for kind in requests if kind is not request_errors.RequestFailed]),
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
        "This is the OpenAPI document at `/openapi.json`; at `/docs` the server lets you try each request.",
        "Every request may also be answered by one of these:",
        answers_table(document["components"]["responses"], prefix="Problem"),
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
    yield answers_table({k: answer for k, answer in operation["responses"].items() if "$ref" not in answer})


def answers_table(answers: dict[str, Any], prefix: str = "") -> str:
    rows = (
        (
            status.removeprefix(prefix),
            "".join(type_of(c.get("schema", {})) for c in answer.get("content", {}).values()),
            answer["description"],
        )
        for status, answer in answers.items()
    )
    return table(("Status", "Answer", ""), rows)


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


REASONS: dict[Reason, str] = {
    "good": "the part passes",
    "late": "no verdict by the deadline",
    "queue-full": "too many parts at once",
    "missed-trigger": "parts passed the photo-eye unseen",
    "too-close": "two parts too close for the gate",
    "no-picture": "no picture, or one that came too late",
    "dark-picture": "the picture shows nothing",
    "frozen-picture": "the picture is the last one again",
    "camera": "the camera fails",
    "model": "the model fails",
    "plc": "the PLC is lost, or its heartbeat stands still",
    "trail": "the trail cannot be written",
    "encoder": "a counter jumped",
    "restarted": "the station was started anew",
    "not-seen": "a rejected part was not seen by the reject sensor",
    "wrongly-rejected": "a part that was to pass was rejected",
    "slip": "parts come to the second photo-eye, or to the reject sensor where there is none, earlier or"
    " later than the encoder says: the belt slips; as a fault: further than is made up for",
    "astray": "the second photo-eye saw a part where none was due, or none where one was: nobody knows which"
    " part is which until the station starts anew",
    "clock": "the computer's clock was set",
    "stopped": "the station was stopped",
    "halted": "the plant, or an output, halts the station",
    "output": "an output fails",
    "wrong-class": "the model calls the part a class that does not pass",
    "none-of-these": "the model says: none of these",
    "unsure": "the model is not sure enough",
    "no-part": "there is no part in the picture",
    "wrong-count": "a region holds too few or too many",
    "recipe": "there is no recipe that may run, or another one is asked for",
    "challenge": "a challenge part, or challenge parts are due",
    "first-parts": "one of the first parts after a change of recipe, which are held",
}


def plant_signals_page() -> str:
    """Every register and every node."""
    ordered = sorted(CODES.items(), key=lambda item: item[1])
    return page(
        "Plant signals",
        "How to wire a station is in [Inspect parts on a production line](../how-to/line.md).",
        "## Codes of reasons and alarms",
        table(
            ("Code", "Reason", ""),
            ((str(number), code(reason), REASONS[reason]) for reason, number in ordered),
        ),
        "Verdicts are 1 pass, 2 reject, 3 divert, 0 none.",
        "## Modbus TCP, the PLC is the server",
        "The station reads these holding registers (function 3), from the address `inputs`, 0 unless set"
        " otherwise. 32-bit values are two registers, the high word first unless set otherwise. Addresses are"
        " those on the wire, from 0; with `base` set to 1 they are counted from 1.",
        registers(modbus.INPUT_MAP, modbus.ModbusAddress.inputs),
        "It writes these (function 16), from the address `outputs`, 100 unless set otherwise.",
        registers(modbus.OUTPUT_MAP, modbus.ModbusAddress.outputs),
        "## Modbus TCP, the station is the server: the handshake",
        "The PLC writes these (function 6 or 16).",
        registers(modbus_server.CONTROL_MAP, modbus.ModbusAddress.inputs),
        f"It reads these (function 3). A result is held until `result_ack` rises; {BUFFER} are buffered.",
        registers(modbus_server.STATUS_MAP, modbus.ModbusAddress.outputs),
        "## OPC UA, the PLC is the server",
        "The station reads and writes nodes that its set-up names. It reads:",
        table(("Name", ""), ((code(name), says) for name, says in client.READS.items())),
        "It writes:",
        table(("Name", ""), ((code(name), says) for name, says in client.WRITES.items())),
        "## OPC UA, the station is the server",
        f"Namespaces: `{nodes.MACHINE_VISION}` of OPC 40100-1, whose object is `{nodes.STATION}` with"
        " `VisionStateMachine`, `RecipeManagement` and `ResultManagement`; and"
        f" `{nodes.NAMESPACE}`, whose node ids are strings:",
        table(
            ("Node id", "Type", "Written by", ""),
            (
                (code(f"s={row.id}"), row.type, "plant" if row.written else "station", row.says)
                for row in (*nodes.SIGNALS, *nodes.HANDSHAKE_CONTROL, *nodes.HANDSHAKE_STATUS)
            ),
        ),
        "The nodes of the handshake are there where the plant asks for verdicts by it.",
        "### State and events",
        "Nodes of OPC 40100-1 have ids in tenfold's namespace as well: their path below the object."
        " `s=Station.VisionStateMachine.CurrentState` is the state, and while that is Operational,"
        " `s=Station.VisionStateMachine.AutomaticModeStateMachine.CurrentState` the state inside it. The"
        f" object `s={nodes.STATION}` fires events:"
        f" {', '.join(code(f'{name}EventType') for name in EVENTS)}.",
        "### Methods",
        table(
            ("Of the object", "Methods"),
            (
                (code(f"s={nodes.STATION}.VisionStateMachine"), "`Halt`, `Reset`, `SelectModeAutomatic`"),
                (
                    code(f"s={nodes.STATION}.VisionStateMachine.AutomaticModeStateMachine"),
                    "`StartSingleJob`, `StartContinuous`, `Stop`, `Abort`, `SimulationMode`",
                ),
                (
                    code(f"s={nodes.STATION}.RecipeManagement"),
                    "`PrepareRecipe`, `UnprepareRecipe`, `GetRecipeListFiltered`, `ReleaseRecipeHandle`",
                ),
                (
                    code(f"s={nodes.STATION}.ResultManagement"),
                    "`GetResultById`, `GetResultComponentsById`, `GetResultListFiltered`,"
                    " `ReleaseResultHandle`",
                ),
            ),
        ),
        "A call that the state does not allow is refused with `BadInvalidState`, a recipe or result that is"
        " not known with `BadNotFound`, a method that is not named here with `BadNotSupported`:"
        f" {', '.join(map(code, NOT_SUPPORTED))}. Recipes are added and approved by people in tenfold. There"
        " are no objects for the transfer of files, which the nodeset leaves to choice: no result has one.",
        table(("Method", "From state", "To state", "Transition"), transitions()),
        "`GetRecipeListFiltered`, `GetResultById`, `GetResultComponentsById`, `GetResultListFiltered`,"
        " `ReleaseRecipeHandle` and `ReleaseResultHandle` may be called in every state. `SimulationMode` is"
        " taken where it asks for what is so already. `ResultContent` of a result is an array of three: the"
        " verdict (`pass`, `reject`, `divert`), the reason, and the reason's code. `IsSimulated` is true in a"
        " simulation.",
        "## MQTT",
        "The station is an edge node of Sparkplug B 3.0 without devices. It publishes to"
        " `spBv1.0/GROUP/NBIRTH/NODE` (every metric), `spBv1.0/GROUP/NDATA/NODE` (what changed, by alias) and"
        " `spBv1.0/GROUP/NDEATH/NODE` (its end, also as its will), and listens to `spBv1.0/GROUP/NCMD/NODE`."
        " `GROUP` and `NODE` are `group` and `node` of its set-up.",
        table(("Metric", "Type", "Written by", ""), metrics()),
        "Each message on the `topic` of the trigger is a part before the camera, on `gate_topic` one at the"
        " second photo-eye. What it says is not read. A retained one is no part.",
        "## Commands and files",
        "For each verdict a command has these in its environment, a file one line of JSON:",
        table(
            ("In the environment", "In JSON", ""),
            ((code(digital.variable(name)), code(name), says) for name, says in digital.TOLD.items()),
        ),
    )


def metrics() -> Iterator[tuple[str, str, str, str]]:
    """Those of Sparkplug's own, then those of a station."""
    yield code(sparkplug.BD_SEQ), "Int64", "station", "number of the connection, the same in birth and death"
    yield code(sparkplug.REBIRTH), "Boolean", "plant", "true: asks for NBIRTH"
    for name, (kind, says) in sparkplug.METRICS.items():
        yield code(name), SPARKPLUG_TYPES[kind], "station", says


def registers(found: RegisterMap, start: int) -> str:
    rows = []
    for address, one in found:
        first, last = start + address, start + address + one.words * one.count - 1
        places = str(first) if first == last else f"{first} to {last}"
        rows.append((places, code(one.name), "32 bits" if one.words == 2 else "16 bits", one.says))
    return table(("Address", "Name", "Each", ""), rows)


def transitions() -> Iterator[tuple[str, str, str, str]]:
    for method, cases in vision.METHODS.items():
        for before, (after, number) in cases.items():
            yield code(method), before.name.lower(), after.name.lower(), str(number or "")


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": commands_page,
    "settings.md": settings_page,
    "recipes.md": recipes_page,
    "errors.md": errors_page,
    "http.md": http_page,
    "plant-signals.md": plant_signals_page,
}


def main() -> None:
    for name, write in PAGES.items():
        (REFERENCE / name).write_text(write(), encoding="utf-8")
    runpy.run_path(str(Path(__file__).parent / "guides.py"))["write"]()


if __name__ == "__main__":
    main()
