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
