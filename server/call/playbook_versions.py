"""Which text of a playbook runs, and what a change of one does to those that extend it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from server.call.playbook import Playbook, check_playbook
from server.records import PlaybookText

CONTEXT = 3
"""Unchanged lines shown around a change."""


LONG = 600
"""Lines from which on a comparison is quick rather than the smallest."""

LONGEST = 5_000
"""Lines of a text that are compared at all; one that has more is refused anyway."""


class DiffLine(NamedTuple):
    """A line of a comparison; `old` and `new` are its numbers (from 1), None where it is not. A gap has neither."""

    kind: Literal["same", "gone", "new", "gap"]
    old: int | None
    new: int | None
    text: str


def standing(files: Mapping[str, str], rows: Mapping[str, PlaybookText]) -> dict[str, str]:
    """The texts that should run: what a person saved stands over the file of that name."""
    own = {name: row.text for name, row in rows.items() if row.author}
    return {**files, **own}


def sound(
    texts: Mapping[str, str], files: Mapping[str, str]
) -> tuple[dict[str, tuple[Playbook, str]], dict[str, str]]:
    """Read all of them, each with its text; one that is wrong gives way to its file, or is left out, and is told."""
    taken, broken = dict(texts), dict[str, str]()
    while True:
        readings = {name: check_playbook(text, taken, name) for name, text in taken.items()}
        wrong = {name: str(one.grave[0]) for name, one in readings.items() if one.playbook is None}
        for name in wrong:
            if name in files and name not in broken:
                taken[name] = files[name]
            else:
                del taken[name]
        broken = {**wrong, **broken}
        if not wrong:
            made = {name: (one.playbook, taken[name]) for name, one in readings.items() if one.playbook}
            return made, broken


def saved(
    playbook: Playbook,
    text: str,
    versions: Mapping[str, str],
    now: datetime,
    *,
    author: str = "",
    note: str = "",
    active: bool = True,
) -> PlaybookText:
    """What is kept of a playbook; `versions` are those of the playbooks it may extend, by name."""
    return PlaybookText(
        name=playbook.name, version=playbook.version, base=versions.get(playbook.extends, ""), text=text,
        author=author, saved_at=now, note=note, active=active,
    )  # fmt: skip


def changes(name: str, text: str, rows: Mapping[str, PlaybookText]) -> tuple[dict[str, Playbook], str]:
    """What a new text changes: itself and all that extend it; or why it may not, when one of those breaks.

    The text must be right itself.
    """
    before = {name: row.text for name, row in rows.items()}
    after = {**before, name: text}
    changed: dict[str, Playbook] = {}
    for other in after:
        reading = check_playbook(after[other], after, other)
        if reading.playbook is None:
            if check_playbook(before[other], before, other).playbook is not None:
                return {}, f"{other} extends it and would break: {reading.grave[0]}"
        elif other not in rows or rows[other].version != reading.playbook.version:
            changed[other] = reading.playbook
    return changed, ""


def compared(old: str, new: str) -> list[DiffLine]:
    """Lay two texts beside each other, with a few unchanged lines around every change."""
    was, now = old.splitlines(), new.splitlines()[:LONGEST]
    made: list[DiffLine] = []
    reached = 0
    # difflib takes lines that come often for junk from 200 lines on: too early for a playbook, where `- beat:` does;
    # without it a text of blank lines alone takes the square of their number.
    for group in SequenceMatcher(None, was, now, autojunk=len(now) > LONG).get_grouped_opcodes(CONTEXT):
        if group[0][1] > reached:
            made.append(DiffLine("gap", None, None, f"{group[0][1] - reached} unchanged lines"))
        for what, a, b, c, d in group:
            if what == "equal":
                made += [DiffLine("same", a + n + 1, c + n + 1, line) for n, line in enumerate(was[a:b])]
            else:
                made += [DiffLine("gone", a + n + 1, None, line) for n, line in enumerate(was[a:b])]
                made += [DiffLine("new", None, c + n + 1, line) for n, line in enumerate(now[c:d])]
        reached = group[-1][2]
    if made and reached < len(was):
        made.append(DiffLine("gap", None, None, f"{len(was) - reached} unchanged lines"))
    return made
