"""A hook of mkdocs: the reports of the bundled models become pages of the site, `reports/NAME.html`."""

import gzip
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

MODELS = Path(__file__).parent.parent / "src/tenfold/models"
_ENDING = "-report.html.gz"


def on_files(files: Files, config: Any) -> Files:
    for report in sorted(MODELS.glob(f"*{_ENDING}")):
        name = report.name.removesuffix(_ENDING)
        content = gzip.decompress(report.read_bytes())
        files.append(File.generated(config, f"reports/{name}.html", content=content))
    return files
