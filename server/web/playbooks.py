"""Playbooks over the HTTP API: read, checked while they are written, and saved, by managers and admins."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.call.playbook import Reading, check_playbook
from server.call.playbook_versions import changes, compared
from server.outside.playbooks import save_playbook
from server.outside.store import Store
from server.records import PlaybookText
from server.web.auth import require
from server.web.body import model_of
from server.web.openapi import Endpoint
from server.web.playbook_shapes import (
    Checked,
    DiffOut,
    Draft,
    FaultOut,
    NewVersion,
    PlaybookDetail,
    PlaybookHistory,
    PlaybookList,
    PlaybookRow,
    PreviewOut,
    Saved,
    SavedVersion,
    VersionText,
)
from server.web.problems import problem
from server.web.sight import ask, store_of

log = structlog.get_logger("beatline.playbooks")

LARGEST = 2 * 1024 * 1024
"""Bytes of a body at most: a text that is far too long is still told so with its line, not cut off."""


def rows_of(store: Store) -> list[tuple[PlaybookText, Reading]]:
    """Every playbook that runs, read; they may extend one another."""
    rows = store.running_playbooks()
    texts = {name: row.text for name, row in rows.items()}
    return [(row, check_playbook(row.text, texts, name)) for name, row in rows.items()]


def checked(store: Store, name: str, text: str) -> Checked:
    """What a text would be as this playbook."""
    rows = store.running_playbooks()
    reading = check_playbook(text, {other: row.text for other, row in rows.items()}, name)
    faults = [FaultOut.of(fault) for fault in reading.faults]
    playbook = reading.playbook
    if playbook is not None and (broken := changes(name, text, rows)[1]):
        faults.insert(0, FaultOut(line=1, field="", reason=broken, grave=True))
    row = rows.get(name)
    return Checked(
        version=playbook.version if playbook else None,
        runs=row.version if row else "",
        faults=faults,
        diff=[DiffOut.of(line) for line in compared(row.text if row else "", text)],
        preview=PreviewOut.of(playbook) if playbook else None,
    )


async def list_playbooks(request: Request) -> Response:
    """List the playbooks that run."""
    await require(request, "manager")
    rows = await ask(rows_of, store_of(request))
    answer = PlaybookList(playbooks=[PlaybookRow.of(row, reading) for row, reading in rows])
    return JSONResponse(answer.model_dump(mode="json"))


async def show_playbook(request: Request) -> Response:
    """Show one with its text."""
    await require(request, "manager")
    rows = {row.name: (row, reading) for row, reading in await ask(rows_of, store_of(request))}
    row, reading = _found(rows, request.path_params["name"])
    answer = PlaybookDetail(**PlaybookRow.of(row, reading).model_dump(), text=row.text)
    return JSONResponse(answer.model_dump(mode="json"))


def _found(rows: Mapping[str, tuple[PlaybookText, Reading]], name: str) -> tuple[PlaybookText, Reading]:
    if name not in rows:
        raise HTTPException(404, f"There is no playbook of that name. There are: {', '.join(rows)}.")
    return rows[name]


async def put_playbook(request: Request) -> Response:
    """Let a text run from the next call on; calls that go on keep the version they began with."""
    caller = await require(request, "manager")
    body = await model_of(request, NewVersion, LARGEST)
    name, store = request.path_params["name"], store_of(request)
    found = await ask(checked, store, name, body.text)
    if grave := [fault for fault in found.faults if fault.grave]:
        errors = [{"line": one.line, "field": one.field, "message": one.reason} for one in grave]
        told = "; ".join(f"line {one.line}, {one.field or 'playbook'}: {one.reason}" for one in grave)
        return problem(422, f"{name}, {told}", errors=errors)
    changed = await ask(
        save_playbook, store, name, body.text,
        replaces=body.replaces, author=caller.email or caller.name, note=body.note,
        now=request.app.state.clock(),
    )  # fmt: skip
    if changed is None:
        raise HTTPException(409, "Somebody saved another version meanwhile: load the page again and compare.")
    request.app.state.playbooks |= changed
    log.info("playbook saved", playbook=name, version=found.version, changed=sorted(changed))
    answer = Saved(version=found.version or "", changed=sorted(changed))
    return JSONResponse(answer.model_dump(mode="json"))


async def check(request: Request) -> Response:
    """Tell what is wrong with a text, how it reads, and what it changes; nothing is saved."""
    await require(request, "manager")
    body = await model_of(request, Draft, LARGEST)
    answer = await ask(checked, store_of(request), request.path_params["name"], body.text)
    return JSONResponse(answer.model_dump(mode="json"))


async def list_versions(request: Request) -> Response:
    """List every save of a playbook."""
    await require(request, "manager")
    saves = await ask(store_of(request).playbook_history, request.path_params["name"])
    if not saves:
        raise HTTPException(404, "There is no playbook of that name.")
    answer = PlaybookHistory(versions=[SavedVersion.of(save) for save in saves])
    return JSONResponse(answer.model_dump(mode="json"))


async def show_version(request: Request) -> Response:
    """Show a version with its text, whether it runs or not."""
    await require(request, "manager")
    name, version = request.path_params["name"], request.path_params["version"]
    row = await ask(store_of(request).playbook_text, name, version)
    if row is None:
        raise HTTPException(404, "There is no such version of that playbook.")
    answer = VersionText(**SavedVersion.of(row).model_dump(), text=row.text)
    return JSONResponse(answer.model_dump(mode="json"))


ENDPOINTS = (
    Endpoint(
        method="GET", path="/api/v1/playbooks", answer=list_playbooks, gives=PlaybookList,
        about="The playbooks that run; managers only, as all about playbooks.",
    ),
    Endpoint(
        method="GET", path="/api/v1/playbooks/{name}", answer=show_playbook, gives=PlaybookDetail,
        about="A playbook with its text.", problems=(404,),
    ),
    Endpoint(
        method="PUT", path="/api/v1/playbooks/{name}", answer=put_playbook, takes=NewVersion, gives=Saved,
        about="Let a text run from the next call on.", problems=(409, 413, 415, 422),
    ),
    Endpoint(
        method="POST", path="/api/v1/playbooks/{name}/check", answer=check, takes=Draft, gives=Checked,
        about="What is wrong with a text, how it reads and what it changes.", problems=(413, 415, 422),
    ),
    Endpoint(
        method="GET", path="/api/v1/playbooks/{name}/versions", answer=list_versions, gives=PlaybookHistory,
        about="Every save of a playbook, newest first.", problems=(404,),
    ),
    Endpoint(
        method="GET", path="/api/v1/playbooks/{name}/versions/{version}", answer=show_version,
        gives=VersionText, about="A version with its text.", problems=(404,),
    ),
)  # fmt: skip
