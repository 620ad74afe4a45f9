"""What the benchmark scripts share: where the material is, which machine this is, and the result files.

Knows nothing of what is measured.
"""

import json
import os
import statistics
from collections.abc import Sequence
from pathlib import Path

from tenfold.metrics import Share

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
SHARED = Path(os.environ.get("TENFOLD_SHARED", ROOT.parent / "shared"))
SAMPLES = SHARED / "samples"
DATA = Path(os.environ.get("TENFOLD_DATA_DIR", SHARED))


def machine() -> str:
    """The processor and how many of its cores there are."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{os.cpu_count()} cores of {line.split(':', 1)[1].strip()}"
    return f"{os.cpu_count()} cores"


def spread(values: Sequence[float], unit: str, digits: int = 1) -> str:
    """Median, and the least and greatest."""
    middle = statistics.median(values)
    return f"{middle:,.{digits}f} {unit} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def interval(found: Share) -> str:
    """A share with its 95 % interval."""
    return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"


def write(
    script: str, rows: list[dict[str, str]], *, keep: bool = True, part: str = "", others: bool = False
) -> None:
    """Print the figures of a script, and keep them where `table.py` finds them.

    Args:
        part: of the script's figures; each part has a file of its own, and replaces only itself.
        others: rows of other figures in that file stay.
    """
    if keep:
        name = Path(script).relative_to(RESULTS.parent).with_suffix("").as_posix()
        file = RESULTS / (f"{name}_{part}.json" if part else f"{name}.json")
        file.parent.mkdir(parents=True, exist_ok=True)
        new = {row["what"]: row for row in rows}
        if others and file.exists():
            new = {row["what"]: row for row in json.loads(file.read_text("utf-8"))["rows"]} | new
        result = {"name": name, "machine": machine(), "rows": list(new.values())}
        file.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    for row in rows:
        print(f"{row['what']}: {row['value']}  n = {row['n']}  {row['peer']}")


def photos() -> list[tuple[Path, str]]:
    """The labelled photographs and their classes."""
    return [(p, p.parent.name) for p in sorted((SAMPLES / "photos").glob("*/*"))]


def out_of_distribution() -> list[Path]:
    """The photographs that show none of the ten classes."""
    return sorted((SAMPLES / "photos_none_of_the_ten").glob("*"))
