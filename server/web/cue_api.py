"""The part of the HTTP API that is about cues: what became of them, marks on them, kinds that a rep muted."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.errors import Malformed, Refused
from server.web.auth import Caller, require
from server.web.body import number
from server.web.cue_query import CueQuery, query_of
from server.web.cue_shapes import CueFiguresOut, CueList, CueMarks, CueOut, CueQuality, MutedKinds
from server.web.openapi import Endpoint, Query
from server.web.shapes import MUTABLE
from server.web.sight import ask, seen_call, store_of

PAGE = 50
"""Cues a page when nothing else is asked for."""

MOST = 200


def asked_of(request: Request, caller: Caller) -> CueQuery:
    """Read which cues are asked for."""
    return query_of(request.query_params, caller, request.app.state.clock().date())


async def cue_quality(request: Request) -> Response:
    """Count what became of cues, by kind and by rep: a rep's own, a manager's all."""
    asked = asked_of(request, await require(request))
    return JSONResponse((await quality_of(request, asked)).model_dump(mode="json"))


async def quality_of(request: Request, asked: CueQuery) -> CueQuality:
    """Ask the store for everything that the figures of a period are made of."""
    store = store_of(request)
    kinds, reps, everything = [
        [
            CueFiguresOut.model_validate(row)
            for row in await ask(store.cue_figures, by, *asked.period, asked.reps)
        ]
        for by in ("kind", "rep", "all")
    ]
    return CueQuality(
        since=asked.since, until=asked.until, all=next(iter(everything), None), kinds=kinds, reps=reps
    )


async def list_cues(request: Request) -> Response:
    """List the cues of a period, newest call first: a rep's own, a manager's all."""
    asked = asked_of(request, await require(request))
    limit = min(max(number(request.query_params.get("limit"), PAGE, "limit"), 1), MOST)
    skip = number(request.query_params.get("skip"), 0, "skip")
    return JSONResponse((await cues_of(request, asked, limit, skip)).model_dump(mode="json"))


async def cues_of(request: Request, asked: CueQuery, limit: int, skip: int) -> CueList:
    """Ask the store for one page of cues."""
    found = await ask(
        store_of(request).kept_cues,
        *asked.period,
        reps=asked.reps,
        kind=asked.kind,
        fate=asked.fate,
        limit=limit + 1,
        skip=skip,
    )
    more = skip + limit if len(found) > limit else None
    return CueList(cues=[CueOut.of(cue) for cue in found[:limit]], next=more)


async def mark_wrong(request: Request) -> Response:
    """Note that the caller holds a cue to be wrong, after the call or during it."""
    call, caller = await seen_call(request), await require(request)
    n = number(request.path_params["n"], 0, "n")
    now = request.app.state.clock()
    if not await ask(store_of(request).mark_cue, call.id, n, caller.email or caller.name, now):
        raise HTTPException(404, "There is no such cue in this call.")
    return await _marks(request, call.id, n)


async def unmark_wrong(request: Request) -> Response:
    """Take the caller's own mark back."""
    call, caller = await seen_call(request), await require(request)
    n = number(request.path_params["n"], 0, "n")
    await ask(store_of(request).unmark_cue, call.id, n, caller.email or caller.name)
    return await _marks(request, call.id, n)


async def _marks(request: Request, call_id: str, n: int) -> Response:
    marks = await ask(store_of(request).cue_marks, call_id)
    return JSONResponse(CueMarks(call=call_id, n=n, wrong_by=marks.get(n, [])).model_dump())


async def muted_kinds(request: Request) -> Response:
    """List the kinds that the caller muted for later calls."""
    return await _muted(request, await _person(request))


async def mute_kind(request: Request) -> Response:
    """Mute a kind in the caller's later calls; an order mutes it in the one that goes on."""
    person, kind = await _person(request), request.path_params["kind"]
    if kind not in MUTABLE:
        raise Malformed(f"{kind[:40]!r} cannot be muted. What can: {', '.join(MUTABLE)}.")
    await ask(store_of(request).mute_kind, person.email, kind, request.app.state.clock())
    return await _muted(request, person)


async def unmute_kind(request: Request) -> Response:
    """Show a kind again from the caller's next call on."""
    person = await _person(request)
    await ask(store_of(request).unmute_kind, person.email, request.path_params["kind"])
    return await _muted(request, person)


async def _person(request: Request) -> Caller:
    caller = await require(request)
    if caller.kind != "person":
        raise Refused("Only people mute kinds of cues; sign in to do it.")
    return caller


async def _muted(request: Request, person: Caller) -> Response:
    kinds = await ask(store_of(request).muted_kinds, person.email)
    return JSONResponse(MutedKinds.model_validate({"kinds": kinds}).model_dump())


_NUMBER = {"type": "integer", "minimum": 0}
_DAY = {"type": "string", "format": "date"}
_PERIOD = (
    Query(name="since", about="First day of the period (UTC); 30 days when left out.", schema=_DAY),
    Query(name="until", about="Last day of the period (UTC); today when left out.", schema=_DAY),
    Query(name="rep", about="E-mail or name; managers only."),
)

ENDPOINTS = (
    Endpoint(
        method="GET", path="/api/v1/cues", answer=list_cues, gives=CueList,
        about="Cues that were raised, newest call first, with what became of them.", problems=(422,),
        query=(
            *_PERIOD,
            Query(name="kind", about="Only this kind."),
            Query(name="fate", about="Only those of which this became: `expired` means ignored."),
            Query(name="limit", about="Cues a page.", schema={**_NUMBER, "maximum": MOST, "default": PAGE}),
            Query(name="skip", about="The `next` of the page before.", schema=_NUMBER),
        ),
    ),
    Endpoint(
        method="GET", path="/api/v1/cues/quality", answer=cue_quality, gives=CueQuality,
        about="What became of cues, by kind and by rep, and how late they were.", problems=(422,), query=_PERIOD,
    ),
    Endpoint(
        method="PUT", path="/api/v1/calls/{id}/cues/{n}/wrong", answer=mark_wrong, gives=CueMarks,
        about="Mark a cue wrong.", problems=(404, 422),
    ),
    Endpoint(
        method="DELETE", path="/api/v1/calls/{id}/cues/{n}/wrong", answer=unmark_wrong, gives=CueMarks,
        about="Take the caller's own mark back.", problems=(404, 422),
    ),
    Endpoint(
        method="GET", path="/api/v1/muted", answer=muted_kinds, gives=MutedKinds,
        about="The kinds of cues that the caller muted for later calls.",
    ),
    Endpoint(
        method="PUT", path="/api/v1/muted/{kind}", answer=mute_kind, gives=MutedKinds,
        about="Mute a kind in the caller's later calls.", problems=(422,),
    ),
    Endpoint(
        method="DELETE", path="/api/v1/muted/{kind}", answer=unmute_kind, gives=MutedKinds,
        about="Show a kind again from the caller's next call on.",
    ),
)  # fmt: skip
