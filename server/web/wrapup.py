"""Keeping what the rep confirmed: with the call, and on its way to the CRM, in one transaction."""

from __future__ import annotations

from starlette.requests import Request

from server.events import NextStep
from server.records import Call, Chore
from server.web.shapes import WrapUp
from server.web.sight import ask, store_of


async def keep_wrapup(request: Request, call: Call, body: WrapUp) -> None:
    """Store a wrap-up and the chore that pushes it; a later one replaces it and is pushed again."""
    now = request.app.state.clock()
    step = body.next_step
    push = Chore(
        kind="push_to_crm",
        about=call.id,
        key=f"push_to_crm:{call.id}:wrapup:{now.isoformat()}",
        payload={"call_id": call.id},
        due_at=now,
    )
    await ask(
        store_of(request).save_wrapup,
        call.id,
        outcome=body.outcome,
        sentiment=body.sentiment,
        next_step=NextStep(kind=step.kind, date=step.date, time=step.time, with_=step.with_),
        note=body.note,
        now=now,
        chores=[push],
    )
