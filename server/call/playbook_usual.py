"""What a playbook that says nothing gets: each kind of cue, each level. A playbook overrides field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from server.events import BeatName, CueKind

CUES: dict[CueKind, dict[str, Any]] = {
    # Safety stands above everything, then the silence after the ask, then the ask itself, the next step, the
    # rep's own talking, objections, pace. `cooldown` and `life` in seconds; `cap` counts a call.
    "do_not_call": {
        "text": "Apologise and end", "line": "They asked not to be called",
        "priority": 100, "cooldown": 25, "cap": 3, "life": 10,
    },
    "stay_silent": {"text": "Stay silent", "priority": 90, "cooldown": 5, "cap": 6, "life": 30},
    "let_finish": {"text": "Let them finish", "priority": 80, "cooldown": 25, "cap": 4, "life": 6},
    "make_ask": {
        "text": "Make the ask", "within": 20, "beats": ("why_now",),
        "priority": 70, "cooldown": 25, "cap": 2, "life": 6,
    },
    "give_reason": {
        "text": "Give the reason", "line": "Why now, in one sentence", "beats": ("permission_context", "why_now"),
        "priority": 65, "cooldown": 25, "cap": 2, "life": 6,
    },
    "book_it": {"text": "Book it now", "priority": 60, "cooldown": 25, "cap": 2, "life": 6},
    "offer_bridge": {
        "text": "Offer a bridge", "line": "A smaller next step",
        "priority": 58, "cooldown": 25, "cap": 2, "life": 6,
    },
    "name_time": {"text": "Name a day", "priority": 56, "cooldown": 25, "cap": 2, "life": 6},
    "stop_talking": {"text": "Stop. Ask something", "priority": 50, "cooldown": 25, "cap": 4, "life": 6},
    "card": {"text": "Acknowledge, then ask", "priority": 40, "cooldown": 5, "cap": 8, "life": 20},
    "slow_down": {"text": "Slow down", "priority": 30, "cooldown": 25, "cap": 3, "life": 6},
}  # fmt: skip

LEVELS: dict[str, dict[str, Any]] = {
    # Experts lose a little quality with prompts that novices gain from, so `quiet` keeps what cannot wait.
    "quiet": {
        "leaves_out": (
            "give_reason", "make_ask", "let_finish", "book_it", "offer_bridge", "name_time", "slow_down",
        ),
        "pacing": {"gap": 12, "most": 4, "within": 90, "a_call": 8},
    },
    "balanced": {"leaves_out": (), "pacing": {"gap": 8, "most": 6, "within": 90, "a_call": 10}},
    "eager": {"leaves_out": (), "pacing": {"gap": 5, "most": 9, "within": 90, "a_call": 18}},
}  # fmt: skip

TALK: dict[BeatName, float] = {
    "permission_context": 0.7,
    "why_now": 0.8,
    "ask": 0.95,
    "listen": 0.1,
    "book_or_bridge": 0.5,
}
"""The rep's share of all speech that suits a beat; the script of ninety seconds as a whole is about two thirds."""

SLOTS = {
    "contact": "the contact's first name",
    "contact_company": "their company",
    "rep": "the rep's name",
    "company": "the rep's company",
    "day": "a day to propose",
    "time": "a time to propose",
}
"""Slots that any text may use; a playbook declares its own beside these."""


def over(given: Any, base: Any) -> Any:
    """Lay one tree over another: mappings field by field, anything else whole."""
    if not isinstance(given, Mapping) or not isinstance(base, Mapping):
        return given
    return {**base, **{key: over(value, base.get(key)) for key, value in given.items()}}


def filled(given: Mapping[str, Any]) -> dict[str, Any]:
    """Put the usual values where a playbook says nothing."""
    made = dict(given)
    for field, table in (("cues", CUES), ("levels", LEVELS)):
        kept = given.get(field, {})
        if isinstance(kept, Mapping):
            plain = {
                key: value.model_dump() if isinstance(value, BaseModel) else value
                for key, value in kept.items()
            }
            made[field] = over(plain, table)
    return _agreeing(made, given)


def _agreeing(made: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Two of the limits are also said elsewhere; what is said in one place holds in both."""
    limits = given.get("limits", {})
    limits = limits.model_dump(exclude_unset=True) if isinstance(limits, BaseModel) else limits
    if not isinstance(limits, Mapping) or not isinstance(made.get("cues"), Mapping):
        return made
    twins: dict[str, Any] = {"make_ask": _at(given, "cues", "make_ask", "within"), "listen": _listen(given)}
    made["limits"] = {**{key: value for key, value in twins.items() if value is not None}, **limits}
    if "make_ask" in limits and twins["make_ask"] is None:
        made["cues"] = over({"make_ask": {"within": limits["make_ask"]}}, made["cues"])
    return made


def _at(tree: Any, *path: str) -> Any:
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else getattr(tree, key, None)
    return tree


def _listen(given: Mapping[str, Any]) -> Any:
    beats = given.get("beats")
    found = (
        (_at(beat, "budget") for beat in beats if _at(beat, "beat") == "listen")
        if isinstance(beats, list | tuple)
        else ()
    )
    return next(iter(found), None)
