"""Serves the page and the phone app (the frontend's build), and pages of reports.

Knows where its pages are, and nothing of what they do.
"""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from tenfold.web.security.guard import PHONE_PATH

BUILT = Path(__file__).parent / "static"
# One document serves all of them (frontend/src/shell/addresses/routes.ts).
PAGES = (
    "/", "/teach", "/catalogue", "/review", "/cameras", "/line", "/line/{number:int}", "/models", "/data",
    "/settings",
)  # fmt: skip

# Sandboxed without allow-same-origin: it has an origin of its own, sends no cookie, and cannot read our
# answers. Its policy allows no requests; its scripts and styles are inline.
_SANDBOX = (
    "sandbox allow-scripts allow-downloads allow-popups; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_NOT_BUILT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tenfold</title>
</head>
<body>
<h1>The page was not built</h1>
<p>This is a copy of tenfold's source, and its page has to be built once. In its folder, run</p>
<pre>make frontend</pre>
<p>and start tenfold again. The <a href="docs">API</a> works without it.</p>
</body>
</html>
"""


class _Assets(StaticFiles):
    """Files whose names change with their content, so a browser need never ask again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class _PhoneFiles(_Assets):
    """The same for the phone app. Its runtime lies there compressed, in a form that every browser unpacks."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not path.endswith(".wasm"):
            return await super().get_response(path, scope)
        response = await super().get_response(f"{path}.gz", scope)
        response.headers["Content-Type"] = "application/wasm"
        response.headers["Content-Encoding"] = "gzip"
        return response


_ASK_AGAIN = {"Cache-Control": "no-cache"}


def install(app: FastAPI, built: Path = BUILT, root: str = "") -> None:
    """Serve the build in `built`: the page, its assets, and the files beside it as they are now.

    Args:
        root: what stands before each of the server's addresses.
    """
    # The phone app (frontend/src/phone) works without a server once it was opened.
    index, phone = (_Document(built / name, root) for name in ("index.html", "phone.html"))

    def serve(path: str, answer: Callable[[], Response]) -> None:
        app.add_api_route(path, answer, methods=["GET", "HEAD"], include_in_schema=False)

    for page in PAGES:
        serve(page, lambda: index.answer(200))
    serve(PHONE_PATH, lambda: phone.answer(200))
    for file in sorted(built.iterdir()) if built.is_dir() else []:
        if file.is_file() and file.suffix != ".html":
            serve(f"/{file.name}", _file(file))
    if (built / "assets").is_dir():
        app.mount("/assets", _Assets(directory=built / "assets"))
    if (built / "phone").is_dir():
        app.mount(PHONE_PATH, _PhoneFiles(directory=built / "phone"))
    _answer_people(app, index)


def _file(file: Path) -> Callable[[], Response]:
    return lambda: FileResponse(file, headers=_ASK_AGAIN)


class _Document:
    """A page. Its addresses are written relative to it; here they get the root."""

    def __init__(self, file: Path, root: str) -> None:
        self.file, self._root = file, root

    def answer(self, status: int) -> Response:
        if not self.file.is_file():
            return HTMLResponse(_NOT_BUILT, 503)
        text = self.file.read_text(encoding="utf-8").replace('="./', f'="{self._root}/')
        return HTMLResponse(text, status, headers=_ASK_AGAIN)


def _answer_people(app: FastAPI, index: _Document) -> None:
    """For an unknown address give a browser the page, which says so; a program gets problem details."""
    usual = app.exception_handlers[HTTPException]

    async def missing(request: Request, error: Exception) -> Response:
        wanted = request.headers.get("accept", "")
        api = request.url.path.startswith("/api/")
        if request.method in ("GET", "HEAD") and "text/html" in wanted and not api and index.file.is_file():
            return index.answer(404)
        answer: Response = await usual(request, error)  # type: ignore[misc]  # ours are all coroutines
        return answer

    app.add_exception_handler(404, missing)


def page_response(content: bytes) -> HTMLResponse:
    """A page that a report wrote, shut off from the API."""
    return HTMLResponse(content, headers={"Content-Security-Policy": _SANDBOX})
