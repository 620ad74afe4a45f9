"""Holds deploy/grafana-dashboard.json against Grafana's own schema, as its package @grafana/schema has it.

    python scripts/check_dashboard.py

Grafana itself is not run: no Debian package has it. The dashboard and the options and styles of its panels
are written out as TypeScript of those types, where a field that is unknown, missing or of another type is an
error. Queries are not in that package; a real Prometheus answers them in tests/docs/test_operation.py. Needs
the network, for the package, and the page's TypeScript (`make frontend`).
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DASHBOARD = ROOT / "deploy/grafana-dashboard.json"
SCHEMA = "@grafana/schema@13.2.3"
WITH_NODE = ROOT / "scripts/with-node"
TYPESCRIPT = ROOT / "frontend/node_modules/typescript/bin/tsc"
_HEAD = """\
import type { Dashboard } from "./package/dist/types/raw/dashboard/x/types.gen";
import type * as stat from "./package/dist/types/raw/composable/stat/panelcfg/x/types.gen";
import type * as timeseries from "./package/dist/types/raw/composable/timeseries/panelcfg/x/types.gen";
// What is written as text where the types have an enum of the same texts.
type Text<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Text<T[K]> } : T;
"""


def typed(dashboard: dict[str, Any]) -> Iterator[str]:
    """The dashboard and its parts as values of Grafana's types."""
    yield _HEAD
    numbers = count(1)

    def value(kind: str, found: Any) -> str:
        return f"export const _{next(numbers)}: {kind} = {json.dumps(found, indent=1)};"

    yield value("Text<Dashboard>", dashboard)
    for panel in dashboard["panels"]:
        kind = panel["type"]
        yield value(f"Text<Partial<{kind}.Options>>", panel.get("options", {}))
        styles = panel["fieldConfig"]["defaults"].get("custom", {})
        if kind == "timeseries":
            yield value("Text<Partial<timeseries.FieldConfig>>", styles)
        elif styles:
            yield value("never", styles)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="tenfold-dashboard-") as name:
        folder = Path(name)
        subprocess.run([WITH_NODE, "npm", "pack", "--silent", SCHEMA], cwd=folder, check=True)
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        file = folder / "dashboard.ts"
        file.write_text("\n".join(typed(json.loads(DASHBOARD.read_text()))))
        words: list[str | Path] = [
            "node",
            TYPESCRIPT,
            "--noEmit",
            "--strict",
            "--skipLibCheck",
            "--module",
            "esnext",
        ]
        done = subprocess.run([WITH_NODE, *words, "--moduleResolution", "bundler", file], check=False)
    print(f"{DASHBOARD.name} fits {SCHEMA}" if done.returncode == 0 else f"It does not fit {SCHEMA}.")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
