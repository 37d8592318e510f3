"""The beats of a playbook as pages show them: a short title and a budget."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from server.events import BEATS, BeatName

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


def plan_of(request: Request, playbook: str) -> list[Planned]:
    """Lay out the beats of a playbook (a voicemail has none); the usual ones for one that we no longer have."""
    known = request.app.state.playbooks.get(playbook)
    budgets = known.budgets if known else USUAL
    return [Planned(beat=beat, title=TITLES[beat], budget=budgets[beat]) for beat in BEATS if beat in budgets]
