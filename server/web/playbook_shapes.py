"""What crosses the HTTP API about playbooks, as pydantic models."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from server.call.playbook import Fault, Playbook, Reading
from server.call.playbook_usual import SLOTS
from server.call.playbook_versions import DiffLine
from server.records import PlaybookText
from server.web.plan import TITLES
from server.web.shapes import Body, Line


class PlaybookRow(BaseModel):
    """A playbook and its version that runs."""

    name: str
    title: str
    kind: Literal["live", "voicemail"]
    version: str
    author: str = Field(description="Who saved it; empty when it came from the playbook folder.")
    saved_at: datetime
    note: str
    wrong: str = Field(description="Why this program does not take it; empty when it runs.")

    @classmethod
    def of(cls, row: PlaybookText, reading: Reading) -> PlaybookRow:
        """Make the public form."""
        playbook = reading.playbook
        return cls(
            name=row.name, title=playbook.title if playbook else row.name,
            kind=playbook.kind if playbook else "live", version=row.version, author=row.author,
            saved_at=row.saved_at, note=row.note, wrong="" if playbook else str(reading.grave[0]),
        )  # fmt: skip


class PlaybookList(BaseModel):
    """All playbooks that run."""

    playbooks: list[PlaybookRow]


class PlaybookDetail(PlaybookRow):
    """A playbook with its text."""

    text: str = Field(description="YAML; docs/playbooks.md tells its fields.")


class SavedVersion(BaseModel):
    """One save of a playbook."""

    version: str
    author: str
    saved_at: datetime
    note: str
    active: bool = Field(description="New calls run on it.")

    @classmethod
    def of(cls, row: PlaybookText) -> SavedVersion:
        """Make the public form."""
        return cls(
            version=row.version, author=row.author, saved_at=row.saved_at, note=row.note, active=row.active
        )


class PlaybookHistory(BaseModel):
    """Every save of a playbook, newest first."""

    versions: list[SavedVersion]


class VersionText(SavedVersion):
    """One version with its text."""

    text: str


class Draft(Body):
    """A text that is being written."""

    text: str = Field(description="YAML.")


class NewVersion(Draft):
    """A text that is to run."""

    replaces: str = Field("", description="The version that runs now; empty for a new playbook.")
    note: Line = Field("", description="Why, for those who read the history.")


class FaultOut(BaseModel):
    """Something wrong with a text."""

    line: int
    field: str
    reason: str
    grave: bool = Field(description="It forbids saving; otherwise it is advice.")

    @classmethod
    def of(cls, fault: Fault) -> FaultOut:
        """Make the public form."""
        return cls(line=fault.line, field=fault.field, reason=fault.reason, grave=fault.grave)


class DiffOut(BaseModel):
    """A line of the comparison with the version that runs."""

    kind: Literal["same", "gone", "new", "gap"]
    old: int | None
    new: int | None
    text: str

    @classmethod
    def of(cls, line: DiffLine) -> DiffOut:
        """Make the public form."""
        return cls(**line._asdict())


class BeatOut(BaseModel):
    """A beat as the strip on the desk shows it, and what helps to prepare it."""

    title: str
    goal: str
    budget: float
    talk: float
    lines: list[str]


class CueOut(BaseModel):
    """A cue or a card as it stands in the slot."""

    kind: str
    text: str
    line: str
    when: str = ""


class PreviewOut(BaseModel):
    """How a playbook reads; gaps are filled with what goes into them, in brackets."""

    title: str
    kind: Literal["live", "voicemail"]
    trigger: str
    window: str
    reasons: list[str]
    ask: str
    bridge: str
    script: list[str]
    beats: list[BeatOut]
    cards: list[CueOut]
    cues: list[CueOut]

    @classmethod
    def of(cls, playbook: Playbook) -> PreviewOut:
        """Lay a playbook out."""
        gaps = {name: f"[{words}]" for name, words in {**SLOTS, **playbook.slots}.items()}
        step, window = playbook.next_step, playbook.window
        return cls(
            title=playbook.title,
            kind=playbook.kind,
            trigger=playbook.trigger,
            window=f"{window.after} to {window.before} after {window.of}" if window else "",
            reasons=[reason.format_map(gaps) for reason in playbook.reasons],
            ask=step.ask.format_map(gaps) if step else "",
            bridge=step.bridge.format_map(gaps) if step else "",
            script=[line.format_map(gaps) for line in playbook.script],
            beats=[
                BeatOut(
                    title=TITLES[beat.beat], goal=beat.goal, budget=beat.budget, talk=beat.talk,
                    lines=[line.format_map(gaps) for line in beat.lines],
                )
                for beat in playbook.beats
            ],
            cards=[
                CueOut(kind=kind, text=card.text, line=" ".join(card.lines))
                for kind, card in playbook.cards.items()
            ],
            cues=_cues(playbook),
        )  # fmt: skip


def _cues(playbook: Playbook) -> list[CueOut]:
    ranked = sorted(playbook.cues.items(), key=lambda item: -item[1].priority)
    made = []
    for kind, plan in ranked:
        parts = [f"{plan.cap} a call at most", f"{plan.cooldown:g} s apart"]
        if plan.within:
            parts.insert(0, f"when not said within {plan.within:g} s")
        if plan.beats and playbook.beats:
            parts.append("in " + ", ".join(TITLES[beat] for beat in plan.beats))
        held = [name for name in playbook.levels if not playbook.allows(kind, name)]
        parts += [f"not at {name}" for name in held]
        made.append(CueOut(kind=kind, text=plan.text, line=plan.line, when=" · ".join(parts)))
    return made


class Checked(BaseModel):
    """What a text would be if it were saved."""

    version: str | None
    runs: str = Field(description="The version that runs now; empty for a new playbook.")
    faults: list[FaultOut]
    diff: list[DiffOut] = Field(description="Against the version that runs.")
    preview: PreviewOut | None


class Saved(BaseModel):
    """A version that runs from now on."""

    version: str
    changed: list[str] = Field(description="It and the playbooks that extend it; empty when nothing changed.")
