"""Suggestions in the fold: a card while its moment is there, else a count; and the same bytes from the stored log."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from server.call.allowance import Allowance, Suggested
from server.call.conversation import Conversation
from server.call.playbook import Playbook
from server.call.script import parse_script
from server.envelope import event_from_json, event_to_json
from server.events import INPUTS, Card, Cue, Event, Evidence, Order, Suggestion
from server.outside.playbooks import load_playbooks
from server.replay import replay_events

DEMO = load_playbooks()["post-demo"]

AMPLE = Allowance(requests=30, tokens_in=60_000, tokens_out=8_000)

Line = tuple[str, float, float, str]
INTRO: Line = ("rep", 0.5, 4.0, "Hi Sarah, it's Alex from Northwind. Did I catch you at a bad time?")
PRICE: Line = ("prospect", 12.0, 14.0, "Honestly, it's too expensive for us.")
HOW: Line = ("prospect", 12.0, 14.0, "And how long does the whole rollout take?")
TAIL: Line = ("rep", 80.0, 81.0, "Okay.")
PROOF = Evidence(track="prospect", start=12.0, end=14.0, text="Honestly, it's too expensive for us.")
ON_PRICE = Suggestion(
    at=15.2, about="price", since=14.0, asked_at=14.4, author="quick", headline="Compare the cost",
    lines=("Fair point. Compared with what?",), evidence=PROOF, tokens_in=800, tokens_out=50, micros=1000,
)  # fmt: skip
ON_HOW = replace(ON_PRICE, about="question")


def folded(*lines: Line, more: list[Event], playbook: Playbook = DEMO) -> tuple[list[Event], Suggested]:
    body = [
        {"track": track, "start": start, "end": end, "text": text}
        for track, start, end, text in (*lines, TAIL)
    ]
    script = parse_script(json.dumps(line) for line in ({"call": {"id": "t"}}, *body))
    inputs = sorted([script.start, *script.events, *more], key=lambda event: event.at)
    conversation = Conversation(playbook)
    return [made for event in inputs for made in conversation.apply(event)], conversation.story.suggested


def cards(events: list[Event]) -> list[Card]:
    return [event for event in events if isinstance(event, Card)]


def raised(events: list[Event]) -> list[tuple[str, Any]]:
    return [(e.kind, e.objection) for e in events if isinstance(e, Cue) and e.phase == "raised"]


def test_the_local_card_is_there_before_and_the_suggestion_fills_it() -> None:
    events, suggested = folded(INTRO, PRICE, more=[ON_PRICE])
    (card,) = cards(events)
    assert (card.at, card.about, card.headline, card.lines, card.author) == (
        15.2, "price", "Compare the cost", ("Fair point. Compared with what?",), "quick",
    )  # fmt: skip
    assert card.evidence == PROOF
    (cue,) = [e for e in events if isinstance(e, Cue) and e.kind == "card" and e.phase == "raised"]
    assert cue.at < card.at
    assert cue.line == " ".join(DEMO.cards["price"].lines)
    assert suggested.outcomes == {"shown": 1}


def test_the_local_path_is_the_same_with_and_without() -> None:
    with_it, _ = folded(INTRO, PRICE, more=[ON_PRICE])
    without, _ = folded(INTRO, PRICE, more=[])
    assert [event for event in with_it if not isinstance(event, Card | Suggestion)] == without


def test_a_question_gets_a_card_of_its_own() -> None:
    events, suggested = folded(INTRO, HOW, more=[ON_HOW])
    assert raised(events) == [("card", None)]
    assert [card.about for card in cards(events)] == ["question"]
    assert suggested.outcomes == {"shown": 1}


def test_a_later_question_gets_one_too() -> None:
    again = ("prospect", 50.0, 52.0, "And when would the training start?")
    later = replace(ON_HOW, at=53.2, since=52.0)
    events, _ = folded(INTRO, HOW, again, more=[ON_HOW, later])
    assert [card.at for card in cards(events)] == [15.2, 53.2]


LONG_ANSWER: Line = ("rep", 14.1, 18.0, "Well, let me tell you all about that in detail.")
OTHER: Line = ("prospect", 14.2, 15.0, "And I need to ask my boss.")
DNC: Line = ("prospect", 14.2, 15.0, "Do not call me again.")
DISMISSED = Order(at=15.0, action="dismiss_cue", target="card")


@pytest.mark.parametrize(
    ("line", "given", "outcome"),
    [
        (PRICE, [replace(ON_PRICE, at=16.1)], "late"),
        (PRICE, [replace(ON_PRICE, at=15.9), LONG_ANSWER], "passed"),
        (PRICE, [replace(ON_PRICE, at=15.9), OTHER], "passed"),
        (PRICE, [replace(ON_PRICE, at=15.9), DNC], "passed"),
        (PRICE, [replace(ON_PRICE, at=15.9), DISMISSED], "passed"),
        (PRICE, [replace(ON_PRICE, about="trust")], "passed"),
        (HOW, [replace(ON_HOW, at=15.9), LONG_ANSWER], "passed"),
        (HOW, [Order(at=10.0, action="mute_kind", target="card"), ON_HOW], "paced"),
        (PRICE, [replace(ON_HOW, at=15.9)], "paced"),
        (PRICE, [replace(ON_PRICE, evidence=None)], "uncited"),
        (PRICE, [replace(ON_PRICE, refused="hostile")], "hostile"),
    ],
)  # fmt: skip
def test_what_comes_too_late_or_at_the_wrong_time_is_counted_and_not_shown(
    line: Line, given: list[Any], outcome: str
) -> None:
    lines = [one for one in given if isinstance(one, tuple)]
    events, suggested = folded(INTRO, line, *lines, more=[one for one in given if not isinstance(one, tuple)])
    assert cards(events) == []
    assert suggested.outcomes == {outcome: 1}


def test_after_the_ask_only_the_silence_exists() -> None:
    ask: Line = ("rep", 15.0, 17.0, "Can we get your ops lead on for fifteen minutes Thursday at two?")
    events, suggested = folded(INTRO, ask, more=[replace(ON_HOW, at=18.5, since=17.9)])
    assert cards(events) == []
    assert raised(events) == [("stay_silent", None)]
    assert suggested.outcomes == {"passed": 1}


def test_nobody_is_helped_when_the_call_has_ended() -> None:
    end = folded(INTRO, PRICE, more=[])[0][-1].at
    events, suggested = folded(INTRO, PRICE, more=[replace(ON_PRICE, at=end + 0.1, since=end)])
    assert cards(events) == []
    assert suggested.outcomes == {"passed": 1}


def test_the_stored_log_gives_the_same_bytes_and_needs_no_key() -> None:
    unasked = Suggestion(at=14.3, about="price", since=14.0, author="quick", refused="over_limit")
    seen, suggested = folded(INTRO, PRICE, more=[unasked, ON_PRICE])
    lines = [json.dumps(event_to_json(event)) for event in seen]
    stored = [event_from_json(json.loads(line)) for line in lines]
    again = replay_events("t", [event for event in stored if isinstance(event, INPUTS)], DEMO)
    assert [json.dumps(event_to_json(envelope.event)) for envelope in again][:-1] == lines
    assert suggested.outcomes == {"shown": 1, "over_limit": 1}


def test_the_calls_figures_tell_what_became_of_them_and_what_they_cost() -> None:
    made = Suggested()
    assert made.figures == {}
    made.count(ON_PRICE, "shown")
    made.count(replace(ON_PRICE, refused="late", micros=0, tokens_in=0, tokens_out=0), "late")
    made.count(Suggestion(at=1, about="price", since=1, author="quick", refused="resting"), "resting")
    assert made.figures == {
        "suggestions_asked": 2, "suggestions_late": 1, "suggestions_resting": 1, "suggestions_shown": 1,
        "suggestion_tokens_in": 800, "suggestion_tokens_out": 50, "suggestion_cost": 0.001,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("allowance", "requests", "spent"),
    [
        ({}, 0, False),
        ({"requests": 0}, 0, True),
        ({"requests": 3}, 2, False),
        ({"requests": 3}, 3, True),
        ({"tokens_in": 800}, 1, True),
        ({"tokens_in": 801}, 1, False),
        ({"tokens_out": 50}, 1, True),
        ({"cost": 0.001}, 1, True),
        ({"cost": 0.002}, 1, False),
        ({"cost": 0.0}, 1, False),
    ],
)
def test_a_call_may_spend_so_much(allowance: dict[str, Any], requests: int, spent: bool) -> None:
    so_far = Suggested()
    so_far.count(ON_PRICE, "shown")
    assert replace(AMPLE, **allowance).spent(so_far, requests) is spent


def test_a_price_is_for_a_million_tokens() -> None:
    assert replace(AMPLE, price_in=0.25, price_out=2.0).micros(800, 50) == 300
