"""The floor of a page: a route that renders a template of a page's size, and nothing else."""

import os

from fastapi import FastAPI
from jinja2 import Environment
from starlette.responses import HTMLResponse

_LINE = "Kom förbi, ta en fika och prata med någon om du vill. Du behöver inte säga vem du är."
_TEMPLATE = Environment(autoescape=True).from_string(
    "<!doctype html><title>{{ title }}</title><ul>{% for line in lines %}<li><p>{{ line }}</p></li>{% endfor %}</ul>"
)

app = FastAPI()
_lines = [_LINE] * (int(os.environ["BARE_PAGE_BYTES"]) // len(f"<li><p>{_LINE}</p></li>".encode()))


@app.get("/bare")
async def show() -> HTMLResponse:
    """As many lines as the page has bytes for."""
    return HTMLResponse(_TEMPLATE.render(title="Allt stöd", lines=_lines))
