"""The findings as one HTML page that one can act from, and as plain values. Finds nothing.

Pictures are marked on the page to be removed or given another label; it then offers a list of these
decisions, and where the data is files, a manifest of what is kept: training goes on from there.
"""

import base64
import io
import os
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from PIL import Image

from tenfold.class_folders import PARTS
from tenfold.evaluation import html
from tenfold.evaluation.data_check.findings import DataCheck, Finding, ProblemKind
from tenfold.evaluation.data_check.pictures import AllPictures, Pixels

# The most findings of a kind, and pictures of a finding, on a page that should open quickly.
FINDINGS, PICTURES = 120, 12
THUMBNAIL = 96
# The manifest of what is kept lists every file; past so many the page would be too large.
MOST_LISTED = 200_000
_QUALITY = 80


def write_page(
    path: Path, report: DataCheck, pool: AllPictures, root: Path | None, *, absolute: bool = True
) -> None:
    """Write the page.

    Args:
        path: where to.
        report: the findings.
        pool: the pictures that they are about.
        root: where the sources are files, the folder they are relative to.
        absolute: whether the manifest of what is kept names whole paths, or paths from `root`: a page of a
            server tells its readers no folders.

    Raises:
        UsageError: it cannot be written.
    """
    html.write(path, render(report, pool, root, absolute=absolute), "The page")


def render(report: DataCheck, pool: AllPictures, root: Path | None, *, absolute: bool = True) -> str:
    """The page as text."""
    environment = _environment()
    sections = [_section(problem, pool) for problem in report.problems]
    used = {item["number"] for section in sections for f in section["findings"] for item in f["items"]}
    return environment.get_template("check.html").render(
        report=report,
        name=report.name if absolute else _name(report),
        sections=sections,
        clean=[section for section in sections if not section["count"]],
        balance=_balance(report),
        parts=PARTS,
        pictures=len(pool),
        facts={
            "classes": list(report.classes),
            "parts": list(PARTS),
            "fingerprint": report.fingerprint,
            "name": _name(report),
            "marked": {
                number: [pool.sources[number], int(pool.labels[number]), int(pool.parts[number])]
                for number in sorted(used)
            },
            "manifest": _manifest(pool, root, absolute),
        },
        **html.inlined(environment, ["check.css"], "check.js"),
    )


def as_json(report: DataCheck, pool: AllPictures) -> dict[str, Any]:
    """All findings as plain JSON types."""
    return {
        "source": report.name,
        "fingerprint": report.fingerprint,
        "pictures": len(pool),
        "classes": list(report.classes),
        "counts": {
            part: dict(zip(report.classes, row, strict=True))
            for part, row in zip(PARTS, report.counts.tolist(), strict=True)
        },
        "remarks": list(report.remarks),
        "skipped": [{"source": one.source, "reason": one.reason} for one in report.skipped],
        "problems": {
            problem.name: [
                {
                    "score": round(finding.score, 4),
                    "note": finding.note,
                    **({"suggestion": finding.suggestion} if finding.suggestion else {}),
                    "pictures": [
                        {
                            "source": pool.sources[number],
                            "label": pool.classes[pool.labels[number]],
                            "part": PARTS[pool.parts[number]],
                        }
                        for number in finding.pictures
                    ],
                }
                for finding in problem.findings
            ]
            for problem in report.problems
        },
    }


def _section(problem: ProblemKind, pool: AllPictures) -> dict[str, Any]:
    shown = [_finding(finding, pool) for finding in problem.findings[:FINDINGS]]
    return {
        "name": problem.name,
        "title": problem.title,
        "advice": problem.advice,
        "count": len(problem.findings),
        "pictures": problem.pictures,
        "findings": shown,
        "grouped": any(len(finding.pictures) > 1 for finding in problem.findings),
        "removable": problem.name != "rare",
    }


def _finding(finding: Finding, pool: AllPictures) -> dict[str, Any]:
    items = [
        {
            "number": number,
            "source": pool.sources[number],
            "label": pool.classes[pool.labels[number]],
            "part": PARTS[pool.parts[number]],
            "picture": _thumbnail(pool.picture(number)),
        }
        for number in finding.pictures[:PICTURES]
    ]
    return {
        "note": finding.note,
        "suggestion": finding.suggestion,
        "suggested": pool.classes.index(finding.suggestion) if finding.suggestion else None,
        "items": items,
        "more": len(finding.pictures) - len(items),
    }


def _balance(report: DataCheck) -> list[dict[str, Any]]:
    most = max(1, int(report.counts.max()))
    return [
        {"label": label, "counts": row, "share": row[0] / most}
        for label, row in zip(report.classes, report.counts.T.tolist(), strict=True)
    ]


def _name(report: DataCheck) -> str:
    return Path(report.name).name or report.name


def _manifest(pool: AllPictures, root: Path | None, absolute: bool) -> list[list[Any]] | None:
    """Every picture's path, label and part; None where they are no files or too many."""
    if root is None or len(pool) > MOST_LISTED:
        return None
    place = Path(os.path.realpath(root)) if absolute else Path()
    return [
        [(place / source).as_posix(), int(label), int(part)]
        for source, label, part in zip(pool.sources, pool.labels, pool.parts, strict=True)
    ]


def _thumbnail(picture: Pixels) -> str:
    image = Image.fromarray(np.ascontiguousarray(picture))
    if image.width > THUMBNAIL:
        image = image.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WebP", quality=_QUALITY, method=4)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


@cache  # with the templates once they are compiled
def _environment() -> jinja2.Environment:
    environment = html.environment("tenfold.evaluation.data_check")
    environment.filters["count"] = lambda number: f"{number:,}"
    return environment
