"""The OpenAPI document, from which the frontend's types are made: `python -m tenfold.web.openapi FILE`."""

import json
import sys
from pathlib import Path

from tenfold.web.app import describe_api


def document() -> str:
    """The OpenAPI document as it is committed."""
    return json.dumps(describe_api().openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "frontend/openapi.json").write_text(
        document(), encoding="utf-8"
    )
