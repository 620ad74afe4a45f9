"""Downloads a file, and resumes a download that was cut off. Knows nothing of what is in the file.

The caller verifies what came.
"""

import http.client
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tenfold.errors import TenfoldError
from tenfold.files import settle
from tenfold.reasons import Reason

Progress = Callable[[int, int | None], None]
_CHUNK = 1 << 16
_SECONDS_WITHOUT_A_BYTE = 30


def download(
    url: str,
    file: Path,
    *,
    error: type[TenfoldError],
    otherwise: str = "",
    progress: Progress = lambda done, total: None,
) -> None:
    """Have the file at `url` in `file`, whose folder exists. What has come so far waits beside it.

    Args:
        error: the kind of error to raise.
        otherwise: what else its reader can do, added to the cure.
        progress: called with the bytes received and the bytes in all, where known.

    Raises:
        error: the file could not be fetched.
        OSError: it cannot be written.
    """

    def cut_off(received: str, reason: Reason = "") -> TenfoldError:
        return error(
            url,
            "could not be fetched",
            received=received,
            cure="Run the command again: it goes on where it stopped. "
            f"Or fetch {file.name} by other means and put it in {file.parent}.{otherwise and ' '}{otherwise}",
            reason=reason,
        )

    partial = file.with_name(file.name + ".partial")
    have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS_WITHOUT_A_BYTE) as answer:
            # A server that does not resume answers 200 with the whole file.
            if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
                have = 0
            length = answer.headers.get("Content-Length")
            total = have + int(length) if length else None
            with partial.open("ab" if have else "wb") as target:
                while chunk := answer.read(_CHUNK):
                    target.write(chunk)
                    have += len(chunk)
                    progress(have, total)
                target.flush()
                os.fsync(target.fileno())
        if total is not None and have < total:
            raise cut_off(f"the connection ended after {have:,} of {total:,} bytes", "unreachable")
    except urllib.error.HTTPError as reason:
        reason.close()
        if reason.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise cut_off(f"the server answered {reason.code} {reason.reason}") from reason
        # Everything is there already; the checksum will tell.
    except urllib.error.URLError as reason:
        raise cut_off(str(reason.reason), "unreachable") from reason
    except (TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as reason:
        raise cut_off(str(reason) or type(reason).__name__, "unreachable") from reason
    partial.replace(file)
    settle(file.parent)
