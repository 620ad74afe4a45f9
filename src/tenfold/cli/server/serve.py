"""tenfold serve: the page and the HTTP API on one port."""

import errno
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

import click

from tenfold.errors import SettingError, counted
from tenfold.modelfile import BUNDLED_NAMES, DEFAULT
from tenfold.os_errors import refused

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tenfold.runtime import App


@click.command()
@click.option("--host", help="The address to listen on.", metavar="ADDRESS")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes a free one.", metavar="N")
@click.option(
    "--model",
    metavar="MODEL",
    help=f"A model file, or a bundled model: {BUNDLED_NAMES}. By default {DEFAULT}.",
)
@click.option("--tune", is_flag=True, help="Measure first how the model runs fastest here; once.")
@click.option("--root-path", help="The prefix of all addresses, behind a proxy.", metavar="PATH")
@click.option(
    "--open/--no-open",
    "opening",
    default=None,
    help="Open the page in a browser. Default: where there is one.",
)
def serve(
    host: str | None,
    port: int | None,
    model: str | None,
    tune: bool,
    root_path: str | None,
    opening: bool | None,
) -> None:
    """Serve the page and the HTTP API.

    Ctrl-C stops it. Without options the page is at http://127.0.0.1:8000, for this machine alone. Where
    others can reach it and nobody has an account, it prints a link to make the first administrator's.
    """
    # At once: the first process of a container gets no signal that it does not handle.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from tenfold import settings
    from tenfold.cli.server.notices import warn
    from tenfold.observability import logs
    from tenfold.runtime import App
    from tenfold.web.app import create_app
    from tenfold.web.security.access import private
    from tenfold.web.security.hosts import is_loopback

    given = {} if root_path is None else {settings.variable("root_path"): root_path}
    loaded = settings.load({**os.environ, **given})
    chosen = loaded.model_copy(
        update={
            "host": host or loaded.host,
            "port": loaded.port if port is None else port,
            "model": model or loaded.model,
            "tune": "yes" if tune else loaded.tune,
        }
    )
    logs.install(chosen.log_format, chosen.log_level)
    with _listen(chosen.host, chosen.port) as listening, App(chosen, serving=True) as app:
        app.check_home()
        if chosen.tune == "yes":
            _tell_of_tuning(app)
        warn(app)
        address = f"http://{reachable(chosen.host)}:{listening.getsockname()[1]}{chosen.root_path}"
        if not is_loopback(chosen.host) and not chosen.trusted_proxies:
            click.echo(
                f"tenfold: warning: what others send to {chosen.host} can be read on its way, passwords "
                "too. Put a proxy that speaks https before it.",
                err=True,
            )
        first = "" if private(chosen) or app.people.anybody() else app.logins.first_code
        _run(
            create_app(app),
            listening,
            address,
            first=first,
            proxies=chosen.trusted_proxies,
            grace=chosen.stop_seconds,
            opening=_has_browser() if opening is None else opening,
        )


def _tell_of_tuning(app: "App") -> None:
    name = app.initial_model.classifier.info.name
    click.echo(f"tenfold: how {name} runs fastest here is measured once, in about half a minute.", err=True)
    tuned = app.tuned
    assert tuned is not None
    speed, count = tuned.speed, counted(tuned.speed.way.threads, "picture")
    click.echo(
        f"tenfold: {name} works on {count} at a time, at most {speed.way.batch} in a run of the network: "
        f"{speed.rate:,.0f} pictures/s. The slowest way that was tried: {tuned.slowest:,.0f}.",
        err=True,
    )
    for export in tuned.int8:
        click.echo(
            f"tenfold: its export {export.name} answers {export.times:.2f} times as many, "
            f"{export.agreement:.1%} of them with the same class. To use it, add it on the page Models.",
            err=True,
        )


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; opened before the model is loaded, so that a busy port is told at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:  # UnicodeError: what no name of a machine can be
        raise SettingError(
            f"The address {host}",
            "is not known here",
            received=getattr(error, "strerror", None) or str(error),
            cure="Use --host 127.0.0.1.",
        ) from error
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()  # uvicorn sets how many may wait
    except OSError as error:
        listening.close()
        raise _cannot_listen(host, port, error) from error
    return listening


def _cannot_listen(host: str, port: int, error: OSError) -> SettingError:
    subject = f"Port {port} on {host}"
    if error.errno == errno.EADDRINUSE:
        return SettingError(
            subject,
            "is in use by another program, perhaps another tenfold",
            cure="Stop that one, or choose another port: tenfold serve --port 0 takes a free one.",
        )
    if error.errno == errno.EACCES:
        return SettingError(
            subject,
            "may not be used by this user",
            cure="Choose a port from 1024 up: tenfold serve --port 8000.",
        )
    return refused(SettingError, subject, error, "cannot be used", cure="Use --host 127.0.0.1.")


def reachable(host: str) -> str:
    """The address under which this machine reaches a server bound to `host`, as a URL writes it."""
    every = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}
    return every.get(host, f"[{host}]" if ":" in host else host)


def _has_browser() -> bool:
    """Whether a browser opened here would be seen by whoever started this."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    seen = sys.platform in ("darwin", "win32")
    return seen or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _run(
    app: "FastAPI",
    listening: socket.socket,
    address: str,
    *,
    first: str,
    proxies: str,
    grace: int,
    opening: bool,
) -> None:
    from tenfold.web.server import Server, configured

    class Telling(Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            click.echo(f"tenfold is at {address}   (Ctrl-C stops it)")
            if first:
                click.echo(
                    f"Nobody has an account yet. Make the first administrator's: {address}/#first={first}"
                )
            if opening:
                _open(address)

    config = configured(app, proxies=proxies, grace=grace)
    # uvicorn finishes what it works on and then raises the signal again: for a server, that is a good end.
    try:
        Telling(config).run(sockets=[listening])
    except KeyboardInterrupt:
        click.echo("tenfold stopped", err=True)


def _open(address: str) -> None:
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
