"""Cues over many calls: what became of them, and how late they were. SQL that SQLite and PostgreSQL both run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, literal, or_, select

from server.outside.store import tables as t
from server.outside.store.database import Database
from server.records import CueFate, CueFigures, KeptCue, Spread

By = Literal["kind", "rep", "all"]
GROUPS: Mapping[By, str] = {"kind": "kind", "rep": "whose", "all": "everybody"}
LEGS = ("total", "heard", "rule", "page")
FATES: tuple[CueFate, ...] = ("followed", "expired", "dismissed", "wrong")


class Cues:
    """What the rows of `cues` tell together."""

    _db: Database

    def cue_figures(
        self, by: By, since: datetime, until: datetime, reps: Iterable[str] | None = None
    ) -> list[CueFigures]:
        """Count what became of the cues of calls made in a period, by kind or rep: most ignored or wrong first.

        `reps` are names in lower case (None: everybody's calls count).
        """
        made = _calls(since, until, reps)
        with self._db.reading() as conn:
            found = {row.of: _figures(row._asdict()) for row in conn.execute(_grouped(made, by))}
            muted = _muted(conn, made, by)
        rows = [
            replace(found.get(of, CueFigures(of=of)), muted=muted.get(of, 0)) for of in {**found, **muted}
        ]
        return sorted(rows, key=lambda row: (-row.expired - row.wrong, -row.muted, row.of))

    def kept_cues(
        self,
        since: datetime,
        until: datetime,
        *,
        reps: Iterable[str] | None = None,
        kind: str = "",
        fate: CueFate | None = None,
        limit: int,
        skip: int = 0,
    ) -> list[KeptCue]:
        """List the cues of calls made in a period, newest call first."""
        cues = _fates(_calls(since, until, reps)).subquery()
        wanted = select(cues).order_by(cues.c.called_at.desc(), cues.c.call_id, cues.c.number)
        if kind:
            wanted = wanted.where(cues.c.kind == kind)
        if fate:
            wanted = wanted.where(cues.c.fate == fate)
        with self._db.reading() as conn:
            return [_kept(row._asdict()) for row in conn.execute(wanted.limit(limit).offset(skip))]


def _calls(since: datetime, until: datetime, reps: Iterable[str] | None) -> Select[Any]:
    """Select the calls made in a period."""
    c = t.calls.c
    whose, everybody = func.lower(c.rep).label("whose"), literal("").label("everybody")
    wanted = select(c.id, c.rep, c.contact, c.contact_company, c.created_at, whose, everybody).where(
        c.created_at >= since, c.created_at < until
    )
    return wanted if reps is None else wanted.where(func.lower(c.rep).in_(list(reps)))


def _fates(made: Select[Any]) -> Select[Any]:
    """Select one row a raised cue.

    What follows a raised cue in the log, of its kind and before the next of that kind, happened to that one.
    """
    calls, c = made.subquery(), t.cues.c
    turn = func.sum(case((c.phase == "raised", 1), else_=0)).over(
        partition_by=(c.call_id, c.kind), order_by=c.number
    )
    log = select(t.cues, turn.label("turn")).join(calls, calls.c.id == c.call_id).subquery()
    first = select(
        log.c.call_id, log.c.kind,
        _first(log, "raised", log.c.number).label("number"),
        _first(log, "raised", log.c.why).label("why"),
        _first(log, "raised", log.c.since).label("sound"),
        _first(log, "raised", func.coalesce(log.c.heard, log.c.at)).label("heard"),
        _first(log, "raised", log.c.at).label("at"),
        _first(log, "seen", log.c.at).label("page"),
        _first(log, "seen", log.c.number).label("seen"),
        *(_first(log, phase, log.c.number).label(phase) for phase in ("followed", "expired", "dismissed", "wrong")),
    ).where(log.c.turn > 0).group_by(log.c.call_id, log.c.kind, log.c.turn).subquery()  # fmt: skip
    f, m = first.c, t.cue_marks.c
    marked = exists().where(m.call_id == f.call_id, m.number == f.number)
    fate = case(
        (or_(f.wrong.is_not(None), marked), "wrong"),
        *((f[phase].is_not(None), phase) for phase in ("followed", "dismissed", "expired")),
        else_="shown",
    )
    # A page that comes back late must not count: a cue is seen before it ends.
    ends = (f.followed, f.expired, f.dismissed, f.wrong)
    in_time = and_(*(or_(end.is_(None), f.seen < end) for end in ends))
    page = case((in_time, f.page), else_=None)
    legs = {
        "total_s": page - f.sound, "heard_s": f.heard - f.sound, "rule_s": f.at - f.heard, "page_s": page - f.at,
    }  # fmt: skip
    return select(
        f.call_id, f.number, f.kind, f.why, f.sound, f.heard, f.at, page.label("page"), fate.label("fate"),
        calls.c.rep, calls.c.contact, calls.c.contact_company, calls.c.created_at.label("called_at"),
        calls.c.whose, calls.c.everybody,
        *(case((page.is_not(None), leg)).label(name) for name, leg in legs.items()),
    ).join(calls, calls.c.id == f.call_id)  # fmt: skip


def _first(log: Any, phase: str, what: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.min(case((log.c.phase == phase, what)))


def _grouped(made: Select[Any], by: By) -> Select[Any]:
    """Select the counts of a group, and of each leg the median and the 95th of a hundred by nearest rank.

    PostgreSQL alone has a function for the latter; here the rows are ranked, those without a measure last.
    """
    cues = _fates(made).subquery()
    group = cues.c[GROUPS[by]]
    places = {
        f"{leg}_place": func.row_number().over(partition_by=group, order_by=(measure.is_(None), measure))
        for leg in LEGS
        for measure in (cues.c[f"{leg}_s"],)
    }
    seen = func.count(cues.c.page).over(partition_by=group).label("seen")
    ranked = select(cues, seen, *(place.label(name) for name, place in places.items())).subquery()
    r = ranked.c

    def at(percent: int, leg: str) -> ColumnElement[Any]:
        place = r[f"{leg}_place"] == (r.seen * percent + 99) // 100
        return func.min(case((place, r[f"{leg}_s"]))).label(f"{leg}_{percent}")

    return select(
        r[GROUPS[by]].label("of"),
        func.count().label("raised"),
        func.count(r.call_id.distinct()).label("calls"),
        func.max(r.seen).label("seen"),
        *(func.count(case((r.fate == fate, 1))).label(fate) for fate in FATES),
        *(at(percent, leg) for leg in LEGS for percent in (50, 95)),
    ).group_by(r[GROUPS[by]])


def _figures(row: dict[str, Any]) -> CueFigures:
    total, heard, rule, page = (_spread(row, leg) for leg in LEGS)
    counts = {name: row[name] for name in ("of", "raised", "calls", *FATES)}
    return CueFigures(**counts, total=total, heard=heard, rule=rule, page=page)


def _spread(row: Mapping[str, Any], leg: str) -> Spread | None:
    if not row["seen"]:
        return None
    # An order is dated by the sound heard so far, which may lie a little behind the tick that raised the cue.
    p50, p95 = (max(0.0, row[f"{leg}_{percent}"]) for percent in (50, 95))
    return Spread(count=row["seen"], p50=p50, p95=p95)


def _muted(conn: Connection, made: Select[Any], by: By) -> dict[str, int]:
    """Count the calls in which something was muted."""
    calls, c = made.subquery(), t.cues.c
    group = c.kind if by == "kind" else calls.c[GROUPS[by]]
    wanted = (
        select(group.label("of"), func.count(c.call_id.distinct()).label("calls"))
        .join(calls, calls.c.id == c.call_id)
        .where(c.phase == "muted")
        .group_by(group)
    )
    return {row.of: row.calls for row in conn.execute(wanted)}


def _kept(row: Mapping[str, Any]) -> KeptCue:
    return KeptCue(**{name: row[name] for name in KeptCue.__slots__})
