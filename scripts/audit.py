"""Asks PyPI's advisories about each version of requirements.lock, and says plainly what came of it.

    python scripts/audit.py .venv-supply/bin/pip-audit

Ends with 0 where every package was asked about and none has a known hole, with 1 where one has, and with 2
where not all could be asked about: an index without advisories, no network. It never passes in silence.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
HOLES, NOT_ASKED = 1, 2


def main(program: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        words = [program, "--strict", "--requirement", str(LOCK), "--disable-pip", "--require-hashes"]
        words += ["--progress-spinner", "off", "--format", "json", "--output", str(report)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        found = json.loads(report.read_text()) if report.exists() else None
    packages = found["dependencies"] if found else []
    asked = [one for one in packages if "skip_reason" not in one]
    if not asked or len(asked) < len(packages):
        print(done.stderr.strip(), file=sys.stderr)
        print(
            f"NOT AUDITED: of the packages of {LOCK.name} {len(asked)} could be asked about. Whether the "
            "others have known holes is not known. Run `make audit` where https://pypi.org can be reached.",
            file=sys.stderr,
        )
        return NOT_ASKED
    holes = [(one, hole) for one in asked for hole in one["vulns"]]
    for one, hole in holes:
        cured = ", ".join(hole["fix_versions"]) or "no version yet"
        print(f"{one['name']} {one['version']}: {hole['id']}, mended in {cured}")
    print(f"Packages asked about: {len(asked)}. With known holes: {len({one['name'] for one, _ in holes})}.")
    return HOLES if holes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
