"""Sends a page that a report wrote: one file with everything inside, shut off from the API."""

from fastapi.responses import HTMLResponse

# Sandboxed without allow-same-origin: it has an origin of its own, sends no cookie, reads no answer of ours.
# Its policy lets it fetch nothing; its own scripts and styles stand in it.
_SANDBOX = (
    "sandbox allow-scripts allow-downloads allow-popups; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def page_response(content: bytes) -> HTMLResponse:
    """The page as an answer."""
    return HTMLResponse(content, headers={"Content-Security-Policy": _SANDBOX})
