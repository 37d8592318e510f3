"""The fold on small calls: what the rep sees, when, and what never."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest

from server.call.conversation import Conversation
from server.call.playbook import Playbook
from server.call.script import Script, parse_script, spread
from server.envelope import event_from_json, event_to_json
from server.errors import Malformed
from server.events import (
    INPUTS,
    Ask,
    Beat,
    Cue,
    Dnc,
    Event,
    Final,
    Objection,
    Order,
    Partial,
    Question,
    SpeechStarted,
    Summary,
    Talk,
    Verdict,
)  # fmt: skip
from server.outside.playbooks import load_playbooks
from server.replay import replay_events, replay_script

PLAYBOOKS = load_playbooks()
DEMO, VOICEMAIL = PLAYBOOKS["post-demo"], PLAYBOOKS["voicemail"]

Line = tuple[str, float, float, str]
INTRO: Line = ("rep", 0.5, 4.0, "Hi Sarah, it's Alex from Northwind. Did I catch you at a bad time?")
YES: Line = ("prospect", 4.5, 5.5, "No, I have a minute.")
ASK: Line = ("rep", 10.0, 13.0, "Can we get your ops lead on for fifteen minutes Thursday at two?")


def scripted(*lines: Line, level: str = "balanced") -> Script:
    head = {"call": {"id": "t", "contact": "Sarah", "rep": "Alex", "date": "2026-11-16", "level": level}}
    body = [{"track": track, "start": start, "end": end, "text": text} for track, start, end, text in lines]
    return parse_script(json.dumps(line) for line in (head, *body))


def played(*lines: Line, playbook: Playbook = DEMO, level: str = "balanced") -> list[Event]:
    return [envelope.event for envelope in replay_script(scripted(*lines, level=level), playbook)]


def cues(events: Iterable[Event], phase: str = "raised") -> list[tuple[str, float]]:
    return [(event.kind, event.at) for event in events if isinstance(event, Cue) and event.phase == phase]


def kinds(events: Iterable[Event]) -> list[str]:
    return [kind for kind, _ in cues(events)]


def summary(events: Iterable[Event]) -> Summary:
    (found,) = (event for event in events if isinstance(event, Summary))
    return found


class TestShield:
    """After the ask there is "Stay silent" and nothing else, until they have answered."""

    def test_it_comes_with_the_ask_and_goes_with_the_answer(self) -> None:
        events = played(INTRO, YES, ASK, ("prospect", 20.0, 22.0, "Yes, Thursday at two works."))
        ((kind, at),) = cues(events)
        assert kind == "stay_silent"
        assert at - 13.0 < 0.7
        assert cues(events, "followed") == [("stay_silent", pytest.approx(22.45, abs=0.1))]
        (asked,) = (event for event in events if isinstance(event, Ask))
        assert asked.end == pytest.approx(13.0)

    def test_a_rep_who_fills_the_silence_is_told(self) -> None:
        events = played(INTRO, YES, ASK, ("rep", 15.0, 18.0, "Because our prices will change soon, you see."))
        assert kinds(events) == ["stay_silent", "let_finish"]
        assert dict(cues(events))["let_finish"] == pytest.approx(16.25, abs=0.15)
        listen = [e for e in events if isinstance(e, Beat) and e.beat == "listen" and e.phase == "left"]
        assert listen[0].at - listen[0].since == pytest.approx(3.25, abs=0.2)

    def test_a_word_of_theirs_does_not_end_it(self) -> None:
        events = played(
            INTRO, YES, ASK, ("prospect", 14.0, 14.3, "Hm."), ("prospect", 21.0, 23.0, "Yes, that works.")
        )
        assert cues(events, "followed")[0][1] == pytest.approx(23.45, abs=0.1)

    def test_an_objection_gets_its_card_when_they_have_spoken(self) -> None:
        events = played(INTRO, YES, ASK, ("prospect", 22.0, 24.0, "It is too expensive for us."))
        assert kinds(events) == ["stay_silent", "card"]
        (card,) = (e for e in events if isinstance(e, Cue) and e.kind == "card" and e.phase == "raised")
        assert card.objection == "price"
        assert card.line

    @pytest.mark.parametrize(
        "text",
        [
            "Did I catch you at a bad time?",
            "How are you today?",
            "What does your team use for reporting?",
            "They asked if we could meet on Thursday.",
        ],
    )
    def test_a_question_that_is_no_ask(self, text: str) -> None:
        events = played(INTRO, YES, ("rep", 8.0, 10.0, text))
        assert not any(isinstance(event, Ask) for event in events)
        assert "stay_silent" not in kinds(events)

    @pytest.mark.parametrize(
        "text",
        [
            "Could we set up half an hour next week?",
            "I'd love to get your ops lead on for fifteen minutes Thursday.",
            "Would you be open to a short demo on Friday?",
            "How about Tuesday at ten?",
            "Does Thursday at two work for you?",
            "Let's put fifteen minutes in your calendar.",
        ],
    )
    def test_an_ask_in_its_forms(self, text: str) -> None:
        assert any(isinstance(event, Ask) for event in played(INTRO, YES, ("rep", 8.0, 11.0, text)))


class TestCues:
    """Each cue when it is right, and not when it is not."""

    def test_a_generic_opener(self) -> None:
        events = played(INTRO, YES, ("rep", 6.0, 9.0, "I'm just checking in to see how things are going."))
        assert kinds(events) == ["give_reason"]

    def test_a_reason_follows_the_cue(self) -> None:
        late = ("rep", 10.0, 13.0, "The reason I'm calling is that you looked at the pricing page.")
        events = played(INTRO, YES, ("rep", 6.0, 9.0, "I'm just touching base."), late)
        assert cues(events, "followed") == [("give_reason", pytest.approx(13.6, abs=0.1))]

    def test_a_reason_in_ordinary_words_is_not_generic(self) -> None:
        reason = ("rep", 6.0, 9.0, "I'm calling because you looked at the pricing page twice this week.")
        assert kinds(played(INTRO, YES, reason)) == []

    def test_forty_seconds_of_one_voice(self) -> None:
        talk = [("rep", 6.0 + 3 * n, 8.8 + 3 * n, "And one more thing about our product.") for n in range(15)]
        events = played(INTRO, YES, *talk)
        assert kinds(events) == ["stop_talking"]
        assert dict(cues(events))["stop_talking"] == pytest.approx(46.0, abs=0.3)

    def test_a_back_channel_does_not_break_a_monologue(self) -> None:
        talk = [("rep", 6.0 + 3 * n, 8.8 + 3 * n, "And one more thing about our product.") for n in range(15)]
        assert kinds(played(INTRO, YES, *talk, ("prospect", 30.1, 30.5, "Right."))) == ["stop_talking"]

    def test_why_now_without_an_ask(self) -> None:
        why = ("rep", 6.0, 9.8, "The reason I'm calling is that you looked at the pricing page.")
        more = [("rep", 10.0 + 3 * n, 12.0 + 3 * n, "It matters for your team as well.") for n in range(7)]
        ((kind, at),) = cues(played(INTRO, YES, why, *more))
        assert kind == "make_ask"
        assert 26.0 <= at < 28.0

    def test_an_ask_on_its_way_is_not_asked_for(self) -> None:
        why = ("rep", 6.0, 9.0, "The reason I'm calling is that you looked at the pricing page.")
        ask = ("rep", 25.0, 28.5, "Can we find fifteen minutes on Thursday at two?")
        assert kinds(played(INTRO, YES, why, ask)) == ["stay_silent"]

    def test_who_has_just_taken_the_floor_is_not_told_to_ask(self) -> None:
        why = ("rep", 6.0, 9.0, "The reason I'm calling is that you looked at the pricing page.")
        theirs = ("prospect", 10.0, 25.5, "Well, we looked at it because the old one is getting slow.")
        short = ("rep", 26.0, 30.0, "That page is the new one, and it has three prices on it now.")
        on_and_on = (
            "rep",
            26.0,
            36.0,
            "That page is the new one, " * 4 + "and it has three prices on it now.",
        )
        assert kinds(played(INTRO, YES, why, theirs, short)) == []
        ((kind, at),) = cues(played(INTRO, YES, why, theirs, on_and_on))
        assert kind == "make_ask"
        assert 31.0 <= at < 31.5

    WHY: Line = ("rep", 6.0, 10.0, "The reason I'm calling is that you looked at the pricing page.")
    MORE: Line = ("rep", 10.5, 20.0, "That page is the new one, and it has three prices on it now.")

    @pytest.mark.parametrize(("start", "end"), [(24.0, 34.0), (24.0, 25.7)])
    def test_neither_an_asks_first_words_nor_words_that_still_come_are_talked_over(
        self, start: float, end: float
    ) -> None:
        more = ("rep", 20.5, 23.5, "It has been so since the summer.")
        ask = ("rep", start, end, "How about we get your ops lead on for fifteen minutes Thursday at two?")
        assert kinds(played(INTRO, YES, self.WHY, self.MORE, more, ask)) == ["stay_silent"]

    def test_words_that_come_late_do_not_wipe_out_what_is_begun(self) -> None:
        on = ("rep", 20.5, 34.0, "It has been so since the summer " + "and it has all the numbers on it " * 4)
        script = scripted(INTRO, YES, self.WHY, self.MORE, on)
        late = [
            replace(event, at=25.95) if isinstance(event, Final) and event.end == 20.0 else event
            for event in script.events
        ]
        conversation = Conversation(DEMO)
        conversation.apply(script.start)
        made = [
            made for event in sorted(late, key=lambda event: event.at) for made in conversation.apply(event)
        ]
        assert cues(made)[0] == ("make_ask", pytest.approx(26.0, abs=0.11))

    def test_breaking_in_on_them(self) -> None:
        events = played(
            INTRO,
            YES,
            ("prospect", 8.0, 13.0, "What I liked about it was the part"),
            ("rep", 11.0, 14.0, "Yes, and it is quick."),
        )
        assert kinds(events) == ["let_finish"]

    def test_agreed_and_not_booked(self) -> None:
        agreed = ("prospect", 20.0, 22.0, "Sure, that sounds good.")
        events = played(INTRO, YES, ASK, agreed, ("rep", 31.0, 34.0, "We also have a very nice dashboard."))
        assert kinds(events) == ["stay_silent", "book_it"]

    def test_agreed_and_booked(self) -> None:
        agreed = ("prospect", 20.0, 22.0, "Sure, that sounds good.")
        booked = ("rep", 31.0, 34.0, "Great, I'll send the invite for Thursday at two.")
        bye = ("rep", 35.0, 38.0, "Thanks for your time, have a great day. Bye.")
        events = played(INTRO, YES, ASK, agreed, booked, bye)
        assert kinds(events) == ["stay_silent"]
        step = summary(events).next_step
        assert (step.kind, step.date, step.time, step.with_) == ("meeting", "2026-11-19", "14:00", "ops lead")

    def test_a_next_step_without_a_day(self) -> None:
        events = played(
            INTRO, YES, ("rep", 8.0, 10.0, "Sure, I'll call you again then."),
            ("rep", 20.0, 24.0, "Thanks for your time, Sarah. Have a great day. Bye."),
        )  # fmt: skip
        assert kinds(events) == ["name_time"]

    @pytest.mark.parametrize(
        "closing",
        ["I'll give you a shout then.", "I'll be in touch.", "We'll catch up then."],
    )
    def test_a_promise_to_talk_again_is_a_step_by_itself(self, closing: str) -> None:
        assert kinds(played(INTRO, YES, ("rep", 8.0, 10.5, closing))) == ["name_time"]

    @pytest.mark.parametrize(
        "closing", ["I'll give you a shout on Thursday then.", "I'll send you the page.", "Great stuff."]
    )
    def test_a_closing_that_leaves_no_day_open(self, closing: str) -> None:
        assert "name_time" not in kinds(played(INTRO, YES, ("rep", 8.0, 10.5, closing)))

    def test_a_day_that_is_ruled_out_is_no_day(self) -> None:
        no = ("prospect", 20.0, 22.0, "Thursday doesn't work, I'm afraid.")
        bye = ("rep", 23.0, 25.5, "I'll give you a ring again then.")
        assert "name_time" in kinds(played(INTRO, YES, ASK, no, bye))

    def test_a_day_needs_no_date_of_the_call(self) -> None:
        lines = (INTRO, YES, ("prospect", 8.0, 10.0, "Try me on Thursday."))
        bye = ("rep", 11.0, 14.0, "I'll call you back then. Thanks for your time. Bye.")
        script = parse_script(
            json.dumps({"track": track, "start": start, "end": end, "text": text})
            for track, start, end, text in (*lines, bye)
        )
        assert "name_time" not in kinds(envelope.event for envelope in replay_script(script, DEMO))

    @pytest.mark.parametrize(
        "text",
        [
            "Please take me off your list.",
            "Don't call me again.",
            "Stop calling this number.",
            "Remove us from your database, please.",
            "Do not ever call here again.",
            "You call it a service, I call it a nuisance, so stop calling me.",
            "Don't call them before ten, and don't call me again.",
        ],
    )
    def test_do_not_call_outweighs_everything(self, text: str) -> None:
        events = played(INTRO, YES, ASK, ("prospect", 15.0, 17.0, text), level="quiet")
        assert "do_not_call" in kinds(events)
        assert any(isinstance(event, Dnc) for event in events)
        assert summary(events).outcome == "dnc"
        assert summary(events).next_step.kind == "none"

    @pytest.mark.parametrize(
        "text",
        [
            "Don't call me before ten.",
            "Stop calling it that.",
            "You can call me again on Monday.",
            "I'll call you.",
        ],
    )
    def test_what_is_no_do_not_call(self, text: str) -> None:
        events = played(INTRO, YES, ("prospect", 8.0, 10.0, text))
        assert not any(isinstance(event, Dnc) for event in events)

    def test_the_same_objection_again_wants_a_bridge(self) -> None:
        events = played(
            INTRO, YES, ("prospect", 8.0, 10.0, "It is too expensive."), ("rep", 11.0, 14.0, "Compared with what?"),
            ("prospect", 20.0, 22.0, "We have no budget for it."),
        )  # fmt: skip
        assert kinds(events) == ["card", "offer_bridge"]

    def test_a_no_to_the_reframe_wants_a_bridge_though_it_ended_in_a_question(self) -> None:
        objection = ("prospect", 8.0, 10.0, "It is too expensive.")
        reframe = ("rep", 11.0, 14.0, "That's fair. What were you comparing it with?")
        events = played(INTRO, YES, objection, reframe, ("prospect", 20.0, 21.5, "No thank you."))
        assert kinds(events) == ["card", "offer_bridge"]

    def test_who_asked_not_to_be_called_is_offered_nothing_more(self) -> None:
        never = ("prospect", 8.0, 10.0, "Please take me off your list.")
        why = ("prospect", 20.0, 22.0, "It is too expensive.")
        assert kinds(played(INTRO, YES, never, ("rep", 11.0, 13.0, "I am sorry."), why)) == ["do_not_call"]

    @pytest.mark.parametrize(
        ("kind", "line"),
        [
            ("slow_down", ("rep", 8.0, 10.0, "We are the purple elephant people.")),
            ("offer_bridge", ("prospect", 8.0, 10.0, "We are the purple elephant people.")),
            ("do_not_call", ("prospect", 8.0, 10.0, "We are the purple elephant people.")),
        ],
    )
    def test_a_playbooks_own_phrases_raise_a_cue_too(self, kind: str, line: Line) -> None:
        given = DEMO.model_dump()
        given["cues"][kind] |= {"also": ["purple elephant"]}
        events = played(INTRO, YES, line, playbook=Playbook.model_validate(given))
        assert kind in kinds(events)
        assert any(isinstance(event, Dnc) for event in events) == (kind == "do_not_call")
        assert kind not in kinds(played(INTRO, YES, line))


class TestPacing:
    """One at a time, few, and never late."""

    def test_no_two_within_eight_seconds(self) -> None:
        events = played(
            INTRO, YES, ("prospect", 8.0, 10.0, "It is too expensive."),
            ("prospect", 11.0, 13.0, "And I need to ask my boss."),
            ("prospect", 20.0, 22.0, "We are also happy with what we use."),
        )  # fmt: skip
        raised = cues(events)
        assert len(raised) == 2
        assert raised[1][1] - raised[0][1] >= 8
        assert len([e for e in events if isinstance(e, Objection)]) == 3

    def test_the_quiet_level_leaves_few(self) -> None:
        generic = ("rep", 6.0, 9.0, "I'm just checking in.")
        assert kinds(played(INTRO, YES, generic, level="quiet")) == []

    def test_a_cue_leaves_after_its_life(self) -> None:
        events = played(INTRO, YES, ("rep", 6.0, 9.0, "I'm just checking in."), ("rep", 20.0, 21.0, "Well."))
        ((_, raised),), ((_, gone),) = cues(events), cues(events, "expired")
        assert gone - raised == pytest.approx(6.0, abs=0.11)

    def test_what_the_rep_dismisses_or_mutes(self) -> None:
        script = parse_script(
            [json.dumps({"track": t, "start": s, "end": e, "text": x}) for t, s, e, x in (INTRO, YES)]
        )
        conversation = Conversation(DEMO)
        for event in (script.start, *script.events[:-1]):
            conversation.apply(event)
        generic = parse_script(
            [json.dumps({"track": "rep", "start": 8.0, "end": 9.0, "text": "I'm just checking in."})]
        )
        made = [made for event in generic.events[:-1] for made in conversation.apply(event)]
        assert kinds(made) == ["give_reason"]
        dismissed = conversation.apply(Order(at=11.0, action="dismiss_cue", target="give_reason"))
        assert cues(dismissed, "dismissed") == [("give_reason", 11.0)]


class TestVoicemail:
    """A machine has no beats; the rep has 25 seconds."""

    GREETING: Line = (
        "prospect",
        1.0,
        6.0,
        "You have reached the voicemail of Sarah Kim. Please leave a message.",
    )

    @pytest.mark.parametrize("playbook", [DEMO, VOICEMAIL])
    def test_it_is_told(self, playbook: Playbook) -> None:
        events = played(
            self.GREETING, ("rep", 8.0, 12.0, "Hi Sarah, I'll try you Thursday at ten."), playbook=playbook
        )
        assert [e.label for e in events if isinstance(e, Verdict)] == ["voicemail"]
        found = summary(events)
        assert found.outcome == "voicemail"
        assert (found.next_step.kind, found.next_step.date, found.next_step.time) == (
            "call",
            "2026-11-19",
            "10:00",
        )
        assert kinds(events) == []

    def test_a_long_message(self) -> None:
        talk = [("rep", 8.0 + 3 * n, 10.8 + 3 * n, "And one more thing about it.") for n in range(10)]
        ((kind, at),) = cues(played(self.GREETING, *talk, playbook=VOICEMAIL))
        assert (kind, at) == ("stop_talking", pytest.approx(33.0, abs=0.3))


class TestWords:
    """Words come while they are spoken, and may be other ones at the end."""

    @pytest.mark.parametrize(
        "heard",
        ["What do you use? Who runs it?", "Uh what do you use? Who runs it?", "What you use? Who runs it?"],
    )
    def test_a_last_hearing_with_more_or_fewer_words_repeats_and_loses_nothing(self, heard: str) -> None:
        conversation = Conversation(DEMO)
        conversation.apply(SpeechStarted(at=1.1, track="prospect", turn=1, start=1.0))
        first, rest = spread("What do you use?", 1.0, 3.0), spread("Who", 3.0, 3.4)
        made = conversation.apply(
            Partial(at=4.0, track="prospect", turn=1, start=1.0, end=3.4, words=first + rest, agreed=5)
        )
        before, behind = heard.split("? ")
        words = spread(f"{before}?", 1.0, 3.0) + spread(behind, 3.0, 5.0)
        made += conversation.apply(Final(at=5.6, track="prospect", turn=1, start=1.0, end=5.0, words=words))
        assert [e.text for e in made if isinstance(e, Question)] == ["What do you use?", "Who runs it?"]


class TestTime:
    """Media time is the only clock."""

    LINES = (INTRO, YES, ASK, ("prospect", 20.0, 22.0, "Yes, Thursday at two works."))

    def test_twice_is_the_same_to_the_byte(self) -> None:
        once, again = (json.dumps([event_to_json(e) for e in played(*self.LINES)]) for _ in range(2))
        assert once == again

    def test_who_makes_the_ticks_does_not_matter(self) -> None:
        script = scripted(*self.LINES)
        lazy, eager = Conversation(DEMO), Conversation(DEMO)
        slow = [made for event in (script.start, *script.events) for made in lazy.apply(event)]
        fast: list[Event] = []
        for event in (script.start, *script.events):
            at = 0.0
            while at < event.at:
                fast += eager.advance(min(at, event.at))
                at += 0.017
            fast += eager.apply(event)
        assert fast == slow

    def test_a_stored_log_gives_what_was_seen(self) -> None:
        seen = played(*self.LINES)
        stored = [
            event_from_json(json.loads(json.dumps(event_to_json(e)))) for e in seen if isinstance(e, INPUTS)
        ]
        again = [envelope.event for envelope in replay_events("t", stored, DEMO)]
        assert again == seen

    def test_the_gauge_comes_at_least_five_times_a_second(self) -> None:
        at = [event.at for event in played(*self.LINES) if isinstance(event, Talk)]
        assert max(b - a for a, b in pairwise(at)) <= 0.201


class TestSummary:
    """Only what was said, with its proof."""

    def test_every_sentence_and_fact_has_words_that_were_said(self) -> None:
        lines = (
            *TestTime.LINES,
            ("prospect", 23.0, 26.0, "Our contract ends in March and we have forty reps."),
        )
        found = summary(played(*lines))
        texts = " ".join(text for *_, text in lines)
        proofs = [proof for sentence in found.sentences for proof in sentence.evidence]
        assert proofs
        assert all(proof.text in texts for proof in (*proofs, *found.facts))
        assert [fact.text for fact in found.facts] == ["Our contract ends in March and we have forty reps."]

    def test_nobody_there(self) -> None:
        assert summary(played(("rep", 1.0, 2.0, "Hello?"))).outcome == "no_answer"

    def test_a_wrong_number(self) -> None:
        assert (
            summary(played(INTRO, ("prospect", 5.0, 6.5, "You have the wrong number."))).outcome
            == "wrong_number"
        )

    def test_a_meeting_needs_a_day(self) -> None:
        ask = ("rep", 10.0, 13.0, "Could we set up half an hour next week?")
        found = summary(played(INTRO, YES, ask, ("prospect", 20.0, 21.5, "Sure, sounds good.")))
        assert (found.next_step.kind, found.next_step.date, found.meeting) == ("meeting", None, False)


def test_an_event_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Malformed):
        event_from_json({"type": "gossip", "at": 1.0})
