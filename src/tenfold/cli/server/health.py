"""tenfold health: asks the running server whether it is ready, for a container's health check.

Knows the server by its answer to GET /readyz alone.
"""

import http.client
import queue
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from tenfold.cli.terminal.text import printable, say, table
from tenfold.parsing import from_json

if TYPE_CHECKING:
    from tenfold.settings import Settings

# Longer than a loaded server takes, shorter than a container engine waits for the whole check.
_SECONDS = 5.0
_MOST_BYTES = 100_000


class _Unusable(Exception):
    """The answer is none of tenfold's."""


class _Reply(NamedTuple):
    status: int
    answer: dict[str, Any]


@click.command()
def health() -> int:
    """Ask the running server whether it is ready.

    Looks at the address of the settings host and port. Ends with 0 where the server is ready, with 1 where it
    is not or none answers within five seconds.
    """
    from tenfold import settings
    from tenfold.cli.server.serve import reachable

    chosen = settings.load()
    host = reachable(chosen.host)
    where = f"http://{host}:{chosen.port}"
    try:
        status, answer = _ask(host, chosen.port)
    except (OSError, http.client.HTTPException, _Unusable) as error:
        return _not_ready(f"No tenfold answers at {where}: {error or type(error).__name__}")
    if status != http.client.OK:
        return _not_ready(f"The server at {where} is not ready. {answer['detail']}")
    click.echo(f"The server at {where} is ready")
    services = [(one["name"], one["state"], one["fault"] or "") for one in answer["services"]]
    click.echo(table([("service", "state", "last fault"), *services]))
    for notice in answer["notices"]:
        say(notice["text"])
    return 0


def asked(chosen: "Settings") -> tuple[bool, str] | None:
    """Whether the server of the settings is ready, and why it is not; None where none answers."""
    from tenfold.cli.server.serve import reachable

    try:
        status, answer = _ask(reachable(chosen.host), chosen.port)
    except (OSError, http.client.HTTPException, _Unusable):
        return None
    return status == http.client.OK, str(answer.get("detail", ""))


def _not_ready(reason: str) -> int:
    click.echo(f"tenfold: {printable(reason)}", err=True)
    return 1


def _ask(host: str, port: int) -> _Reply:
    """The answer to GET /readyz, within `_SECONDS` however slowly it arrives.

    Raises:
        OSError, HTTPException, _Unusable: nothing answers in time, or it is not tenfold.
    """
    results: queue.Queue[_Reply | Exception] = queue.Queue()

    def ask() -> None:
        try:
            results.put(_request(host, port))
        except (OSError, http.client.HTTPException, _Unusable) as error:
            results.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        result = results.get(timeout=_SECONDS)
    except queue.Empty:
        raise TimeoutError(f"no answer within {_SECONDS:g} seconds") from None
    if isinstance(result, Exception):
        raise result
    return result


def _request(host: str, port: int) -> _Reply:
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=_SECONDS)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        body = response.read(_MOST_BYTES)
    finally:
        connection.close()
    try:
        answer = from_json(body)
        expected = ("services", "notices") if response.status == http.client.OK else ("code", "detail")
        if all(name in answer for name in expected):
            return _Reply(response.status, answer)
    except (ValueError, TypeError):
        pass
    raise _Unusable(f"another program answers there, with status {response.status}")
