"""Puts pip into an environment made without it, from its wheel on PyPI.

For a Python that has venv but not ensurepip, as Debian's without the package python3-venv. Run by that
environment's own Python. The wheel's version and content are pinned; PIP_INDEX_URL names another index.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

WHEEL = "pip-26.3-py3-none-any.whl"
SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


def main() -> None:
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    # Asked for by name: an index may answer with HTML (PEP 503) or JSON (PEP 691), and this reads the first.
    request = urllib.request.Request(index, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        page = answer.read().decode()
    found = re.search(rf'href="([^"]*{re.escape(WHEEL)}[^"]*)"', page)
    if not found:
        sys.exit(f"tenfold: {index} does not have {WHEEL}. On Debian: apt-get install python3-venv")
    with urllib.request.urlopen(urllib.parse.urljoin(index, found[1]), timeout=60) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit(f"tenfold: {WHEEL} from {index} is not the one that was published. It was not used.")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / WHEEL
        wheel.write_bytes(content)
        # A wheel is a zip file, and pip runs from inside one: it installs itself.
        pip = [sys.executable, str(wheel / "pip"), "install", "--quiet", "--no-index", str(wheel)]
        subprocess.run(pip, check=True)


if __name__ == "__main__":
    main()
