"""What follows from sentences: wishes and facts, before any pacing. The classifier is the shipped one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from server.call.beats import Beats
from server.call.classifier import shipped
from server.call.cues import Followed, Wish
from server.call.dialogue import Dialogue, Outcome
from server.call.text import Sentence, plain
from server.events import Ask, Commitment, Objection, Question, Verdict
from server.outside.playbooks import load_playbooks

DEMO = load_playbooks()["post-demo"]
ASK = "Can we get your ops lead on for fifteen minutes Thursday at two?"


class Talk:
    """A dialogue to which sentences are said, each two seconds after the one before."""

    def __init__(self) -> None:
        beats = Beats(DEMO)
        beats.rep_began(0.1, 0.0)
        self.dialogue = Dialogue(DEMO, beats, shipped())
        self.at = 1.0

    def rep(self, text: str, *, paused: bool = True) -> list[Outcome]:
        made = self.dialogue.hear(self._sentence("rep", text), self.at)
        return [*made, *self.dialogue.rep_paused(self.at)] if paused else made

    def prospect(self, text: str) -> list[Outcome]:
        made = self.dialogue.hear(self._sentence("prospect", text), self.at)
        return [*made, *self.dialogue.prospect_paused(self.at)]

    def _sentence(self, track: str, text: str) -> Sentence:
        start, self.at = self.at + 2, self.at + 4
        return Sentence(track, start, self.at, text, plain(text))  # type: ignore[arg-type]


def wishes(made: Sequence[Outcome]) -> list[str]:
    return [one.kind for one in made if isinstance(one, Wish)]


def followed(made: Sequence[Outcome]) -> list[str]:
    return [one.kind for one in made if isinstance(one, Followed)]


def test_an_ask_is_known_when_the_turn_is_over_and_ends_with_its_words() -> None:
    talk = Talk()
    assert not any(isinstance(one, Ask) for one in talk.rep(ASK, paused=False))
    made = talk.dialogue.rep_paused(talk.at + 0.6)
    (ask,) = (one for one in made if isinstance(one, Ask))
    assert (ask.end, ask.evidence.text) == (talk.at, ASK)
    assert wishes(made) == ["stay_silent"]
    assert followed(made) == ["make_ask"]


def test_a_short_sentence_right_behind_the_ask_belongs_to_it() -> None:
    dialogue = Talk().dialogue
    tail = "Does that work?"
    dialogue.hear(Sentence("rep", 10, 13, ASK, plain(ASK)), 13)
    dialogue.hear(Sentence("rep", 13.2, 14, tail, plain(tail)), 14)
    (ask,) = (one for one in dialogue.rep_paused(14.6) if isinstance(one, Ask))
    assert (ask.end, ask.evidence.text) == (14, f"{ASK} {tail}")


def test_a_generic_opener_is_judged_with_the_whole_turn() -> None:
    assert wishes(Talk().rep("I'm just checking in.")) == ["give_reason"]
    talk = Talk()
    talk.rep("I'm just checking in.", paused=False)
    made = talk.rep("The reason I'm calling is that you looked at the pricing page.")
    assert "give_reason" not in wishes(made)
    assert "give_reason" in followed(made)


def test_a_yes_that_is_talked_past_wants_a_booking_once() -> None:
    talk = Talk()
    talk.rep(ASK)
    talk.prospect("Sure, that sounds good.")
    assert wishes(talk.rep("We also have a very nice dashboard.")) == ["book_it"]
    assert wishes(talk.rep("And it comes in four colours too.")) == []


def test_drifting_after_a_yes_is_known_before_the_sentence_is_over() -> None:
    talk = Talk()
    text = "we also have a very nice dashboard with all the numbers"
    begun = Sentence("rep", 20, 23, text, text)
    assert talk.dialogue.rep_goes_on(begun, 24) == []
    talk.rep(ASK)
    talk.prospect("Sure, that sounds good.")
    assert wishes(talk.dialogue.rep_goes_on(begun, 24)) == ["book_it"]
    assert talk.dialogue.rep_goes_on(begun, 25) == []


def test_booking_is_what_the_cue_asks_for() -> None:
    talk = Talk()
    talk.rep(ASK)
    talk.prospect("Sure, that sounds good.")
    made = talk.rep("Great, I'll send the invite for Thursday at two.")
    assert "book_it" in followed(made)
    assert wishes(made) == []
    assert talk.dialogue.story.booked is not None


def test_an_objection_wants_its_card_when_their_turn_is_over() -> None:
    talk = Talk()
    text = "It is too expensive."
    made = talk.dialogue.hear(Sentence("prospect", 8, 10, text, plain(text)), 10.6)
    assert [one.kind for one in made if isinstance(one, Objection)] == ["price"]
    assert wishes(made) == []
    (card,) = talk.dialogue.prospect_paused(14.0)
    assert isinstance(card, Wish)
    assert (card.kind, card.objection, card.since) == ("card", "price", 14.0)


@pytest.mark.parametrize(
    ("reply", "wanted"), [(None, []), ("It pays for itself in a month.", ["offer_bridge"])]
)
def test_the_same_objection_wants_a_bridge_only_when_it_was_answered(
    reply: str | None, wanted: list[str]
) -> None:
    talk = Talk()
    talk.prospect("It is too expensive.")
    if reply:
        talk.rep(reply)
    assert wishes(talk.prospect("We have no budget for it.")) == wanted
    talk.rep("It is cheaper than that.")
    assert wishes(talk.prospect("It is too expensive.")) == ([] if reply else ["offer_bridge"])


def test_a_day_that_answers_the_ask_is_a_yes_unless_it_is_ruled_out() -> None:
    for text, agreed in (("Thursday at two.", True), ("Thursday doesn't work, I'm afraid.", False)):
        talk = Talk()
        talk.rep(ASK)
        talk.prospect(text)
        assert (talk.dialogue.story.agreed is not None) == agreed


def test_a_booked_day_is_not_forgotten_when_they_object_afterwards() -> None:
    talk = Talk()
    talk.rep(ASK)
    talk.prospect("Sure, that sounds good.")
    talk.rep("Great, I'll send the invite for Thursday at two.")
    talk.prospect("It is too expensive, mind.")
    assert "name_time" not in wishes(talk.rep("Thanks for your time. Bye."))


def test_a_day_proposed_but_not_taken_is_none() -> None:
    talk = Talk()
    talk.rep(ASK)
    talk.prospect("Let me think about it.")
    assert "name_time" in wishes(talk.rep("I'll give you a ring again then."))


def test_thanks_alone_close_nothing() -> None:
    talk = Talk()
    talk.rep("Could we set up half an hour?")
    talk.prospect("Sure, that sounds good.")
    assert "name_time" not in wishes(talk.rep("Thanks, Grant."))
    assert "name_time" in wishes(talk.rep("Thanks for your time, have a great day."))


def test_a_greeting_of_a_machine_makes_it_a_voicemail() -> None:
    talk = Talk()
    made = talk.prospect("You have reached the voicemail of Sarah Kim, leave a message.")
    assert [one.label for one in made if isinstance(one, Verdict)] == ["voicemail"]
    assert talk.dialogue.voicemail
    assert wishes(talk.rep(ASK)) == []


def test_questions_and_promises_are_told_of_both_sides() -> None:
    talk = Talk()
    assert any(isinstance(one, Question) for one in talk.prospect("What does it cost?"))
    assert any(isinstance(one, Commitment) for one in talk.rep("I'll send the deck tonight."))
    assert [one.text for one in talk.dialogue.story.promises] == ["I'll send the deck tonight."]
