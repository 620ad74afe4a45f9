"""A hook of mkdocs: a page that would load a script, style or picture from elsewhere stops the build."""

import re
from typing import Any

from mkdocs.exceptions import PluginError

_FROM_ELSEWHERE = re.compile(
    r"""<(?:script|img|iframe|source|video)\b[^>]*\bsrc=["']?(?:https?:)?//[^>]*>"""
    r"""|<link\b[^>]*\brel=["']?(?:stylesheet|preconnect|preload|icon)[^>]*\bhref=["']?(?:https?:)?//[^>]*>"""
    r"""|<link\b[^>]*\bhref=["']?(?:https?:)?//[^>]*\brel=["']?(?:stylesheet|preconnect|preload|icon)[^>]*>""",
    re.IGNORECASE,
)


def from_elsewhere(html: str) -> list[str]:
    """The tags that make a browser load something from another host."""
    return _FROM_ELSEWHERE.findall(html)


def on_post_page(output: str, page: Any, config: Any) -> str:
    found = from_elsewhere(output)
    if found:
        raise PluginError(f"{page.file.src_uri} would load this from elsewhere: {found[0]}")
    return output
