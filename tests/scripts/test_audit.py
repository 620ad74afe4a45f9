"""`make audit` says whether it could ask about every package, and never passes where it could not."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.audit import HOLES, NOT_ASKED, main

PACKAGE = {"name": "pillow", "version": "12.0", "vulns": []}
HOLE = {"id": "PYSEC-1", "fix_versions": ["12.1"], "aliases": [], "description": "..."}


def auditing(folder: Path, dependencies: list[dict[str, Any]] | None, says: str = "") -> str:
    """A pip-audit that reports this; None: it ends without a report."""
    program = folder / "pip-audit"
    report = "" if dependencies is None else json.dumps({"dependencies": dependencies, "fixes": []})
    program.write_text(
        "#!/bin/sh\n"
        'while [ "$1" != --output ]; do shift; done\n'
        f"[ -z '{report}' ] || echo '{report}' > \"$2\"\n"
        f"echo '{says}' >&2\n"
    )
    program.chmod(0o755)
    return str(program)


def test_packages_without_known_holes_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(auditing(tmp_path, [PACKAGE])) == 0
    assert capsys.readouterr().out == "Packages asked about: 1. With known holes: 0.\n"


def test_a_known_hole_is_named_and_does_not_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(auditing(tmp_path, [PACKAGE | {"vulns": [HOLE]}])) == HOLES
    assert "pillow 12.0: PYSEC-1, mended in 12.1" in capsys.readouterr().out


@pytest.mark.parametrize(
    "dependencies",
    [None, [], [PACKAGE, {"name": "numpy", "skip_reason": "not found on PyPI"}]],
    ids=["no report", "no package", "one left out"],
)
def test_what_could_not_be_asked_about_does_not_pass(
    dependencies: list[dict[str, Any]] | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(auditing(tmp_path, dependencies, "no such host")) == NOT_ASKED
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("no such host\nNOT AUDITED: ")
