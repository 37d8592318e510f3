"""What another playbook would have changed in a call: two runs over the same inputs, compared. Media seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal, get_args

from server.call.metrics import visits_of, whole_of
from server.events import BEATS, Ask, Beat, Cue, CueKind, Event

NEAR = 5.0
"""Two of a kind no further apart than this are the same one, moved."""

Group = Literal["cue", "ask", "beat"]
What = Literal["gained", "lost", "moved", "reworded"]
Worth = Literal["hit", "false", ""]
"""What a cue is worth by a call's labels; nothing where they do not say, or nobody judged."""

Judge = Callable[[Sequence[Cue]], Sequence[Worth]]
"""Says what each of a call's raised cues is worth, in their order."""

WHATS: tuple[What, ...] = get_args(What)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that the rules made at a place of the call."""

    group: Group
    kind: str
    """Of a card with its objection ("card price"), of a beat with what happened ("ask reached")."""
    at: float
    end: float | None = None
    """Of a stay in a beat."""
    text: str = ""
    why: str = ""
    worth: Worth = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A mark that one run has and the other has not, or has otherwise."""

    what: What
    before: Mark | None = None
    after: Mark | None = None

    @property
    def mark(self) -> Mark:
        """What it is about, as the new run has it if it has."""
        mark = self.after or self.before
        assert mark
        return mark

    @property
    def by(self) -> float:
        """Seconds by which its begin moved; later is positive."""
        return round(self.after.at - self.before.at, 3) if self.before and self.after else 0.0

    @property
    def better(self) -> int:
        """By the labels: 1 for a change to the better, -1 to the worse, 0 for neither."""
        value = {"hit": 1, "false": -1, "": 0}
        gain = (value[self.after.worth] if self.after else 0) - (
            value[self.before.worth] if self.before else 0
        )
        return (gain > 0) - (gain < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One call through two playbooks."""

    call: str
    against: str
    """What it was compared with: a playbook and its version, or what was seen at the time."""
    before: tuple[Mark, ...]
    after: tuple[Mark, ...]
    changes: tuple[Change, ...]
    judged: bool = False
    """Its labels say which cues are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The changes of one kind over all calls."""

    group: Group
    kind: str
    before: int = 0
    """How many there were."""
    after: int = 0
    counts: Mapping[What, int] = field(default_factory=dict)
    shift: float | None = None
    """Median of the seconds by which those that moved did; None where none did."""
    hits: int | None = None
    """Right cues gained (lost: negative); None where there are no labels."""
    false: int | None = None
    """False cues gained (got rid of: negative)."""


def marks_of(events: Sequence[Event], judge: Judge | None = None) -> list[Mark]:
    """List what a run of the rules made: cues, asks, and how the beats went; in order of time."""
    marks = [
        Mark(group="beat", kind=visit.beat, at=visit.start, end=visit.end)
        for visit in visits_of(events, whole_of(events, 0.0))
    ]
    raised = [event for event in events if isinstance(event, Cue) and event.phase == "raised"]
    worths: Sequence[Worth] = judge(raised) if judge else [""] * len(raised)
    marks += [_cue(cue, worth) for cue, worth in zip(raised, worths, strict=True)]
    for event in events:
        if isinstance(event, Ask):
            marks.append(Mark(group="ask", kind="ask", at=event.end, text=event.evidence.text))
        elif isinstance(event, Beat) and event.phase in ("reached", "overrun"):
            why = event.evidence.text if event.evidence else ""
            marks.append(Mark(group="beat", kind=f"{event.beat} {event.phase}", at=event.at, why=why))
    return sorted(marks, key=lambda mark: (mark.at, mark.group, mark.kind))


def _cue(cue: Cue, worth: Worth) -> Mark:
    kind = f"card {cue.objection}" if cue.objection else cue.kind
    text = f"{cue.text}. {cue.line}" if cue.line else cue.text
    return Mark(group="cue", kind=kind, at=cue.at, text=text, why=cue.why, worth=worth)


def changes_of(before: Sequence[Mark], after: Sequence[Mark]) -> list[Change]:
    """Compare two runs, in order of time."""
    pairs = _paired(before, after)
    used = set(pairs.values())
    changes = [Change(what="lost", before=mark) for i, mark in enumerate(before) if i not in pairs]
    changes += [Change(what="gained", after=mark) for j, mark in enumerate(after) if j not in used]
    for i, j in pairs.items():
        one, other = before[i], after[j]
        if (one.at, one.end) != (other.at, other.end):
            changes.append(Change(what="moved", before=one, after=other))
        elif one.text != other.text:
            changes.append(Change(what="reworded", before=one, after=other))
    return sorted(
        changes, key=lambda change: (change.mark.at, change.mark.group, change.mark.kind, change.what)
    )


def _paired(before: Sequence[Mark], after: Sequence[Mark]) -> dict[int, int]:
    """Which mark of the one run is which of the other: the nearest of a kind first, each once."""
    near = sorted(
        (abs(one.at - other.at), i, j)
        for i, one in enumerate(before)
        for j, other in enumerate(after)
        if (one.group, one.kind) == (other.group, other.kind) and abs(one.at - other.at) <= NEAR
    )
    pairs: dict[int, int] = {}
    for _, i, j in near:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return dict(sorted(pairs.items()))


def difference_of(
    call: str, against: str, before: Sequence[Event], after: Sequence[Event], judge: Judge | None = None
) -> Difference:
    """Compare the events of two runs over one call."""
    one, other = marks_of(before, judge), marks_of(after, judge)
    return Difference(
        call=call,
        against=against,
        before=tuple(one),
        after=tuple(other),
        changes=tuple(changes_of(one, other)),
        judged=judge is not None,
    )


def sums_of(differences: Sequence[Difference]) -> list[Sum]:
    """Add up over calls: a line for each kind that either run made, cues first."""
    kinds = {(mark.group, mark.kind) for one in differences for mark in (*one.before, *one.after)}
    return [_sum(group, kind, differences) for group, kind in sorted(kinds, key=_place)]


def _sum(group: Group, kind: str, differences: Sequence[Difference]) -> Sum:
    def alike(mark: Mark) -> bool:
        return (mark.group, mark.kind) == (group, kind)

    before = [mark for one in differences for mark in one.before if alike(mark)]
    after = [mark for one in differences for mark in one.after if alike(mark)]
    changes = [change for one in differences for change in one.changes if alike(change.mark)]
    moved = [change.by for change in changes if change.what == "moved"]
    judged = group == "cue" and any(one.judged for one in differences)
    return Sum(
        group=group,
        kind=kind,
        before=len(before),
        after=len(after),
        counts={what: sum(change.what == what for change in changes) for what in WHATS},
        shift=round(median(moved), 3) if moved else None,
        hits=_gained("hit", before, after) if judged else None,
        false=_gained("false", before, after) if judged else None,
    )


def _gained(worth: Worth, before: Sequence[Mark], after: Sequence[Mark]) -> int:
    return sum(mark.worth == worth for mark in after) - sum(mark.worth == worth for mark in before)


_ORDER = (*get_args(CueKind), "ask", *BEATS)


def _place(what: tuple[Group, str]) -> tuple[int, int, str]:
    group, kind = what
    return get_args(Group).index(group), _ORDER.index(kind.partition(" ")[0]), kind
