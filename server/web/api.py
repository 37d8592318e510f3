"""The HTTP API, `/api/v1`: one table of its addresses, which `openapi.py` publishes."""

from __future__ import annotations

import base64
import secrets
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.errors import Malformed, Refused
from server.events import Order
from server.outside.playbooks import newer_playbooks
from server.records import Call
from server.web import playbooks
from server.web.auth import Caller, require
from server.web.body import model_of, number
from server.web.cue_api import ENDPOINTS as CUE_ENDPOINTS
from server.web.metrics import MetricsOut, show_metrics
from server.web.openapi import Endpoint, Query, document
from server.web.plan import plan_of
from server.web.recordings import recording
from server.web.shapes import (
    CallDetail,
    CallList,
    CallRow,
    Current,
    Made,
    NewCall,
    OrderBody,
    PlannedBeat,
    Stream,
    StreamParameters,
    SummaryOut,
    WrapUp,
)
from server.web.sight import ask, current_call, desk_of, seen_call, store_of
from server.web.wrapup import keep_wrapup

PAGE = 50
"""Calls a page when nothing else is asked for."""

MOST = 200


def _new_id() -> str:
    """A call's id: 80 random bits in letters and digits that are safe in addresses, file names and shells."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def _stream_url(request: Request) -> str:
    public = urlsplit(request.app.state.settings.public_url or str(request.base_url))
    scheme = "wss" if public.scheme == "https" else "ws"
    return f"{scheme}://{public.netloc}{public.path.rstrip('/')}/media/twilio"


def _rep_of(caller: Caller, asked: str) -> str:
    own = caller.email or caller.name
    if not asked:
        return own if caller.kind == "person" else ""
    if not caller.may("manager") and not caller.answers_to(asked):
        raise Refused("A rep makes own calls only: leave `rep` out.")
    return asked


async def make_call(request: Request) -> Response:
    """Announce a call and get a one-time token for its stream."""
    caller = await require(request)
    body = await model_of(request, NewCall)
    running = request.app.state.playbooks
    running |= await ask(newer_playbooks, store_of(request), running)
    playbook = running.get(body.playbook)
    if playbook is None:
        known = ", ".join(sorted(running))
        raise Malformed(f"There is no playbook {body.playbook!r}. There are: {known}.")
    now = request.app.state.clock()
    given = body.model_dump(exclude={"rep", "date"})
    call = Call(
        id=_new_id(),
        rep=_rep_of(caller, body.rep),
        date=body.date or now.astimezone(ZoneInfo(body.tz or "UTC")).date().isoformat(),
        playbook_version=playbook.version,
        created_at=now,
        **given,
    )
    store = store_of(request)
    await ask(store.add_call, call)
    token = await ask(store.new_stream_token, call.id, now)
    parameters = StreamParameters(call_id=call.id, rep_track=call.rep_track, token=token)
    made = Made(id=call.id, stream=Stream(url=_stream_url(request), parameters=parameters))
    headers = {"Location": f"/api/v1/calls/{call.id}"}
    return JSONResponse(made.model_dump(mode="json"), status_code=201, headers=headers)


async def list_calls(request: Request) -> Response:
    """List calls, newest first: a rep's own, a manager's all."""
    caller = await require(request)
    asked = request.query_params
    limit = min(max(number(asked.get("limit"), PAGE, "limit"), 1), MOST)
    rep = asked.get("rep", "") if caller.may("manager") else caller.email or caller.name
    found = await ask(
        store_of(request).calls,
        limit=limit + 1,
        before=asked.get("before") or None,
        rep=rep or None,
        query=asked.get("q", "")[:200],
    )
    shown = found[:limit]
    more = shown[-1].id if len(found) > limit else None
    answer = CallList(calls=[CallRow.of(call) for call in shown], next=more)
    return JSONResponse(answer.model_dump(mode="json"))


async def current(request: Request) -> Response:
    """Say which call goes on now: what a desk should follow."""
    caller = await require(request)
    call = await current_call(request, caller)
    answer = Current(call=None, beats=[])
    if call is not None:
        beats = [PlannedBeat(**asdict(beat)) for beat in await plan_of(request, call)]
        own = await desk_of(request, caller, call)
        answer = Current(call=CallRow.of(call), beats=beats, own=own)
    return JSONResponse(answer.model_dump(mode="json"))


async def show_call(request: Request) -> Response:
    """Show one call and its summary."""
    call = await seen_call(request)
    summary = await ask(store_of(request).summary, call.id)
    detail = CallDetail(**CallRow.of(call).model_dump())
    detail.summary = SummaryOut.model_validate(summary, from_attributes=True) if summary else None
    return JSONResponse(detail.model_dump(mode="json", by_alias=True))


async def call_events(request: Request) -> Response:
    """Give the stored events of a call, one envelope a line (docs/events.md)."""
    call = await seen_call(request)
    after = number(request.query_params.get("after"), 0, "after")
    envelopes = await ask(store_of(request).events, call.id, after)
    text = "".join(f"{envelope.to_line()}\n" for envelope in envelopes)
    return Response(text, media_type="application/jsonl")


async def give_order(request: Request) -> Response:
    """Pass on what the rep pressed to the live call; it becomes part of the call's log."""
    call = await seen_call(request)
    body = await model_of(request, OrderBody)
    if call.state != "live":
        raise HTTPException(409, "This call is not live; only a live call takes orders.")
    taken = await request.app.state.live.order(call.id, Order(at=0.0, action=body.action, target=body.target))
    if taken is False:
        raise HTTPException(409, "This call has just ended.")
    return JSONResponse(body.model_dump(), status_code=202)


