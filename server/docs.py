"""The description of the API as a page that works without the internet."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

_PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>覆盖 fugai API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/assets/server/icon.svg">
<link rel="stylesheet" href="/assets/vendor/swagger-ui-dist/swagger-ui.css"></head>
<body><div id="swagger"></div>
<script src="/assets/vendor/swagger-ui-dist/swagger-ui-bundle.js"></script>
<script nonce="{nonce}">
SwaggerUIBundle({{url: "/openapi.json", dom_id: "#swagger", validatorUrl: null}});
</script></body></html>"""


def add_docs(app: FastAPI) -> None:
    """Add ``/docs``; FastAPI's own page would load its script from another host."""

    @app.get("/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(_PAGE.format(nonce=request.state.nonce))
