"""Which beat the rep is in, out of what single sentences do."""

from __future__ import annotations

from collections.abc import Sequence

from server.call.acts import Said
from server.call.beats import Beats
from server.call.classifier import shipped
from server.call.playbook import Playbook
from server.call.text import Sentence, plain
from server.events import Beat, Event
from server.outside.playbooks import load_playbooks

PLAYBOOKS = load_playbooks()
DEMO = PLAYBOOKS["post-demo"]
LONG = " ".join(["word"] * 9)


def said(text: str, start: float = 10.0, **p: float) -> Said:
    reading = shipped().read("rep", plain(text))
    sentence = Sentence("rep", start, start + 2, text, plain(text))
    return Said(sentence, {**dict.fromkeys(reading.p, 0.0), **p}, reading)


def steps(made: Sequence[Event]) -> list[tuple[str, str]]:
    return [(event.beat, event.phase) for event in made if isinstance(event, Beat)]


def begun(turns: int = 1, playbook: Playbook = DEMO) -> Beats:
    beats = Beats(playbook)
    for turn in range(turns):
        beats.rep_began(turn + 0.1, float(turn))
    return beats


def asked(beats: Beats, start: float = 20.0) -> list[Event]:
    return beats.asked(start, start + 3, start + 3.6, said("Thursday?", start).sentence.evidence)


def test_the_first_speech_opens_the_call_and_only_the_first() -> None:
    beats = Beats(DEMO)
    assert steps(beats.rep_began(0.6, 0.5)) == [("permission_context", "entered")]
    assert beats.rep_began(4.0, 3.9) == []
    assert (beats.now, beats.since) == ("permission_context", 0.5)


def test_a_voicemail_has_no_beats() -> None:
    beats = begun(2, PLAYBOOKS["voicemail"])
    assert beats.now is None
    assert asked(beats) == []
    assert beats.rep_said(said(LONG, why=0.9), 12) == []


def test_a_reason_begins_why_now_and_reaches_it() -> None:
    made = begun().rep_said(said("We heard of your new site.", why=0.8, reason=0.6), 12.5)
    assert steps(made) == [
        ("permission_context", "left"), ("why_now", "entered"), ("why_now", "reached"),
    ]  # fmt: skip
    assert [event.since for event in made if isinstance(event, Beat)] == [0.0, 10.0, 10.0]


def test_generic_words_begin_no_why_now() -> None:
    assert begun(2).rep_said(said(LONG, why=0.9, generic=0.9), 12.5) == []


def test_length_of_a_sentence_alone_begins_no_why_now() -> None:
    assert begun(2).rep_said(said(LONG), 12.5) == []
    assert begun(2).rep_said(said("The new one.", why=0.9), 12.5) == []


def test_length_alone_is_why_now_after_the_opening() -> None:
    assert begun(1).explains(20, 5) == []
    beats = begun(2)
    assert ("why_now", "entered") in steps(beats.explains(20, 5))
    assert beats.since == 5


def test_a_playbooks_phrase_reaches_the_beat_that_goes_on_once() -> None:
    given = DEMO.model_dump()
    given["beats"][0]["reached"] = ["purple elephant"]
    beats = begun(1, Playbook.model_validate(given))
    assert steps(beats.rep_said(said("The purple elephant."), 12)) == [("permission_context", "reached")]
    assert beats.rep_said(said("The purple elephant."), 15) == []


def test_the_ask_is_over_with_its_words_and_listening_begins_there() -> None:
    beats = begun(2)
    beats.rep_said(said(LONG, why=0.9), 12.5)
    assert steps(asked(beats)) == [
        ("why_now", "left"), ("ask", "entered"), ("ask", "reached"), ("ask", "left"), ("listen", "entered"),
    ]  # fmt: skip
    assert (beats.now, beats.since) == ("listen", 23.0)


def test_what_may_have_been_why_now_was_it_when_the_ask_follows() -> None:
    beats = begun(2)
    assert beats.rep_said(said("It is the new one."), 12.5) == []
    entered = [event for event in asked(beats) if isinstance(event, Beat) and event.phase == "entered"]
    assert [(event.beat, event.since) for event in entered] == [
        ("why_now", 10.0),
        ("ask", 20.0),
        ("listen", 23.0),
    ]


def test_listening_is_reached_by_an_answer_only() -> None:
    beats = begun()
    asked(beats)
    assert steps(beats.listened(30, 29, answered=False)) == [("listen", "left")]
    asked(beats, 40)
    assert steps(beats.listened(50, 49, answered=True)) == [("listen", "reached"), ("listen", "left")]
    assert beats.listened(51, 50, answered=True) == []


def test_booking_comes_once_after_an_ask_or_an_objection() -> None:
    beats = begun()
    asked(beats)
    booked = beats.booked(said("I'm sending it.", 30), 32.5)
    assert steps(booked) == [("listen", "left"), ("book_or_bridge", "entered"), ("book_or_bridge", "reached")]
    assert steps(beats.rep_stopped(33, 32)) == [("book_or_bridge", "left")]
    assert beats.booked(said("I'm sending it.", 40), 42.5) == []
    beats.objected(50, 49)
    assert ("book_or_bridge", "entered") in steps(beats.booked(said("I'm sending it.", 55), 57.5))


def test_an_objection_ends_why_now_where_the_rep_stopped() -> None:
    beats = begun(2)
    beats.rep_said(said(LONG, why=0.9), 12.5)
    (left,) = beats.objected(20, 12)
    assert isinstance(left, Beat)
    assert (left.beat, left.phase, left.until) == ("why_now", "left", 12)


def test_a_beat_that_takes_longer_than_planned_is_told_once_but_listening_never() -> None:
    beats = begun()
    budget = DEMO.budgets["permission_context"]
    assert beats.tick(budget) == []
    assert steps(beats.tick(budget + 0.1)) == [("permission_context", "overrun")]
    assert beats.tick(budget + 9) == []
    asked(beats)
    assert beats.tick(500) == []


def test_no_beat_ends_before_it_began() -> None:
    (left,) = begun().leave(5, -1)
    assert isinstance(left, Beat)
    assert left.until == 0.0
