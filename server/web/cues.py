"""The managers' page of cues: which are followed, ignored or wrong, whose, and how late they come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.call.fates import Trace
from server.records import CueFate
from server.web.auth import require
from server.web.body import number
from server.web.cue_api import PAGE, asked_of, cues_of, quality_of
from server.web.cue_query import CueQuery
from server.web.cue_shapes import CueFiguresOut, CueOut, SpreadOut
from server.web.look import name_of, page, percent

SPANS = (7, 30, 90)
"""Days, as ready-made periods."""

COLUMNS: tuple[tuple[str, CueFate | None], ...] = (
    ("Raised", None), ("Followed", "followed"), ("Ignored", "expired"), ("Dismissed", "dismissed"), ("Wrong", "wrong"),
)  # fmt: skip
"""Counts of a row, each with the fate of the cues behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number that leads to the cues behind it."""

    name: str
    value: int
    part: str
    """Its share of what was raised."""
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures of a kind, or of a rep."""

    of: str
    counts: list[Count]
    muted: int
    calls: int
    total: SpreadOut | None
    legs: str


async def cues(request: Request) -> Response:
    """Show what became of the cues of a period, and list those that were asked for."""
    caller = await require(request, "manager")
    asked = asked_of(request, caller)
    skip = number(request.query_params.get("skip"), 0, "skip")
    quality = await quality_of(request, asked)
    listed = await cues_of(request, asked, PAGE, skip) if asked.kind or asked.fate or asked.rep else None
    today = request.app.state.clock().date()
    values = {
        "asked": asked,
        "all": quality.all,
        "kinds": [_row(row, asked, "kind") for row in quality.kinds],
        "reps": [_row(row, asked, "rep") for row in quality.reps],
        "columns": [name for name, _ in COLUMNS],
        "spans": list(_spans(asked, today)),
        "listed": None if listed is None else [(cue, _trace(cue)) for cue in listed.cues],
        "heading": heading(asked),
        "older": _address(asked, skip=listed.next) if listed and listed.next else "",
        "whole": _address(asked, kind="", fate="", rep=""),
    }
    return page(request, "cues.html", values)


def heading(asked: CueQuery) -> str:
    """Say which cues are listed: "Ignored: Make ask, alex@x.example"."""
    fate = next((name for name, fate in COLUMNS if fate == asked.fate), "Shown")
    kind = name_of(asked.kind)
    return f"{fate}: {', '.join(word for word in (kind, asked.rep) if word) or 'all'}"


def _address(asked: CueQuery, **other: str | int | date) -> str:
    return f"/cues?{urlencode(asked.words(**other))}"


def _row(row: CueFiguresOut, asked: CueQuery, by: str) -> Row:
    counts = [
        Count(
            name=name,
            value=value,
            part=percent(value / row.raised) if fate and value else "",
            link=f"{_address(asked, **{by: row.of, 'fate': fate or ''})}#list" if value and row.of else "",
        )
        for name, fate in COLUMNS
        for value in (getattr(row, fate or "raised"),)
    ]
    return Row(of=row.of, counts=counts, muted=row.muted, calls=row.calls, total=row.total, legs=_legs(row))


def _legs(row: CueFiguresOut) -> str:
    """Word where the time goes: the 95th of a hundred of each leg, which do not add up to that of the whole."""
    legs = (("heard", row.heard), ("rule", row.rule), ("page", row.page))
    return " · ".join(f"{name} +{leg.p95:.1f}" for name, leg in legs if leg)


def _spans(asked: CueQuery, today: date) -> Iterable[tuple[int, str, bool]]:
    for days in SPANS:
        since = today - timedelta(days=days - 1)
        chosen = (asked.since, asked.until) == (since, today)
        yield days, _address(asked, since=since, until=today), chosen


def _trace(cue: CueOut) -> Trace:
    return Trace(sound=cue.sound, heard=cue.heard, rule=cue.at, page=cue.page)


routes: list[BaseRoute] = [Route("/cues", cues)]
