"""What follows from what is said: beats, asks, objections, agreements, and the cues that they call for.

Nothing here is shown yet: the fold (`conversation.py`) gives wishes to the slot, which decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from server.call import patterns
from server.call.acts import Said, is_ask, is_promise, is_question, objection_of, read
from server.call.beats import Beats
from server.call.classifier import Classifier
from server.call.cues import Followed, Wish
from server.call.dates import says_day
from server.call.open_steps import lacks_a_day, names_a_day, talks_again
from server.call.playbook import Playbook
from server.call.story import Story
from server.call.text import Sentence, phrases
from server.events import (
    Ask,
    Commitment,
    CueKind,
    Dnc,
    Event,
    Evidence,
    Objection,
    ObjectionKind,
    Question,
    Verdict,
)

Outcome = Event | Wish | Followed

TAIL = 8
"""A sentence of fewer words right behind the ask still belongs to it ("Does that work?")."""

RIGHT_BEHIND = 1.0
"""Seconds behind the ask's words in which more may belong to it."""

BRIEF = 8
"""So few words with a day in them, after a yes, fix the day; more talk goes on to something else."""

DRIFT, OFF_BOOKING = 9, 0.25
"""Words of a sentence that goes on after a yes, and how likely they may be a booking, for it to be something else."""

SURE_ASK = 0.7
"""So likely an ask is one, although another was answered before."""

OPENING = 5
"""Sentences in which a machine's greeting is looked for."""

_THEIRS: tuple[CueKind, ...] = ("do_not_call", "offer_bridge")
"""Kinds whose further phrases (`also` in a playbook) the prospect says."""


@dataclass(slots=True)
class _Turn:
    """What the rep's turn that goes on has brought so far and is judged when it ends."""

    asking: list[Said] = field(default_factory=list)
    generic: Said | None = None
    moved_on: Said | None = None
    reason: bool = False
    booked: bool = False


