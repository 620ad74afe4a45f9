"""tenfold camera: cameras and recordings, from the command line."""

import json
from dataclasses import asdict

import click

from tenfold.cli.cameras import kept
from tenfold.cli.terminal.password import ask_password, from_stdin
from tenfold.cli.terminal.text import say


@click.group()
def camera() -> None:
    """Test cameras, and have a server watch them."""


@camera.command()
@click.argument("source")
@click.option("--user", default="", help="The camera's user; its password is asked for.")
@from_stdin
@click.option(
    "--seconds",
    type=click.FloatRange(1, 120),
    default=10.0,
    show_default=True,
    help="How long it may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, also where it fails.")
def test(source: str, user: str, password_stdin: bool, seconds: float, as_json: bool) -> int:
    """Open SOURCE, decode a picture of it, and say what it is, or what is wrong with it.

    SOURCE is usb:0, rtsp://host/path, http://host/path (MJPEG or HLS), a video file, or a folder of pictures.
    Everybody who can list this computer's processes sees a password in SOURCE: give --user instead.
    """
    from tenfold.cameras import sources
    from tenfold.errors import TenfoldError

    password = ask_password(stdin=password_stdin, new=False) if user or password_stdin else ""
    address = sources.parse(source, user=user, password=password)
    sources.require()
    try:
        facts = sources.probe(address, seconds=seconds)
    except TenfoldError as error:
        if not as_json:
            raise
        click.echo(json.dumps({"ok": False, "source": address.description, "error": error.facts()}, indent=2))
        return 1
    if as_json:
        values = asdict(facts)
        click.echo(json.dumps({"ok": True, "source": values.pop("description"), **values}, indent=2))
        return 0
    say(f"{facts.description} works: {facts.words}")
    return 0


for command in (kept.add, kept.change, kept.list_cameras, kept.pause, kept.remove):
    camera.add_command(command)
