"""The pages on which managers and admins change playbooks."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.web.auth import require
from server.web.look import page
from server.web.playbook_shapes import PlaybookRow
from server.web.playbooks import checked, rows_of
from server.web.sight import ask, store_of

FRESH = """\
# Says only what differs from {base}; everything else is taken from there.
name: {name}
title: {title}
extends: {base}
trigger: When this call is made
"""


async def list_page(request: Request) -> Response:
    """List the playbooks: type, version, who saved it and when."""
    await require(request, "manager")
    rows = await ask(rows_of, store_of(request))
    shown = [PlaybookRow.of(row, reading) for row, reading in rows]
    return page(request, "playbooks.html", {"playbooks": shown})


async def edit_page(request: Request) -> Response:
    """Show the editor of a playbook, with the text that runs or with an older version of it."""
    await require(request, "manager")
    name, store = request.path_params["name"], store_of(request)
    history = await ask(store.playbook_history, name)
    if not history:
        raise HTTPException(404, "There is no playbook of that name.")
    running = next((save for save in history if save.active), None)
    wanted = request.query_params.get("version", "")
    shown = (
        next((save for save in history if save.version == wanted), None) if wanted else running or history[0]
    )
    if shown is None:
        raise HTTPException(404, "There is no such version of that playbook.")
    older = shown if running is None or shown.version != running.version else None
    return await _editor(request, name, shown.text, {"history": history, "older": older, "running": running})


async def new_page(request: Request) -> Response:
    """Show the editor for a playbook that extends another; nothing is kept before it is saved."""
    await require(request, "manager")
    name = request.query_params.get("name", "").strip().lower()
    base = request.query_params.get("from", "")
    store = store_of(request)
    known = await ask(store.running_versions)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name) or name == "new":
        raise HTTPException(422, "A name has small letters, digits and hyphens, such as post-webinar.")
    if base not in known:
        raise HTTPException(422, f"Take one of these to start from: {', '.join(known)}.")
    if name in known:
        raise HTTPException(409, f"There is a playbook {name} already.")
    text = FRESH.format(name=name, title=name.replace("-", " ").capitalize(), base=base)
    return await _editor(request, name, text, {"history": [], "older": None, "running": None})


async def _editor(request: Request, name: str, text: str, values: dict[str, object]) -> Response:
    found = await ask(checked, store_of(request), name, text)
    told = {"name": name, "text": text, "found": found.model_dump(mode="json"), **values}
    return page(request, "playbook.html", told)


routes: list[BaseRoute] = [
    Route("/admin/playbooks", list_page),
    Route("/admin/playbooks/new", new_page),
    Route("/admin/playbooks/{name}", edit_page),
]
