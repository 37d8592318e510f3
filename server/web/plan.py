"""The beats of a playbook as pages show them: a short title and a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from server.errors import Malformed
from server.events import BEATS, BeatName
from server.outside.playbooks import playbook_of
from server.records import Call
from server.web.sight import ask, store_of

TITLES: dict[BeatName, str] = {
    "permission_context": "Open",
    "why_now": "Why now",
    "ask": "Ask",
    "listen": "Listen",
    "book_or_bridge": "Book",
}
"""One word where possible: five stand side by side, on a telephone too."""

USUAL: dict[BeatName, float] = {
    "permission_context": 15.0,
    "why_now": 20.0,
    "ask": 10.0,
    "listen": 30.0,
    "book_or_bridge": 15.0,
}
"""Seconds, where a playbook says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A beat that is still to come."""

    beat: BeatName
    title: str
    budget: float


async def plan_of(request: Request, call: Call) -> list[Planned]:
    """Lay out the beats of a call's playbook, in its version; the usual ones for one that we no longer have."""
    try:
        playbook = await ask(playbook_of, call, request.app.state.playbooks, store_of(request))
    except Malformed:
        return laid_out(USUAL)
    return laid_out(playbook.budgets)


def laid_out(budgets: Mapping[BeatName, float]) -> list[Planned]:
    """The beats in their order, with their budgets (a voicemail has none)."""
    return [Planned(beat=beat, title=TITLES[beat], budget=budgets[beat]) for beat in BEATS if beat in budgets]
