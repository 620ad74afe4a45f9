"""The report of `tenfold watch`: one HTML file that needs no network. Detects nothing."""

import base64
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from tenfold.cameras.watching import Event
from tenfold.files import write_whole


def write(path: Path, source: str, events: Sequence[Event], times: Sequence[tuple[str, str]]) -> None:
    """Write the page. Raises OSError: the file cannot be written.

    Args:
        source: the source's address without its password.
        times: the start and the end of each event, in words.
    """
    environment = Environment(
        loader=PackageLoader("tenfold.cameras"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    counts: dict[str, int] = {}
    for event in events:
        counts[event.label] = counts.get(event.label, 0) + 1
    page = environment.get_template("report.html").render(
        source=source,
        counts=sorted(counts.items(), key=lambda item: (-item[1], item[0])),
        events=[(event, *words, _picture(event)) for event, words in zip(events, times, strict=True)],
    )
    write_whole(path, page.encode("utf-8", "backslashreplace"))


def _picture(event: Event) -> str:
    """The best crop as the address of a picture."""
    content = BytesIO()
    Image.fromarray(event.best.pixels).save(content, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(content.getvalue()).decode()
