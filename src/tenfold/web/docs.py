"""GET /docs and /openapi.json: Swagger UI over the OpenAPI document, every asset from this machine.

The package fastapi-offline carries Swagger UI as it is published; only those files of it are used.
The guides are pages of the documentation that the page names (docs/guides.py writes them).
"""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from tenfold.web.request_errors import NotHere
from tenfold.web.security.access import Viewer
from tenfold.web.security.guard import DOCS_PATH
from tenfold.web.service import service_of

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tenfold: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{root}/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{root}/docs/swagger-ui-bundle.js"></script>
<script src="{root}/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
"""
DOCUMENT = "/openapi.json"
_GUIDES = Path(__file__).parent / "guides"
_STYLE = _GUIDES / "guides.css"
_CACHED = {"Cache-Control": "private, max-age=3600"}


@router.get(DOCUMENT)
def document(request: Request, who: Viewer) -> JSONResponse:
    root = service_of(request).settings.root_path
    return JSONResponse(request.app.openapi() | ({"servers": [{"url": root}]} if root else {}))


@router.get(DOCS_PATH)
async def docs(request: Request, who: Viewer) -> HTMLResponse:
    page = _PAGE.replace("{root}", service_of(request).settings.root_path)
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


@router.get(f"{DOCS_PATH}/start.js")
async def start(who: Viewer) -> Response:
    return Response(_START, media_type="text/javascript", headers=_CACHED)


@router.get(f"{DOCS_PATH}/swagger-ui-bundle.js")
def script(who: Viewer) -> Response:
    return _asset("swagger-ui-bundle.js", "text/javascript")


@router.get(f"{DOCS_PATH}/swagger-ui.css")
def style(who: Viewer) -> Response:
    return _asset("swagger-ui.css", "text/css")


@router.get(f"{DOCS_PATH}/guides/{{name}}")
def guide(who: Viewer, name: str) -> Response:
    if name == _STYLE.name:
        return Response(_STYLE.read_bytes(), media_type="text/css", headers=_CACHED)
    found = next((one for one in _GUIDES.glob("*.html") if one.stem == name), None)
    if found is None:
        raise NotHere(f"The guide {name[:64]}", "does not exist")
    return HTMLResponse(found.read_bytes(), headers={"Cache-Control": "no-cache"})


def _asset(name: str, media_type: str) -> Response:
    content = files("fastapi_offline").joinpath("static", name).read_bytes()
    return Response(content, media_type=media_type, headers=_CACHED)
