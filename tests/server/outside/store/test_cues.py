"""Cues over many calls, on real rows: what became of them, how late they were, who marked and muted them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.call.fates import shown_of
from server.envelope import Envelope
from server.events import CallStarted, Cue, Event, Order
from server.outside.store import Store
from server.records import Call, CueFigures, Spread, User

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
WEEK = (NOW - timedelta(days=7), NOW + timedelta(days=1))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'beatline.db'}")
    made.migrate()
    yield made
    made.close()


def cue(kind: str, at: float, phase: str = "raised", **more: Any) -> Cue:
    given = {"text": kind, "since": at - 1.0, "heard": at - 0.4, "why": f"why {kind}", **more}
    return Cue(at=at, kind=kind, phase=phase, **given)  # type: ignore[arg-type]


def order(action: str, target: str, at: float) -> Order:
    return Order(at=at, action=action, target=target)  # type: ignore[arg-type]


def happened(store: Store, id: str, *events: Event, rep: str = "alex@x.example", days: int = 0) -> None:
    """Keep a call in which this happened, some days ago."""
    at = NOW - timedelta(days=days)
    store.add_call(Call(id=id, playbook="post-demo", rep=rep, contact="Sarah", created_at=at))
    log = [CallStarted(at=0.0, playbook="post-demo"), *events]
    store.append(id, [Envelope(id, number, event) for number, event in enumerate(log, 1)])


EVERY = (
    cue("make_ask", 10.0), order("see_cue", "make_ask", 10.2), cue("make_ask", 12.0, "followed"),
    cue("book_it", 20.0), order("see_cue", "book_it", 20.4), cue("book_it", 26.0, "expired"),
    cue("make_ask", 40.0), order("see_cue", "make_ask", 40.1), cue("make_ask", 41.0, "dismissed"),
    cue("slow_down", 50.0), order("see_cue", "slow_down", 50.3),
    order("mark_wrong", "slow_down", 51.0), cue("slow_down", 51.0, "wrong"),
    cue("book_it", 60.0),
)  # fmt: skip


def test_every_cue_with_what_became_of_it(store: Store) -> None:
    happened(store, "c1", *EVERY)
    kept = store.kept_cues(*WEEK, limit=9)
    assert [(one.kind, one.number, one.fate, one.page) for one in kept] == [
        ("make_ask", 2, "followed", 10.2),
        ("book_it", 5, "expired", 20.4),
        ("make_ask", 8, "dismissed", 40.1),
        ("slow_down", 11, "wrong", 50.3),
        ("book_it", 15, "shown", None),
    ]
    first = kept[0]
    assert (first.why, first.sound, first.heard, first.at) == ("why make_ask", 9.0, 9.6, 10.0)
    assert (first.call_id, first.rep, first.contact, first.called_at) == (
        "c1",
        "alex@x.example",
        "Sarah",
        NOW,
    )


def test_sql_says_what_the_log_says(store: Store) -> None:
    late = (cue("card", 70.0), cue("card", 76.0, "expired"), order("mark_wrong", "card", 76.5))
    missed = (
        cue("let_finish", 80.0),
        cue("let_finish", 86.0, "expired"),
        order("see_cue", "let_finish", 99.0),
    )
    twice = (cue("name_time", 90.0), order("see_cue", "name_time", 90.1), order("see_cue", "name_time", 95.0))
    happened(store, "c1", order("mute_kind", "stop_talking", 0.0), *EVERY, *late, *missed, *twice)
    told = [(one.kind, one.fate, one.trace.page) for one in shown_of(store.events("c1"))]
    assert [(one.kind, one.fate, one.page) for one in store.kept_cues(*WEEK, limit=20)] == told
    assert told[-3:] == [
        ("card", "wrong", None),
        ("let_finish", "expired", None),
        ("name_time", "shown", 90.1),
    ]


def test_figures_by_kind_have_the_worst_first(store: Store) -> None:
    happened(store, "c1", *EVERY)
    happened(store, "c2", cue("book_it", 5.0), cue("book_it", 11.0, "expired"), days=2)
    happened(store, "c3", order("mute_kind", "stop_talking", 0.0), rep="Bo")
    found = store.cue_figures("kind", *WEEK)
    assert [row.of for row in found] == ["book_it", "slow_down", "stop_talking", "make_ask"]
    book, slow, stop, ask = found
    assert (book.calls, book.raised, book.expired, book.followed, book.wrong) == (2, 3, 2, 0, 0)
    assert (slow.raised, slow.wrong, slow.expired) == (1, 1, 0)
    assert stop == CueFigures(of="stop_talking", muted=1)
    assert (ask.followed, ask.dismissed) == (1, 1)
    assert ask.total is not None
    assert (ask.total.count, ask.total.p50, ask.total.p95) == (2, pytest.approx(1.1), pytest.approx(1.2))


def test_figures_by_rep_and_in_sum(store: Store) -> None:
    happened(store, "c1", *EVERY)
    happened(store, "c2", cue("book_it", 5.0), cue("book_it", 11.0, "expired"), rep="Bo", days=2)
    happened(store, "c3", cue("book_it", 5.0), cue("book_it", 11.0, "expired"), rep="Bo", days=30)
    assert [(row.of, row.raised) for row in store.cue_figures("rep", *WEEK)] == [
        ("alex@x.example", 5),
        ("bo", 1),
    ]
    assert [(row.of, row.raised) for row in store.cue_figures("rep", *WEEK, reps={"bo"})] == [("bo", 1)]
    [everybody] = store.cue_figures("all", *WEEK)
    assert (everybody.of, everybody.calls, everybody.raised) == ("", 2, 6)
    assert store.cue_figures("all", NOW + timedelta(days=1), NOW + timedelta(days=2)) == []


def test_percentiles_are_of_nearest_rank(store: Store) -> None:
    """Of 40 waits of 1.1, 1.2 … 5.0 s the 20th is the median and the 38th the 95th of a hundred."""
    for place in range(1, 41):
        at = 10.0 + place / 10
        told = (cue("make_ask", 10.0, since=9.0, heard=9.5), order("see_cue", "make_ask", at))
        happened(store, f"c{place}", *told)
    [row] = store.cue_figures("kind", *WEEK)
    assert row.total == Spread(count=40, p50=pytest.approx(3.0), p95=pytest.approx(4.8))
    assert row.heard == Spread(count=40, p50=pytest.approx(0.5), p95=pytest.approx(0.5))
    assert row.rule == Spread(count=40, p50=pytest.approx(0.5), p95=pytest.approx(0.5))
    assert row.page == Spread(count=40, p50=pytest.approx(2.0), p95=pytest.approx(3.8))


def test_lists_are_by_kind_fate_and_page(store: Store) -> None:
    happened(store, "c1", *EVERY)
    happened(store, "c2", cue("book_it", 5.0), cue("book_it", 11.0, "expired"), days=2)
    ignored = store.kept_cues(*WEEK, kind="book_it", fate="expired", limit=9)
    assert [(one.call_id, one.number) for one in ignored] == [("c1", 5), ("c2", 2)]
    pages = [store.kept_cues(*WEEK, limit=4, skip=skip) for skip in (0, 4, 8)]
    assert [len(page) for page in pages] == [4, 2, 0]
    assert store.kept_cues(*WEEK, reps={"bo"}, limit=9) == []


def test_a_mark_afterwards_makes_a_cue_wrong_and_can_be_taken_back_by_who_made_it(store: Store) -> None:
    happened(store, "c1", *EVERY)
    assert store.mark_cue("c1", 2, "mo@x.example", NOW)
    assert store.mark_cue("c1", 2, "mo@x.example", NOW), "twice is once"
    assert store.mark_cue("c1", 2, "alex@x.example", NOW + timedelta(seconds=1))
    assert not store.mark_cue("c1", 3, "mo@x.example", NOW), "what was raised can be marked, an order cannot"
    assert not store.mark_cue("gone", 2, "mo@x.example", NOW)
    assert store.cue_marks("c1") == {2: ["mo@x.example", "alex@x.example"]}
    assert store.kept_cues(*WEEK, limit=1)[0].fate == "wrong"
    store.unmark_cue("c1", 2, "mo@x.example")
    assert store.cue_marks("c1") == {2: ["alex@x.example"]}
    store.unmark_cue("c1", 2, "alex@x.example")
    assert store.kept_cues(*WEEK, limit=1)[0].fate == "followed"


def test_muted_kinds_are_a_persons_own(store: Store) -> None:
    for email, name in (("alex@x.example", "Älex"), ("bo@x.example", "Bo")):
        store.add_user(User(email=email, name=name), NOW)
    store.mute_kind("alex@x.example", "slow_down", NOW)
    store.mute_kind("Alex@x.example", "slow_down", NOW)
    store.mute_kind("alex@x.example", "card", NOW + timedelta(seconds=1))
    store.mute_kind("nobody@x.example", "card", NOW)
    assert store.muted_kinds("ALEX@x.example") == ["slow_down", "card"]
    assert store.muted_kinds("älEX") == ["slow_down", "card"]
    assert store.muted_kinds("bo@x.example") == []
    assert store.muted_kinds("") == []
    store.unmute_kind("alex@x.example", "slow_down")
    assert store.muted_kinds("alex@x.example") == ["card"]
