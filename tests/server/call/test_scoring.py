"""One call's score, from labels and events made by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from media.audio import Word
from server.call.labels import parse_labels
from server.call.scoring import score_call
from server.call.tally import Count, Remark, Share, Tally
from server.envelope import Envelope
from server.events import (
    Ask,
    Beat,
    CallEnded,
    Commitment,
    Cue,
    Dnc,
    Event,
    Evidence,
    Final,
    NextStep,
    Objection,
    Question,
    Sentence,
    SpeechStopped,
    Summary,
)


def score(labels: list[dict[str, Any]], *events: Event) -> Tally:
    envelopes = [Envelope("c", number, event) for number, event in enumerate(events, 1)]
    return score_call("c", parse_labels(map(json.dumps, labels)), envelopes)


def cue(at: float, kind: Any, phase: Any = "raised") -> Cue:
    return Cue(at=at, kind=kind, text="", phase=phase, why="because")


def beat(at: float, name: Any, phase: Any, since: float) -> Beat:
    return Beat(at=at, beat=name, phase=phase, since=since, budget=15.0)


def faults(tally: Tally) -> list[tuple[str, str, float]]:
    return [(remark.what, remark.fault, remark.at) for remark in tally.remarks]


def test_cues_traps_and_delays() -> None:
    labels: list[dict[str, Any]] = [
        {"label": "cue", "kind": "stay_silent", "from": 10.0, "to": 13.0},
        {"label": "cue", "kind": "book_it", "from": 20.0, "to": 26.0},
        {"label": "no_cue", "kind": "slow_down", "from": 30.0, "to": 40.0},
        {"label": "no_cue", "kind": "let_finish", "from": 30.0, "to": 40.0},
    ]
    tally = score(
        labels,
        cue(10.6, "stay_silent"), cue(12.0, "stay_silent", "expired"), cue(28.0, "book_it"), cue(33.0, "slow_down"),
    )  # fmt: skip
    assert tally.counts == {
        ("cue", "stay_silent"): Count(right=1),
        ("cue", "book_it"): Count(false=1, missed=1),
        ("cue", "slow_down"): Count(false=1),
    }
    assert tally.shares == {("trap", "slow_down"): Share(1, 1), ("trap", "let_finish"): Share(0, 1)}
    assert tally.times == {("cue", "stay_silent"): (0.6,)}
    assert faults(tally) == [
        ("cue book_it", "missed", 20.0), ("cue book_it", "late 2.0 s", 28.0), ("cue slow_down", "trap", 33.0),
    ]  # fmt: skip


def test_a_remark_shows_the_words_there() -> None:
    words = Word("Long", 1.0, 1.5), Word("ago,", 1.5, 2.0), Word("shall", 6.0, 6.5), Word("we?", 6.5, 7.0)
    rep = Final(at=9.0, track="rep", turn=1, start=1.0, end=8.0, words=words)
    prospect = Final(at=9.5, track="prospect", turn=1, start=8.2, end=9.0, words=(Word("Sure.", 8.2, 9.0),))
    tally = score([{"label": "cue", "kind": "book_it", "from": 9.0, "to": 12.0}], rep, prospect)
    assert tally.remarks == (
        Remark(call="c", at=9.0, what="cue book_it", fault="missed", words="rep: shall we? prospect: Sure."),
    )


def test_asks_and_their_ends() -> None:
    said = Evidence(track="rep", start=1.0, end=2.0, text="Shall we?")
    tally = score(
        [{"label": "ask_end", "at": 10.0}, {"label": "ask_end", "at": 30.0}],
        Ask(at=10.9, end=10.4, evidence=said), Ask(at=50.9, end=50.4, evidence=said),
    )  # fmt: skip
    assert tally.counts == {("ask", ""): Count(right=1, false=1, missed=1)}
    assert tally.times == {("ask", ""): (0.4,)}
    assert faults(tally) == [("ask", "missed", 30.0), ("ask", "false", 50.4)]


def test_boundaries_of_beats() -> None:
    labels: list[dict[str, Any]] = [
        {"label": "beat", "beat": "permission_context", "start": 0.5, "end": 11.0},
        {"label": "beat", "beat": "why_now", "start": 12.0, "end": 20.0},
        {"label": "beat", "beat": "ask", "start": 40.0, "end": 44.0},
    ]
    tally = score(
        labels,
        beat(0.7, "permission_context", "entered", 0.6),
        beat(16.0, "permission_context", "left", 0.6),
        beat(16.0, "why_now", "entered", 12.5),
        beat(30.0, "why_now", "overrun", 12.5),
        beat(30.5, "why_now", "left", 12.5),
    )
    assert tally.counts == {
        ("beat", "permission_context start"): Count(right=1),
        ("beat", "permission_context end"): Count(right=1),  # 12.5: where the beat began that took its place
        ("beat", "why_now start"): Count(right=1),
        ("beat", "why_now end"): Count(false=1, missed=1),
        ("beat", "ask start"): Count(missed=1),
        ("beat", "ask end"): Count(missed=1),
    }


def test_objections_by_kind() -> None:
    def objection(start: float, end: float, kind: Any) -> Objection:
        return Objection(at=end + 0.6, track="prospect", start=start, end=end, kind=kind, text="No.")

    tally = score(
        [
            {"label": "objection", "objection": "price", "start": 10.0, "end": 14.0},
            {"label": "objection", "objection": "timing", "start": 30.0, "end": 34.0},
        ],
        objection(10.0, 12.0, "price"), objection(12.0, 14.0, "price"), objection(31.0, 33.0, "no_need"),
    )  # fmt: skip
    assert tally.counts == {
        ("objection", "price"): Count(right=1),
        ("objection", "timing"): Count(missed=1),
        ("objection", "no_need"): Count(false=1),
    }


@pytest.mark.parametrize(
    ("wanted", "found", "count"),
    [
        ([20.0], [(18.0, 20.0)], Count(right=1)),
        ([20.0], [(18.0, 20.0), (40.0, 42.0)], Count(right=1)),  # said again: the request stands
        ([20.0], [(5.0, 6.0)], Count(false=1, missed=1)),
        ([], [(5.0, 6.0)], Count(false=1)),
        ([20.0], [], Count(missed=1)),
    ],
)
def test_requests_not_to_be_called(
    wanted: list[float], found: list[tuple[float, float]], count: Count
) -> None:
    events = [Dnc(at=end + 0.6, track="prospect", start=start, end=end, text="Stop.") for start, end in found]
    tally = score([{"label": "dnc", "at": at} for at in wanted], *events)
    assert tally.counts == {("do not call", ""): count}


@pytest.mark.parametrize(
    ("generic", "at", "good"), [(True, 9.5, 1), (True, None, 0), (False, None, 1), (False, 9.5, 0), (False, 40.0, 1)]
)  # fmt: skip
def test_openers(generic: bool, at: float | None, good: int) -> None:
    tally = score(
        [{"label": "opener", "generic": generic, "at": 9.0}], *([cue(at, "give_reason")] if at else [])
    )
    assert tally.shares["opener", "generic" if generic else "specific"] == Share(good, 1)


def test_questions_and_promises_by_who_said_them() -> None:
    where = {"at": 12.0, "start": 10.0, "end": 11.0, "text": "What?"}
    tally = score(
        [
            {"label": "question", "track": "rep", "at": 11.0},
            {"label": "question", "track": "prospect", "at": 30.0},
            {"label": "commitment", "by": "rep", "text": "I'll send it", "at": 12.0},
        ],
        Question(track="rep", **where), Commitment(track="prospect", **where),  # type: ignore[arg-type]
    )  # fmt: skip
    assert tally.counts == {
        ("question", "rep"): Count(right=1),
        ("question", "prospect"): Count(missed=1),
        ("commitment", "rep"): Count(missed=1),
        ("commitment", "prospect"): Count(false=1),
    }


def test_interruptions_by_who_broke_in() -> None:
    def spoke(track: Any, turn: int, start: float, end: float) -> SpeechStopped:
        return SpeechStopped(at=end + 0.4, track=track, turn=turn, start=start, end=end)

    tally = score(
        [{"label": "interruption", "by": "rep", "at": 15.2}, {"label": "interruption", "by": "rep", "at": 60.0}],
        spoke("rep", 1, 15.0, 18.0), spoke("prospect", 1, 10.0, 20.0),
        spoke("prospect", 2, 35.0, 38.0), spoke("rep", 2, 30.0, 40.0),
        CallEnded(at=41.0, reason="hangup", duration=40.0),
    )  # fmt: skip
    assert tally.counts == {
        ("interruption", "rep"): Count(right=1, missed=1),
        ("interruption", "prospect"): Count(false=1),
    }
    assert tally.times == {("interruption", "rep"): (0.2,)}


OUTCOME = {"label": "outcome", "code": "connect", "sentiment": "positive", "meeting": True}
MEETING = {"label": "next_step", "kind": "meeting", "date": "2026-11-26", "time": "14:00", "at": 50.0}


def summary(step: NextStep, *facts: str, outcome: Any = "connect", meeting: bool = True) -> Summary:
    proofs = tuple(Evidence(track="prospect", start=1.0, end=2.0, text=fact) for fact in facts)
    told = (Sentence(text="They agreed: “Thursday works.”", evidence=()),)
    return Summary(at=60.0, outcome=outcome, sentiment="positive", meeting=meeting, next_step=step,
                   facts=proofs, sentences=told)  # fmt: skip


def test_the_record() -> None:
    labels = [MEETING, OUTCOME, {"label": "fact", "text": "they have forty reps", "at": 9.0},
              {"label": "fact", "text": "the contract ends in March", "at": 9.0},
              {"label": "false_fact", "text": "they have forty reps in Boston"},
              {"label": "false_fact", "text": "they use HubSpot"}]  # fmt: skip
    step = NextStep(kind="meeting", date="2026-11-26", time="10:00")
    tally = score(labels, summary(step, "We have 40 reps.", outcome="dnc"))
    assert tally.shares == {
        ("fact", ""): Share(1, 2),
        ("false fact", ""): Share(0, 2),
        ("next step", "meeting"): Share(1, 1),
        ("date", ""): Share(1, 1),
        ("time", ""): Share(0, 1),
        ("outcome", ""): Share(0, 1),
        ("sentiment", ""): Share(1, 1),
        ("meeting", ""): Share(1, 1),
    }
    assert tally.outcome == ("connect", "dnc")
    assert [remark.why for remark in tally.remarks] == [
        "the contract ends in March", "14:00, taken for 10:00", "connect, taken for dnc",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "found", "count", "share"),
    [
        ([MEETING, OUTCOME], "meeting", Count(right=1), ("meeting", Share(1, 1))),
        ([MEETING, OUTCOME], "call", Count(false=1, missed=1), ("meeting", Share(0, 1))),
        ([MEETING, OUTCOME], "none", Count(missed=1), ("meeting", Share(0, 1))),
        ([OUTCOME], "email", Count(false=1), ("none", Share(0, 1))),
        ([OUTCOME], "none", Count(), ("none", Share(1, 1))),
        ([{**MEETING, "kind": "email"}, {**MEETING, "at": 55.0}], "meeting", Count(right=1), ("meeting", Share(1, 1))),
    ],
)  # fmt: skip
def test_the_next_step(
    labels: list[dict[str, Any]], found: Any, count: Count, share: tuple[str, Share]
) -> None:
    tally = score(labels, summary(NextStep(kind=found, date="2026-11-26", time="14:00")))
    assert tally.counts == {("next step", ""): count}
    assert tally.shares["next step", share[0]] == share[1]


def test_a_call_without_labels_of_its_record_is_not_judged_by_it() -> None:
    tally = score([{"label": "ask_end", "at": 10.0}], summary(NextStep()))
    assert tally.shares == {}
    assert tally.outcome is None
