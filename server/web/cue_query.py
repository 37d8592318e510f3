"""Which cues are asked for: a period, a kind, a fate, a rep. The page and the API read the same words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast, get_args

from server.errors import Malformed
from server.records import CueFate
from server.web.auth import Caller
from server.web.shapes import CUE_KINDS

DAYS = 30
"""Length of the period when nothing else is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CueQuery:
    """What is asked of the store."""

    since: date
    until: date
    """The last day (UTC), within the period."""
    rep: str = ""
    """The one rep that is asked for; empty for all that the caller may see."""
    reps: frozenset[str] | None = None
    """Names of reps in lower case; None: everybody."""
    kind: str = ""
    fate: CueFate | None = None

    @property
    def period(self) -> tuple[datetime, datetime]:
        """From the first moment of the first day to the first moment after the last one."""
        start, end = (datetime.combine(day, time(), UTC) for day in (self.since, self.until))
        return start, end + timedelta(days=1)

    def words(self, **other: Any) -> dict[str, str]:
        """The query as an address says it, with some of it changed; what is empty is left out."""
        said = {
            "since": self.since,
            "until": self.until,
            "rep": self.rep,
            "kind": self.kind,
            "fate": self.fate,
        }
        return {name: str(value) for name, value in {**said, **other}.items() if value}


def query_of(asked: Mapping[str, str], caller: Caller, today: date) -> CueQuery:
    """Read a query; a rep's is about the rep's own calls, whatever it says.

    Raises:
        Malformed: a date, kind or fate is none, or the period ends before it begins.
    """
    until = _day(asked, "until", today)
    since = _day(asked, "since", until - timedelta(days=DAYS - 1))
    if since > until:
        raise Malformed(f"The period ends ({until}) before it begins ({since}).")
    kind, fate = asked.get("kind", ""), asked.get("fate", "")
    if kind and kind not in CUE_KINDS:
        raise Malformed(f"There is no kind {kind[:40]!r}. There are: {', '.join(CUE_KINDS)}.")
    if fate and fate not in get_args(CueFate):
        raise Malformed(f"`fate` is one of: {', '.join(get_args(CueFate))}.")
    rep = asked.get("rep", "")[:200] if caller.may("manager") else ""
    own = frozenset(name.lower() for name in (caller.email, caller.name) if name)
    reps = own if not caller.may("manager") else frozenset((rep.lower(),)) if rep else None
    return CueQuery(
        since=since, until=until, rep=rep, reps=reps, kind=kind, fate=cast(CueFate, fate) if fate else None
    )


def _day(asked: Mapping[str, str], name: str, default: date) -> date:
    text = asked.get(name, "")
    if not text:
        return default
    try:
        found = date.fromisoformat(text)
    except ValueError as problem:
        raise Malformed(f"`{name}` is a date such as 2026-11-30, not {text[:20]!r}.") from problem
    if not 1970 <= found.year <= 9000:
        raise Malformed(f"`{name}` lies outside of what can be asked for: {found}.")
    return found
