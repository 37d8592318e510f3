"""What is kept: calls, chores, people who sign in. Frozen values; the store turns them into rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from server.errors import Malformed
from server.events import NextStep

CallState = Literal["waiting", "live", "ended"]
ChoreState = Literal["todo", "doing", "done", "dead"]
Role = Literal["rep", "manager", "admin"]
CueFate = Literal["shown", "followed", "expired", "dismissed", "wrong"]
"""`shown`: nothing came of it yet."""


def _aware(name: str, at: datetime | None) -> None:
    if at is not None and at.tzinfo is None:
        raise Malformed(f"{name} needs a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, from the moment its stream was asked for. Times are wall time, UTC."""

    id: str
    playbook: str
    playbook_version: str = ""
    direction: Literal["outbound", "inbound"] = "outbound"
    rep: str = ""
    """Sign-in name (e-mail) or plain name of the rep."""
    company: str = ""
    contact: str = ""
    contact_company: str = ""
    date: str = ""
    tz: str = ""
    rep_track: Literal["inbound", "outbound"] = "inbound"
    """Which of the carrier's two tracks is the rep (depends on the leg that is streamed)."""
    carrier: str = ""
    carrier_call_id: str = ""
    state: CallState = "waiting"
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    duration: float = 0.0
    """Media seconds heard."""
    recording: str = ""
    """File name below the recordings folder; empty when nothing was recorded."""
    outcome: str = ""
    """The outcome the rep confirmed; empty until the wrap-up is saved."""
    sentiment: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("created_at", "started_at", "ended_at"):
            _aware(name, getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """A piece of durable work: taken under a lease, tried again on failure, kept in order per `about`."""

    id: int = 0
    """Given by the store."""
    kind: str
    about: str
    """The call (or person) it concerns; chores about one thing run in the order they were made."""
    key: str
    """Unique: the same work is never enqueued twice."""
    payload: dict[str, Any] = field(default_factory=dict)
    due_at: datetime
    attempts: int = 0
    state: ChoreState = "todo"
    lease: str = ""
    """Token of the worker that has it; every finishing statement names it."""
    error: str = ""

    def __post_init__(self) -> None:
        _aware("due_at", self.due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who signs in."""

    id: int = 0
    email: str
    name: str = ""
    role: Role = "rep"
    password_hash: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapup:
    """What the rep confirmed after the call."""

    outcome: str
    sentiment: str
    next_step: NextStep
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookText:
    """A playbook as it was saved. Nothing is ever overwritten: each save and each restore is a new one."""

    id: int = 0
    """Given by the store; the higher, the later."""
    name: str
    version: str
    """Hash of the text, and of what it extends; the same text twice is the same version."""
    base: str = ""
    """Version of the playbook that it extends, when it was saved."""
    text: str
    author: str = ""
    """Who saved it; empty when it came from the playbook folder."""
    saved_at: datetime
    note: str = ""
    active: bool = True
    """New calls run on it; at most one of a name is."""

    def __post_init__(self) -> None:
        _aware("saved_at", self.saved_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCue:
    """A cue that was raised in a call, and what became of it. Times within the call are media seconds."""

    call_id: str
    number: int
    """Of its envelope."""
    kind: str
    why: str
    sound: float
    """Where the words or the measure end that call for it."""
    heard: float
    """When they were known."""
    at: float
    """When it was raised."""
    page: float | None
    """When the rep's page had painted it; None when no page said so."""
    fate: CueFate
    rep: str
    contact: str
    contact_company: str
    called_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How a measure spreads over cues (seconds, nearest rank)."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CueFigures:
    """What became of the cues of a kind, or of a rep."""

    of: str
    """The kind or the rep; empty for all together."""
    calls: int = 0
    """Calls in which one was raised."""
    raised: int = 0
    followed: int = 0
    expired: int = 0
    """Ignored: on screen for its whole life, and nothing came of it."""
    dismissed: int = 0
    wrong: int = 0
    """Marked wrong, in the call or afterwards; counts in no other column."""
    muted: int = 0
    """Calls in which the kind was muted, from the start or on the way."""
    total: Spread | None = None
    """From the end of the sound to the painted page; None when no page said that it had."""
    heard: Spread | None = None
    """Its first leg: from the end of the sound to its words."""
    rule: Spread | None = None
    """Its second: until the cue was raised."""
    page: Spread | None = None
    """Its third: until the page had painted it."""
