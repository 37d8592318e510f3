"""Whether the parts of a playbook fit together: what no single field can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

from server.call.playbook_text import Path
from server.call.playbook_usual import SLOTS
from server.call.playbook_values import OBJECTIONS, Playbook
from server.events import BEATS

Found = tuple[Path, str, bool]
"""Where, why, and whether it forbids saving."""

LONGEST_SCRIPT = 300.0
"""Seconds that the five beats may take together: a follow-up call, not a demo."""

SHORTEST_LISTEN = 10.0
"""A silence shorter than this is none: the shield could not close before it opens again."""

CALM_LISTEN = 30.0
"""The silence that the ring on the desk is made for."""

SPOKEN = 2.5
"""Words a second of somebody who leaves a message (150 a minute)."""

IN_A_GAP = 3
"""Words that a gap is filled with, more or less."""


def checked(playbook: Playbook) -> list[Found]:
    """Everything that does not fit."""
    return [
        *_beats(playbook),
        *_twins(playbook),
        *_cues(playbook),
        *_cards(playbook),
        *_slots(playbook),
        *_voicemail(playbook),
    ]


def _beats(playbook: Playbook) -> Iterator[Found]:
    if playbook.kind == "voicemail":
        if playbook.beats:
            yield ("beats",), "a voicemail has no beats: nobody answers", True
        return
    if not playbook.beats:
        yield ("beats",), f"is missing: all five beats, in this order: {', '.join(BEATS)}", True
        return
    whole = sum(playbook.budgets.values())
    if whole > LONGEST_SCRIPT:
        yield (
            ("beats",),
            f"take {whole:.0f} s together: more than the {LONGEST_SCRIPT:.0f} s of a follow-up call",
            True,
        )
    listen, where = playbook.budgets["listen"], ("beats", "3", "budget")
    if listen < SHORTEST_LISTEN:
        yield where, f"{listen:g} s is no silence: give them at least {SHORTEST_LISTEN:.0f} s to answer", True
    elif listen < CALM_LISTEN:
        yield where, f"{listen:g} s is short: people often need {CALM_LISTEN:.0f} s to say yes", False


def _twins(playbook: Playbook) -> Iterator[Found]:
    """A number that is said in two places must be the same in both."""
    limits = playbook.limits
    within = playbook.says("make_ask").within
    if limits.make_ask != within:
        yield ("limits", "make_ask"), f"{limits.make_ask:g} here and {within:g} in cues.make_ask.within", True
    listen = playbook.budgets.get("listen", limits.listen)
    if limits.listen != listen:
        yield (
            ("limits", "listen"),
            f"{limits.listen:g} here and {listen:g} in the budget of the beat listen",
            True,
        )


def _cues(playbook: Playbook) -> Iterator[Found]:
    budgets = playbook.budgets
    for kind, plan in playbook.cues.items():
        where = ("cues", kind)
        if both := {p.casefold() for p in plan.also} & {p.casefold() for p in plan.unless}:
            yield (*where, "unless"), f"stands in `also` too: {', '.join(sorted(both))}", True
        scope = sum(budgets.get(beat, 0) for beat in plan.beats or BEATS)
        if budgets and plan.within > sum(budgets.values()):
            yield (
                (*where, "within"),
                f"{plan.within:g} s is longer than the whole script: it would never come",
                True,
            )
        elif plan.within and kind != "make_ask":
            yield (*where, "within"), "only make_ask waits for something not said; this has no effect", False
        elif budgets and plan.within > scope:
            yield (
                (*where, "within"),
                f"comes when the {scope:g} s planned for {', '.join(plan.beats)} are over",
                False,
            )
        if plan.life > plan.cooldown > 0 and kind not in ("stay_silent", "card"):
            yield (*where, "cooldown"), f"{plan.cooldown:g} s is less than its life of {plan.life:g} s", False
    if playbook.says("card").also:
        yield ("cues", "card", "also"), "a card answers one objection, and a phrase here names none", True
    for level, held in playbook.levels.items():
        if held.pacing.most > held.pacing.a_call:
            yield (
                ("levels", level, "pacing"),
                f"{held.pacing.most} in a stretch are more than {held.pacing.a_call} in a call",
                True,
            )


def _cards(playbook: Playbook) -> Iterator[Found]:
    for kind, card in playbook.cards.items():
        if len(card.lines) < 2:
            yield ("cards", kind, "lines"), "has one line: the second asks them something", False
    lacking = [kind for kind in OBJECTIONS if kind not in playbook.cards]
    if lacking and playbook.kind == "live":
        yield ("cards",), f"none for {', '.join(lacking)}: the rep gets the usual words there", False


def _slots(playbook: Playbook) -> Iterator[Found]:
    """Gaps that are filled when the rep prepares; cues and cards are read as they stand, so they have none."""
    used: set[str] = set()
    for path, text in _filled_in(playbook):
        for name, wrong in _gaps(text):
            used.add(name)
            if wrong:
                yield path, wrong, True
            elif name not in SLOTS and name not in playbook.slots:
                known = ", ".join(sorted({*SLOTS, *playbook.slots}))
                yield path, f"{{{name}}} is not declared under `slots`; known: {known}", True
    for name in playbook.slots:
        if name in SLOTS:
            yield ("slots", name), f"is known already: {SLOTS[name]}", True
        elif name not in used:
            yield ("slots", name), "is used nowhere", False
    for path, text in _as_they_stand(playbook):
        if "{" in text or "}" in text:
            yield path, "is read out as it stands: no {gaps} here", True


def _gaps(text: str) -> Iterator[tuple[str, str]]:
    """Each gap of a template, and what is wrong with it."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as problem:
        yield "", f"{problem}: write a gap as {{name}}"
        return
    for _, name, spec, conversion in parts:
        if name is not None:
            plain = re.fullmatch(r"[a-z][a-z_]{0,30}", name) and not spec and not conversion
            yield (
                name,
                "" if plain else f"{{{name}}}: a gap is a plain name in small letters, such as {{contact}}",
            )


def _filled_in(playbook: Playbook) -> Iterator[tuple[Path, str]]:
    yield from ((("reasons", str(n)), text) for n, text in enumerate(playbook.reasons))
    yield from ((("script", str(n)), text) for n, text in enumerate(playbook.script))
    for n, plan in enumerate(playbook.beats):
        yield from ((("beats", str(n), "lines", str(m)), text) for m, text in enumerate(plan.lines))
    if playbook.next_step:
        yield ("next_step", "ask"), playbook.next_step.ask
        yield ("next_step", "bridge"), playbook.next_step.bridge


def _as_they_stand(playbook: Playbook) -> Iterator[tuple[Path, str]]:
    for kind, cue in playbook.cues.items():
        yield ("cues", kind, "text"), cue.text
        yield ("cues", kind, "line"), cue.line
    for objection, card in playbook.cards.items():
        yield ("cards", objection, "text"), card.text
        yield from ((("cards", objection, "lines", str(n)), text) for n, text in enumerate(card.lines))


def _voicemail(playbook: Playbook) -> Iterator[Found]:
    if playbook.kind == "live":
        if playbook.script:
            yield ("script",), "is for a voicemail; a live call has beats", True
        return
    if not playbook.script:
        yield ("script",), "is missing: what the voicemail says, sentence by sentence", True
    gaps = sum(line.count("{") for line in playbook.script)
    takes = (sum(len(line.split()) for line in playbook.script) + (IN_A_GAP - 1) * gaps) / SPOKEN
    longest = playbook.limits.monologue
    if takes > longest:
        yield ("script",), f"takes about {takes:.0f} s to say; a voicemail has {longest:g}", True