async def save_wrapup(request: Request) -> Response:
    """Keep what the rep confirms after the call, and send it to the CRM."""
    call = await seen_call(request)
    body = await model_of(request, WrapUp)
    if call.state != "ended":
        raise HTTPException(409, "This call has not ended yet; wrap it up afterwards.")
    await keep_wrapup(request, call, body)
    return JSONResponse(body.model_dump(mode="json", by_alias=True))


async def openapi(request: Request) -> Response:
    """Describe this API (OpenAPI 3.1)."""
    await require(request)
    return JSONResponse(document(ENDPOINTS, _version()))


def _version() -> str:
    try:
        return version("beatline")
    except PackageNotFoundError:
        return "0"


_NUMBER = {"type": "integer", "minimum": 0}

ENDPOINTS = (
    Endpoint(
        method="POST", path="/api/v1/calls", answer=make_call, status=201, takes=NewCall, gives=Made,
        about="Announce a call and get a one-time token for its stream.", problems=(413, 415, 422),
    ),
    Endpoint(
        method="GET", path="/api/v1/calls", answer=list_calls, gives=CallList,
        about="List calls, newest first.", problems=(422,),
        query=(
            Query(name="limit", about="Calls a page.", schema={**_NUMBER, "maximum": MOST, "default": PAGE}),
            Query(name="before", about="The `next` of the page before."),
            Query(name="rep", about="E-mail or name; managers only."),
            Query(name="q", about="Words to look for in contact and company."),
        ),
    ),
    Endpoint(
        method="GET", path="/api/v1/calls/current", answer=current, gives=Current,
        about="The call that goes on now: what a desk should follow.",
    ),
    Endpoint(
        method="GET", path="/api/v1/calls/{id}", answer=show_call, gives=CallDetail,
        about="One call and its summary.", problems=(404,),
    ),
    Endpoint(
        method="GET", path="/api/v1/calls/{id}/events", answer=call_events, media_type="application/jsonl",
        about="The stored events of a call, one envelope a line.", problems=(404, 422),
        query=(Query(name="after", about="Only those with a higher number.", schema=_NUMBER),),
    ),
    Endpoint(
        method="GET", path="/api/v1/calls/{id}/metrics", answer=show_metrics, gives=MetricsOut,
        about="The figures of a call: shares, also per beat, and how both sides talked.", problems=(404,),
    ),
    Endpoint(
        method="POST", path="/api/v1/calls/{id}/orders", answer=give_order, status=202,
        takes=OrderBody, gives=OrderBody, about="What the rep pressed, for the live call.",
        problems=(404, 409, 413, 415, 422),
    ),
    Endpoint(
        method="POST", path="/api/v1/calls/{id}/wrapup", answer=save_wrapup, takes=WrapUp, gives=WrapUp,
        about="What the rep confirms after the call.", problems=(404, 409, 413, 415, 422),
    ),
    Endpoint(
        method="GET", path="/api/v1/calls/{id}/recording", answer=recording, media_type="audio/wav",
        about="The two-channel recording (rep 1, prospect 2); honours Range.", problems=(404, 416),
    ),
    *CUE_ENDPOINTS,
    *playbooks.ENDPOINTS,
)  # fmt: skip

routes: list[BaseRoute] = [
    *(endpoint.route for endpoint in ENDPOINTS),
    Route("/api/openapi.json", openapi),
]
