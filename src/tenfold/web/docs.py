"""GET /docs and /openapi.json: Swagger UI over the OpenAPI document, every asset from this machine.

The package fastapi-offline carries Swagger UI as it is published; only those files of it are used.
"""

from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from tenfold.web.security.access import Viewer
from tenfold.web.security.guard import DOCS_PATH

router = APIRouter(include_in_schema=False)

_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tenfold: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{DOCS_PATH}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{DOCS_PATH}/swagger-ui-bundle.js"></script>
<script src="{DOCS_PATH}/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
"""
DOCUMENT = "/openapi.json"
_CACHED = {"Cache-Control": "private, max-age=3600"}


@router.get(DOCUMENT)
def document(request: Request, who: Viewer) -> JSONResponse:
    return JSONResponse(request.app.openapi())


@router.get(DOCS_PATH)
async def docs(who: Viewer) -> HTMLResponse:
    return HTMLResponse(_PAGE, headers={"Cache-Control": "no-cache"})


@router.get(f"{DOCS_PATH}/start.js")
async def start(who: Viewer) -> Response:
    return Response(_START, media_type="text/javascript", headers=_CACHED)


@router.get(f"{DOCS_PATH}/swagger-ui-bundle.js")
def script(who: Viewer) -> Response:
    return _asset("swagger-ui-bundle.js", "text/javascript")


@router.get(f"{DOCS_PATH}/swagger-ui.css")
def style(who: Viewer) -> Response:
    return _asset("swagger-ui.css", "text/css")


def _asset(name: str, media_type: str) -> Response:
    content = files("fastapi_offline").joinpath("static", name).read_bytes()
    return Response(content, media_type=media_type, headers=_CACHED)
