"""The OpenAPI document, from which the frontend's types are made: `python -m tenfold.web.openapi FILE`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tenfold.web.app import describe_api


def document() -> str:
    """The OpenAPI document as it is committed."""
    return json.dumps(describe_api().openapi(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> None:
    """Write the document to the file named, or to its place in a copy of the source."""
    where = Path(arguments[0] if arguments else "frontend/openapi.json")
    where.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
