"""A call's figures, on calls whose answer can be counted on paper."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from media.audio import Word
from server.call.metrics import Metrics, Side, metrics_of
from server.call.script import parse_script
from server.events import Ask, Beat, CallEnded, Event, Evidence, Final, Question, SpeechStopped
from server.outside.playbooks import load_playbooks
from server.replay import replay_script

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
PROOF = Evidence(track="rep", start=8.0, end=10.0, text="Shall we?")

Line = tuple[str, float, float, str]


def call(*lines: Line) -> list[Event]:
    """The events of turns of speech, each with its words spread evenly; no words, no final."""
    events: list[Event] = []
    for turn, (track, start, end, text) in enumerate(lines, 1):
        said = text.split()
        step = (end - start) / max(1, len(said))
        words = tuple(Word(w, start + i * step, start + (i + 1) * step) for i, w in enumerate(said))
        where = {"track": track, "turn": turn, "start": start, "end": end}
        events.append(SpeechStopped(at=end, **where))  # type: ignore[arg-type]
        if words:
            events.append(Final(at=end, words=words, **where))  # type: ignore[arg-type]
    return events


def beat(name: str, phase: str, at: float, since: float, budget: float = 15.0) -> Beat:
    return Beat(at=at, beat=name, phase=phase, since=since, budget=budget)  # type: ignore[arg-type]


def test_nothing_to_measure() -> None:
    nothing = metrics_of([], 0.0)
    assert nothing == Metrics(duration=0.0)
    assert (nothing.talk_share, nothing.air_share, nothing.fillers_per_min) == (None, None, None)
    assert metrics_of([CallEnded(at=9.0, reason="hangup", duration=8.0)], 0.0).rep == Side()


def test_shares_overlap_and_pace() -> None:
    spoken = metrics_of(call(("rep", 0.0, 12.0, "one two three four"), ("prospect", 11.0, 17.0, "five")), 20)
    assert (spoken.rep.speech_s, spoken.prospect.speech_s, spoken.overlap_s) == (12.0, 6.0, 1.0)
    assert spoken.talk_share == pytest.approx(12 / 18)
    assert spoken.air_share == pytest.approx(12 / 20)
    assert spoken.rep.pace_wpm == pytest.approx(20.0)
    assert spoken.prospect.pace_wpm is None, "six seconds are too few for a rate"


def test_both_sides_by_the_same_rules() -> None:
    """The rep answers after 0.5 and 0.7 s, the prospect after 1 s; either holds the floor over a short word."""
    there = call(
        ("prospect", 0.0, 5.0, ""),
        ("rep", 5.5, 8.0, ""),
        ("prospect", 9.0, 12.0, ""),
        ("rep", 10.0, 10.3, ""),
        ("prospect", 12.2, 16.0, ""),
        ("rep", 16.7, 20.0, ""),
    )
    other_track = {"rep": "prospect", "prospect": "rep"}
    back = [replace(stop, track=other_track[stop.track]) for stop in there]  # type: ignore[attr-defined, call-arg]
    one, other = metrics_of(there, 20.0), metrics_of(back, 20.0)
    assert one.rep == other.prospect
    assert one.prospect == other.rep
    assert one.rep.patience_s == pytest.approx(0.6)
    assert one.prospect.patience_s == pytest.approx(1.0)
    assert one.prospect.longest_monologue_s == pytest.approx(7.0, abs=0.11)
    assert one.rep.interruptions == ()


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("Yes, and it only takes ten minutes.", (2.0,)),
        ("", (2.0,)),  # nobody knows what it was
        ("Yeah, right. Makes sense.", ()),
        ("Right, right, right, right, right, right.", (2.0,)),  # no longer a murmur
        ("No.", (2.0,)),
    ],
)
def test_only_what_takes_the_floor_interrupts(said: str, times: tuple[float, ...]) -> None:
    spoken = metrics_of(call(("rep", 0.0, 9.0, ""), ("prospect", 2.0, 3.5, said)), 10.0)
    assert spoken.prospect.interruptions == times
    assert spoken.rep.interruptions == ()


def test_a_short_word_over_somebody_is_no_interruption() -> None:
    assert metrics_of(call(("prospect", 0.0, 9.0, ""), ("rep", 2.0, 2.7, "Wait")), 10.0).rep == Side(
        speech_s=pytest.approx(0.7), longest_monologue_s=pytest.approx(0.7, abs=0.11)
    )


def test_who_spoke_in_a_beat_and_what_was_planned() -> None:
    events = [
        beat("permission_context", "entered", 1.0, 0.0),
        *call(("rep", 0.0, 8.0, ""), ("prospect", 9.0, 11.0, ""), ("rep", 12.0, 20.0, "")),
        beat("permission_context", "left", 15.0, 0.0),
        beat("why_now", "entered", 15.0, 12.0, 20.0),
        CallEnded(at=22.0, reason="hangup", duration=22.0),
    ]
    opening, reason = metrics_of(events, 0.0, {"permission_context": 0.9}).visits
    assert (opening.start, opening.end) == (0.0, 12.0), "it ends where the next one began"
    assert (opening.rep_s, opening.prospect_s, opening.talk_share, opening.target) == (8.0, 2.0, 0.8, 0.9)
    assert (reason.start, reason.end, reason.talk_share, reason.target) == (12.0, 22.0, 1.0, None)


def test_fillers_are_the_reps_and_count_by_the_minute_of_his_speech() -> None:
    spoken = metrics_of(call(("rep", 0.0, 20.0, "um so uh we do"), ("prospect", 20.0, 30.0, "um")), 30.0)
    assert [filler.text for filler in spoken.fillers] == ["um", "uh"]
    assert spoken.fillers_per_min == pytest.approx(6.0)


def test_questions_of_either_side() -> None:
    asked = [
        Question(at=at, track=track, start=at - 1, end=at, text="?")  # type: ignore[arg-type]
        for at, track in ((2.0, "rep"), (4.0, "rep"), (6.0, "prospect"))
    ]
    spoken = metrics_of(asked, 10.0)
    assert (spoken.rep.questions, spoken.prospect.questions) == (2, 1)


def test_a_turn_heard_again_counts_once() -> None:
    first, again = call(("rep", 0.0, 10.0, "um"))[1], call(("rep", 0.0, 10.0, "um uh"))[1]
    assert len(metrics_of([first, again], 10.0).fillers) == 2


@pytest.mark.parametrize(
    ("spans", "end", "by"),
    [
        ([("rep", 6.0, 10.1), ("prospect", 16.5, 20.0)], 16.5, "prospect"),
        ([("rep", 6.0, 10.5), ("rep", 13.0, 20.0), ("prospect", 21.0, 22.0)], 13.0, "rep"),
        ([("rep", 6.0, 14.0)], 10.0, "rep"),
        ([("rep", 6.0, 10.0), ("prospect", 9.5, 12.0)], 10.0, "prospect"),
        ([("rep", 6.0, 10.0)], 60.0, "nobody"),
    ],
)
def test_silence_after_the_ask(spans: list[tuple[str, float, float]], end: float, by: str) -> None:
    events = [*call(*((*span, "") for span in spans)), Ask(at=10.5, end=10.0, evidence=PROOF)]
    (silence,) = metrics_of(events, 60.0).silences
    assert (silence.start, silence.end, silence.by) == (10.0, end, by)


@pytest.mark.parametrize("name", ["good", "bad", "voicemail"])
def test_what_must_hold_on_any_call(name: str) -> None:
    script = parse_script((SAMPLES / f"{name}.call.jsonl").read_text().splitlines())
    events = [e.event for e in replay_script(script, load_playbooks()[script.start.playbook])]
    spoken = metrics_of(events, 0.0)
    assert all(one.end <= other.start for one, other in pairwise(spoken.visits)), "no two beats at once"
    assert sum(visit.rep_s for visit in spoken.visits) <= spoken.rep.speech_s + 1e-6
    labelled = [json.loads(line) for line in (SAMPLES / f"{name}.call.jsonl").read_text().splitlines()]
    for by, side in (("rep", spoken.rep), ("prospect", spoken.prospect)):
        wanted = [row["at"] for row in labelled if row.get("label") == "interruption" and row["by"] == by]
        assert list(side.interruptions) == pytest.approx(wanted, abs=0.05)
