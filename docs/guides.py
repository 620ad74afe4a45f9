"""Writes the pages of the documentation that the page Line names as HTML, which the server itself shows.

They are kept in the repository and travel in the wheel, so that they open where there is no internet and no
copy of the source. A link to a page that is not among them becomes plain text.
"""

import posixpath
import re
from pathlib import Path

import markdown

DOCS = Path(__file__).parent
FOLDER = DOCS.parent / "src/tenfold/web/guides"
# Its name under /docs/guides, and the page it is made of.
GUIDES = {
    "line-tutorial": "tutorial/line.md",
    "line": "how-to/line.md",
    "plant-signals": "reference/plant-signals.md",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tenfold: {title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="guides.css">
</head>
<body>
<nav>{others}</nav>
<main>
{body}
</main>
</body>
</html>
"""


def guide(name: str) -> str:
    """One guide as a page of HTML."""
    source = GUIDES[name]
    text = re.sub(r"<!--.*?-->\n?", "", (DOCS / source).read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", lambda found: _link(found, posixpath.dirname(source)), text)
    body = markdown.markdown(text, extensions=["fenced_code", "tables", "toc"])
    body = body.replace("<table>", '<div class="wide" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    others = "\n".join(f'<a href="{one}">{title_of(one)}</a>' for one in GUIDES if one != name)
    return _PAGE.format(title=title_of(name), others=others, body=body)


def title_of(name: str) -> str:
    """The heading of a guide."""
    return (DOCS / GUIDES[name]).read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ")


def _link(found: re.Match[str], folder: str) -> str:
    words, (address, _, heading) = found[1], found[2].partition("#")
    if "://" in address:
        return found[0]
    page = posixpath.normpath(posixpath.join(folder, address))
    name = next((one for one, source in GUIDES.items() if source == page), None)
    return words if name is None else f"[{words}]({name}{heading and '#' + heading})"


def write() -> None:
    for name in GUIDES:
        (FOLDER / f"{name}.html").write_text(guide(name), encoding="utf-8")