class Dialogue:
    """Reads one call's sentences in the order in which they become known."""

    def __init__(self, playbook: Playbook, beats: Beats, classifier: Classifier) -> None:
        self.story = Story()
        self.voicemail = playbook.kind == "voicemail"
        self._beats, self._classifier = beats, classifier
        self._also = {kind: phrases(plan.also) for kind, plan in playbook.cues.items() if plan.also}
        self._turn = _Turn()
        self._wanted: list[Wish] = []
        """Cues that an answer of the prospect's calls for once it is over."""
        self._rep_end = 0.0
        """Where the rep's last words ended."""
        self._bridged: set[str] = set()

    def hear(self, sentence: Sentence, at: float) -> list[Outcome]:
        """Take a sentence that is over."""
        said = read(sentence, self._classifier, self.story.said)
        self.story.said.append(sentence)
        made = self._rep_said(said, at) if sentence.track == "rep" else self._prospect_said(said, at)
        return [*made, *self._either_said(said, at)]

    def rep_paused(self, at: float) -> list[Outcome]:
        """The rep's turn is over and all its words are known: judge it as a whole."""
        turn, self._turn = self._turn, _Turn()
        made: list[Outcome] = []
        if turn.asking:
            made += self._asked(turn.asking, at)
        if turn.generic and not turn.reason and not turn.asking:
            why = f"A generic opener: {turn.generic.because('generic')}"
            made += [_wish("give_reason", turn.generic.sentence, why)]
        if turn.moved_on and not turn.booked and not self.story.nudged and self.story.agreed:
            self.story.nudged = True
            why = f"They agreed: “{self.story.agreed.text}”"
            # Right from where the rep moved on until it books: a long turn makes it no staler.
            made += [
                _wish("book_it", turn.moved_on.sentence, why, since=max(turn.moved_on.sentence.end, at - 1.0))
            ]
        return made

    def rep_goes_on(self, begun: Sentence, at: float) -> list[Outcome]:
        """The rep has said a good deal, in a sentence that is not over: after a yes that is no booking, it drifts."""
        story, agreed = self.story, self.story.agreed
        if self.voicemail or agreed is None or story.booked or story.nudged or begun.start <= agreed.end:
            return []
        said = read(begun, self._classifier, self.story.said)
        if said.words < DRIFT or said.p["book"] > OFF_BOOKING or says_day(begun.plain):
            return []
        story.nudged = True
        return [_wish("book_it", begun, f"They agreed: “{agreed.text}”", since=at)]

    def prospect_paused(self, end: float) -> list[Outcome]:
        """The prospect's turn is over, at `end`: what it calls for is right from there, not in the middle of it."""
        wanted, self._wanted = self._wanted, []
        if self.story.dnc:
            return []  # who asked not to be called is offered nothing more
        return [replace(wish, since=max(wish.since, end)) for wish in wanted]

    # --- the rep --------------------------------------------------------------------------------------------

    def _rep_said(self, said: Said, at: float) -> list[Outcome]:
        turn = self._turn
        self._rep_end = said.sentence.end
        if self.voicemail:
            return []
        made: list[Outcome] = [
            _wish(kind, said.sentence, f"You said: “{said.sentence.text}”")
            for kind in self._also_raised(said.sentence)
        ]
        if is_ask(said) and (said.p["ask"] >= SURE_ASK or not self._settled()):
            turn.asking.append(said)
            return made
        if turn.asking:
            if self._belongs(said, turn.asking[-1].sentence):
                turn.asking.append(said)
                return made
            made += self._asked(turn.asking, at)
            turn.asking = []
        made += self._beats.rep_said(said, at)
        made += self._opened(said)
        made += self._closed_in(said, at)
        return made

    def _also_raised(self, sentence: Sentence) -> list[CueKind]:
        """The kinds that the playbook's own phrases raise."""
        theirs = sentence.track == "prospect"
        return [
            kind
            for kind, said in self._also.items()
            if (kind in _THEIRS) == theirs and said.search(sentence.plain)
        ]

    @staticmethod
    def _belongs(said: Said, ask: Sentence) -> bool:
        """Tell whether a sentence right behind the ask is still part of it."""
        if said.sentence.start - ask.end >= RIGHT_BEHIND or said.does("book", "close"):
            return False
        goes_on = not ask.text.endswith((".", "?", "!")) and _AND.match(said.sentence.plain)
        return said.words < TAIL or bool(goes_on)

    def _settled(self) -> bool:
        """Tell whether an ask was answered without an objection: what sounds like another only settles the day."""
        story = self.story
        if not story.asks:
            return False
        asked = story.asks[-1].end
        against = [one[-1] for one in story.objections.values()] + story.refusals
        if any(one.end > asked for one in against):
            return False
        return any(one.track == "prospect" and one.start > asked - 0.5 for one in story.said)

    def _opened(self, said: Said) -> list[Outcome]:
        """A generic opener wants a reason; a reason given is what the cue asked for."""
        turn = self._turn
        if said.does("reason") or self._beats.now == "why_now":
            turn.reason = True
            return [Followed("give_reason")]
        if said.does("generic") and "why_now" not in self._beats.visited and not self.story.asks:
            turn.generic = turn.generic or said
        return []

    def _closed_in(self, said: Said, at: float) -> list[Outcome]:
        """Booking, moving on without it, and closing without a day."""
        story, turn, sentence = self.story, self._turn, said.sentence
        made: list[Outcome] = []
        refused = bool(story.objections or story.refusals)
        steps = said.does("book") or (refused and said.does("bridge"))
        day = says_day(sentence.plain)
        settles = (story.agreed is not None and day and said.words <= BRIEF) or (
            is_ask(said) and self._settled()
        )
        if (steps or settles) and not (said.does("close") and story.booked):
            made += self._beats.booked(said, at)
        if settles or (said.does("book") and story.agreed):
            story.booked = sentence
            turn.booked = True
            made.append(Followed("book_it"))
        elif story.agreed and not story.booked and self._moves_on(said, story.agreed):
            turn.moved_on = turn.moved_on or said
        if said.does("bridge"):
            made.append(Followed("offer_bridge"))
        again = talks_again(sentence)
        if (again or _closes(said)) and not day and lacks_a_day(story, again=again):
            made.append(_wish("name_time", sentence, "A next step without a day"))
        return made

    def _moves_on(self, said: Said, agreed: Sentence) -> bool:
        """Tell whether the rep goes on to something else although they agreed and nothing is booked."""
        return said.sentence.start > agreed.end and said.words >= 4 and not said.does("close", "backchannel")

    def _asked(self, asking: list[Said], at: float) -> list[Outcome]:
        first, last = asking[0].sentence, asking[-1].sentence
        text = " ".join(said.sentence.text for said in asking)
        evidence = Evidence(track="rep", start=first.start, end=last.end, text=text)
        self.story.asks.append(
            Sentence("rep", first.start, last.end, text, " ".join(s.sentence.plain for s in asking))
        )
        self.story.agreed, self.story.nudged = None, False
        surest = max(asking, key=lambda said: said.p["ask"])
        why = f"You asked: {surest.because('ask')}"
        wish = Wish(kind="stay_silent", since=last.end, why=why, evidence=evidence)
        begun = self._beats.asked(first.start, last.end, at, evidence)
        return [Ask(at=at, end=last.end, evidence=evidence), Followed("make_ask"), *begun, wish]

    # --- the prospect ---------------------------------------------------------------------------------------

    def _prospect_said(self, said: Said, at: float) -> list[Outcome]:
        story, sentence = self.story, said.sentence
        made: list[Outcome] = []
        if said.does("voicemail") and said.words >= 4 and len(story.said) <= OPENING and not story.asks:
            made += self._machine(sentence, at)
        if self.voicemail:
            return made
        also = self._also_raised(sentence)
        if "do_not_call" in also or said.does("dnc"):
            story.dnc = sentence
            dnc = Dnc(at=at, track="prospect", start=sentence.start, end=sentence.end, text=sentence.text)
            return [*made, dnc, _wish("do_not_call", sentence, f"They said: {said.because('dnc')}")]
        made += [_wish(kind, sentence, f"They said: “{sentence.text}”") for kind in also]
        if said.does("wrong_number"):
            story.wrong_number = sentence
        return [*made, *self._reaction(said, at)]

    def _reaction(self, said: Said, at: float) -> list[Outcome]:
        """What an answer does: object, refuse again, agree."""
        story, sentence = self.story, said.sentence
        kind = objection_of(said, asked=bool(story.asks))
        asked = bool(story.asks) and sentence.start > story.asks[-1].end - 0.5
        if kind and not (said.does("go_ahead") and not story.asks):
            return self._objected(kind, said, at)
        if said.does("refuse") and (said.words > 2 or not story.agreed):
            story.refusals.append(sentence)
            if story.objections and not story.booked and self._replied_to(list(story.objections)[-1]):
                self._bridge(sentence, "refusal", f"Still no: {said.because('refuse')}")
        elif asked and (said.does("agree") or names_a_day(sentence.plain)):
            story.open_objection = False
            story.agreed = self._fuller(sentence)
        return []

    def _objected(self, kind: ObjectionKind, said: Said, at: float) -> list[Outcome]:
        story, sentence = self.story, said.sentence
        again, replied = kind in story.objections, self._replied_to(kind)
        if again and not replied:
            return []  # the same objection goes on
        story.objections.setdefault(kind, []).append(sentence)
        story.open_objection = True
        where = {"start": sentence.start, "end": sentence.end, "text": sentence.text}
        made: list[Outcome] = [Objection(at=at, track="prospect", kind=kind, **where)]  # type: ignore[arg-type]
        made += self._beats.objected(at, self._rep_end)
        why = f"They said: {said.because(kind)}"
        if again:
            self._bridge(sentence, kind, why)
        else:
            self._wanted.append(_wish("card", sentence, why, kind))
        return made

    def _replied_to(self, kind: ObjectionKind) -> bool:
        """Tell whether the rep has answered the newest objection of a kind."""
        said = self.story.objections.get(kind)
        return said is not None and self._rep_end > said[-1].end + 0.5

    def _bridge(self, sentence: Sentence, about: str, why: str) -> None:
        if about not in self._bridged:
            self._bridged.add(about)
            self._wanted.append(_wish("offer_bridge", sentence, why))

    def _fuller(self, sentence: Sentence) -> Sentence:
        """Of two agreements in a row, keep the one that says a day."""
        before = self.story.agreed
        return before if before and says_day(before.plain) else sentence

    def _machine(self, sentence: Sentence, at: float) -> list[Outcome]:
        if self.story.machine:
            return []
        self.story.machine, self.voicemail = sentence, True
        left = self._beats.leave(at, sentence.start)
        reason = f"said “{sentence.text}”"
        return [Verdict(at=at, label="voicemail", stage="firm", p=0.97, reasons=(reason,)), *left]

    # --- both -----------------------------------------------------------------------------------------------

    def _either_said(self, said: Said, at: float) -> list[Outcome]:
        sentence = said.sentence
        where: dict[str, Any] = {
            "at": at,
            "track": sentence.track,
            "start": sentence.start,
            "end": sentence.end,
        }
        made: list[Outcome] = []
        if is_question(sentence) or said.does("question"):
            made.append(Question(**where, text=sentence.text))
        if (said.does("promise") or is_promise(sentence)) and not (sentence.track == "rep" and is_ask(said)):
            self.story.promises.append(sentence)
            made.append(Commitment(**where, text=sentence.text))
        return made


_AND = re.compile(
    r"(?:and|with|on|at|for|to|or|just|then|where|when|so|if|maybe|say|starting|around|before|after) "
)


def _closes(said: Said) -> bool:
    """Tell whether the rep begins to close; a word of thanks or praise alone closes nothing."""
    return said.does("close") and (said.words > 2 or bool(patterns.CLOSING.search(said.sentence.plain)))


def _wish(
    kind: CueKind,
    sentence: Sentence,
    why: str,
    objection: ObjectionKind | None = None,
    *,
    since: float | None = None,
) -> Wish:
    since = sentence.end if since is None else since
    return Wish(kind=kind, since=since, why=why, objection=objection, evidence=sentence.evidence)
