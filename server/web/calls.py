"""The list of calls, and the record of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.web.auth import require
from server.web.look import clock, page
from server.web.metrics import rows_of, tally_of, targets_of
from server.web.plan import TITLES, Planned, plan_of
from server.web.recordings import recording
from server.web.review import Review, review_of
from server.web.sight import ask, seen_call, store_of

PAGE = 30
"""Calls a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSpan:
    """A beat where the script would have it (media seconds)."""

    title: str
    start: float
    end: float


async def list_calls(request: Request) -> Response:
    """Show calls, newest first: a rep's own, a manager's all."""
    caller = await require(request)
    everyone = caller.may("manager")
    query = request.query_params.get("q", "").strip()[:200]
    found = await ask(
        store_of(request).calls,
        limit=PAGE + 1,
        before=request.query_params.get("before") or None,
        rep=None if everyone else caller.email or caller.name,
        query=query,
    )
    shown = found[:PAGE]
    more = {"before": shown[-1].id, **({"q": query} if query else {})} if len(found) > PAGE else None
    older = urlencode(more) if more else ""
    return page(request, "calls.html", {"calls": shown, "everyone": everyone, "query": query, "older": older})


async def record(request: Request) -> Response:
    """Show one call: what was said, how it was spent, what came of it."""
    call = await seen_call(request)
    store = store_of(request)
    envelopes = await ask(store.events, call.id)
    summary = await ask(store.summary, call.id)
    wrapup = await ask(store.wrapup, call.id)
    cue_marks = await ask(store.cue_marks, call.id)
    caller = await require(request)
    review = await ask(review_of, envelopes, call.duration, targets_of(request, call.playbook))
    values = {
        "call": call,
        "at": call.started_at or call.created_at,
        "rep_name": spoken(call.rep) or "Rep",
        "review": review,
        "cue_marks": cue_marks,
        "me": caller.email or caller.name,
        "summary": summary,
        "step": wrapup.next_step if wrapup else summary.next_step if summary else None,
        "outcome": call.outcome or (summary.outcome if summary else ""),
        "sentiment": call.sentiment or (summary.sentiment if summary else ""),
        "titles": TITLES,
        "planned": planned_spans(await plan_of(request, call), review),
        "marks": marks(review.duration),
        "figures": rows_of(review.metrics),
        "fillers": tally_of(review.metrics.fillers),
        "drawing": caption(review),
    }
    return page(request, "record.html", values)


def spoken(rep: str) -> str:
    """A rep's name as people say it: of an e-mail, what is before the @."""
    name, at, _ = rep.partition("@")
    return name.replace(".", " ").replace("_", " ").title() if at else name


def planned_spans(plan: Sequence[Planned], review: Review) -> list[PlannedSpan]:
    """Lay the planned beats one after another from where the first one began."""
    at = review.metrics.visits[0].start if review.metrics.visits else 0.0
    spans = []
    for beat in plan if review.metrics.visits else ():
        end = min(at + beat.budget, review.duration)
        if end > at:
            spans.append(PlannedSpan(title=beat.title, start=at, end=end))
        at = end
    return spans


def marks(whole: float) -> list[float]:
    """Where the drawing says the time: at most eight places, on round seconds."""
    step = next((step for step in (5, 10, 15, 30, 60, 120, 300, 600) if whole / step <= 8), 1800)
    return [float(at) for at in range(0, int(whole) + 1, step)]


def caption(review: Review) -> str:
    """Say in words what the drawing shows."""
    turns = len(review.said)
    parts = [f"A call of {clock(review.duration)} with {turns} turns"]
    parts += [f"{TITLES[visit.beat]} from {clock(visit.start)}" for visit in review.metrics.visits]
    parts.append(f"{len(review.cues)} cues")
    return "; ".join(parts)


routes: list[BaseRoute] = [
    Route("/calls", list_calls),
    Route("/calls/{id}", record),
    Route("/calls/{id}/recording", recording),
]
