"""The fold of a call: input events in, everything that the page shows out. No clock but the events' own.

Media time goes in ticks of 0.1 s. A rule that waits fires on a tick, so it does not matter whether the ticks were made
by sound as it came in (`advance`) or all at once by the next event (`apply`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from media.audio import Track
from media.talk import MEANT, Talk
from server.call import acts
from server.call.beats import Beats
from server.call.cues import Slot, Wish
from server.call.dates import when_of
from server.call.gauge import Pace, figures_of, gauge_of
from server.call.playbook import Playbook
from server.call.story import Story
from server.call.suggested import Scene, card_of, missed
from server.call.summary import summary_of
from server.call.text import Sentence, sentences
from server.events import (
    Ask,
    CallEnded,
    CallStarted,
    Commitment,
    Dnc,
    Event,
    Final,
    Objection,
    Order,
    Partial,
    Question,
    SpeechStarted,
    SpeechStopped,
    Suggestion,
    Summary,
    Verdict,
)

TICKS = 10
"""Ticks a second."""

GAUGE = 2
"""Ticks between two gauges while nobody begins or stops."""

LONG_TURN = 8.0
"""A turn of the rep's that goes on this long (seconds) is not the ask any more."""

FLUENT = 0.05
"""Speech that begins so soon (seconds) after the ask's words still belongs to them."""


class Conversation:
    """One call as it is understood so far."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._talk = Talk()
        self._beats = Beats({} if playbook.kind == "voicemail" else playbook.budgets)
        self._slot = Slot(playbook)
        self.story = Story()
        self._tick = 0
        self._speaking: tuple[Track, ...] = ()
        self._unheard: set[int] = set()
        """The rep's turns whose words have not come yet."""
        self._taken: dict[tuple[str, int], int] = {}
        """How many words of a turn that goes on were looked at already."""
        self._pace = Pace()
        self._voicemail = playbook.kind == "voicemail"
        self._shield: float | None = None
        """Where the ask ended, while the prospect's answer is awaited."""
        self._today: date | None = None
        self._ended: CallEnded | None = None

    # --- time ---------------------------------------------------------------------------------------------

    def advance(self, at: float) -> list[Event]:
        """Let media time pass up to `at` (seconds); tell what comes of it."""
        last = int(at * TICKS + 1e-6)
        made: list[Event] = []
        while self._tick < last and self._ended is None:
            self._tick += 1
            made += self._pass(self._tick / TICKS)
        return made

    def _pass(self, at: float) -> list[Event]:
        talk = self._talk
        talk.tick(at)
        made = [*self._beats.tick(at), *self._slot.tick(at)]
        if self._shield is not None:
            made += self._guard(at, self._shield)
        made += self._offer(self._waiting(at), at)
        speaking = talk.figures(at).speaking if self._tick % GAUGE == 0 else self._open()
        if speaking != self._speaking or self._tick % GAUGE == 0:
            self._speaking = speaking
            made.append(gauge_of(at, talk, self._pace))
        return made

    def _open(self) -> tuple[Track, ...]:
        open_ = ((Track.REP, self._talk.rep_open), (Track.PROSPECT, self._talk.prospect_open))
        return tuple(track for track, since in open_ if since is not None)

    def _guard(self, at: float, asked: float) -> list[Event]:
        """Watch over the silence after the ask."""
        rep, prospect = self._talk.rep_open, self._talk.prospect_open
        # Speech that began before the ask's words ended is the ask itself.
        if rep is not None and rep > asked + FLUENT and at - rep >= MEANT and prospect is None:
            self._shield = None
            left = self._beats.listened(at, long_enough=rep - asked >= self._playbook.limits.listen)
            why = f"You spoke {rep - asked:.1f} s after the ask, before an answer"
            wish = Wish(kind="let_finish", since=rep, why=why)
            return [*self._slot.end("expired", at, "stay_silent"), *left, *self._offer([wish], at)]
        if at - asked > 2 * self._playbook.limits.listen:
            self._shield = None
        return []

    def _waiting(self, at: float) -> list[Wish]:
        """What follows from time passing."""
        limits, wishes = self._playbook.limits, list[Wish]()
        held = self._talk.monologue(at)
        longest = 25.0 if self._voicemail else limits.monologue
        if held >= longest and self._talk.rep_open is not None:
            why = f"You have held the floor for {held:.0f} s"
            wishes.append(Wish(kind="stop_talking", since=at - held + longest, why=why))
        broken = self._talk.interruptions
        if broken and at - broken[-1] < MEANT + 0.25 and not self._voicemail:
            wishes.append(Wish(kind="let_finish", since=broken[-1], why="They were in mid-sentence"))
        if self._beats.now == "why_now" and self._may_ask(at):
            late = at - self._beats.since - limits.make_ask
            if late >= 0:
                why = f"Why now has run for {limits.make_ask + late:.0f} s and there is no ask yet"
                wishes.append(Wish(kind="make_ask", since=at - late, why=why, patient=True))
        return wishes

    def _may_ask(self, at: float) -> bool:
        """Tell whether "make the ask" would help: not while they talk or object, nor while it may be on its way."""
        if self._talk.prospect_open is not None or self.story.open_objection:
            return False
        rep = self._talk.rep_open
        return at - rep > LONG_TURN if rep is not None else not self._unheard

    def _offer(self, wishes: list[Wish], at: float) -> list[Event]:
        made: list[Event] = []
        for wish in wishes:
            shielded = self._shield is not None
            made += self._slot.offer(wish, at, rep_since=self._talk.rep_open, shielded=shielded)
        return made

    # --- inputs -------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> list[Event]:
        """Fold an input: what passed before it, the event itself, and what comes of it."""
        passed, fold = self.advance(event.at), self._FOLDS.get(type(event))
        return [*passed, event, *(fold(self, event) if fold else ())]

    def _on_start(self, event: CallStarted) -> list[Event]:
        self.story.start = event
        self._slot.level = event.level
        try:
            self._today = date.fromisoformat(event.date) if event.date else None
        except ValueError:
            self._today = None
        return []

    def _on_speech(self, event: SpeechStarted) -> list[Event]:
        self._talk.start(Track(event.track), event.start)
        if event.track == "rep":
            self._unheard.add(event.turn)
            return self._beats.rep_began(event.at, event.start)
        return []

    def _on_silence(self, event: SpeechStopped) -> list[Event]:
        self._talk.stop(Track(event.track), event.start, event.end)
        answers = (
            self._shield is not None and event.start > self._shield - 0.5 and event.end - event.start >= MEANT
        )
        if event.track == "prospect" and answers:
            return self._answered(event.at)
        return []

    def _answered(self, at: float) -> list[Event]:
        self._shield = None
        followed = self._slot.end("followed", at, "stay_silent")
        return [*followed, *self._beats.listened(at, long_enough=True)]

    def _on_order(self, event: Order) -> list[Event]:
        if event.action == "mute_kind":
            self._slot.mute(event.target)
        if event.action == "mark_wrong":
            return self._slot.end("wrong", event.at, event.target)
        if event.action in ("mute_kind", "dismiss_cue"):
            return self._slot.end("dismissed", event.at, event.target)
        return []

    def _on_suggestion(self, event: Suggestion) -> list[Event]:
        """Show a language model's suggestion, if its moment is still there; a question's takes the slot for it."""
        story, made = self.story, list[Event]()
        scene = Scene(
            story=story,
            shielded=self._shield is not None,
            rep_since=self._talk.rep_open,
            shown=self._slot.shown,
        )
        outcome: str = event.refused or missed(event, scene) or "shown"
        if outcome == "shown" and event.about == "question" and event.evidence:
            why = f"They said: “{event.evidence.text}”"
            made = self._offer(
                [Wish(kind="card", since=event.since, why=why, evidence=event.evidence)], event.at
            )
            outcome = outcome if made else "paced"
        story.suggested.count(event, outcome)
        return [*made, card_of(event)] if outcome == "shown" else []

    def _on_end(self, event: CallEnded) -> list[Event]:
        self._ended = event
        self.story.ended = event
        return [*self._slot.end("expired", event.at), *self._beats.leave(event.at)]

    def _on_words(self, event: Final) -> list[Event]:
        if self._ended:
            return []  # caught up after the call: nobody is helped any more, and the record is summed up anew
        if event.track == "rep":
            self._unheard.discard(event.turn)
        words = event.words[self._taken.pop((event.track, event.turn), 0) :]
        made: list[Event] = []
        if event.track == "rep" and event.words:
            self._pace.hear(event)
            if why := self._pace.too_fast(event.end, self._playbook.limits):
                made += self._offer([Wish(kind="slow_down", since=event.at, why=why)], event.at)
        return made + self._said(sentences(event.track, words), event.at)

    def _on_partial(self, event: Partial) -> list[Event]:
        """Take the sentences that are over: their words are agreed, and another agreed word follows."""
        turn = (event.track, event.turn)
        taken = self._taken.get(turn, 0)
        over = sentences(event.track, event.words[taken : event.agreed])[:-1]
        self._taken[turn] = taken + sum(len(sentence.text.split(" ")) for sentence in over)
        return self._said(over, event.at)

    def _said(self, found: list[Sentence], at: float) -> list[Event]:
        made: list[Event] = []
        for sentence in found:
            self.story.said.append(sentence)
            said = self._rep_said if sentence.track == "rep" else self._prospect_said
            made += [*said(sentence, at), *self._either_said(sentence, at)]
        return made

    def _either_said(self, sentence: Sentence, at: float) -> list[Event]:
        where = {"at": at, "track": sentence.track, "start": sentence.start, "end": sentence.end}
        made: list[Event] = []
        if acts.is_question(sentence):
            made.append(Question(**where, text=sentence.text))  # type: ignore[arg-type]
        if acts.is_promise(sentence) and not acts.is_ask(sentence):
            self.story.promises.append(sentence)
            made.append(Commitment(**where, text=sentence.text))  # type: ignore[arg-type]
        return made

    def _rep_said(self, sentence: Sentence, at: float) -> list[Event]:
        story = self.story
        if self._voicemail:
            return []
        made = self._beats.rep_said(sentence, at, answered=story.agreed is not None)
        if acts.is_ask(sentence):
            return [*made, *self._asked(sentence, at)]
        if acts.GENERIC.search(sentence.plain) and self._beats.reason_at is None and not story.asks:
            why = f"A generic opener: “{sentence.text}”"
            made += self._wish("give_reason", sentence, at, why)
        elif acts.REASON.search(sentence.plain):
            made += self._slot.end("followed", at, "give_reason")
        if acts.BOOKING.search(sentence.plain):
            story.booked = sentence
            made += self._slot.end("followed", at, "book_it")
        elif story.agreed and self._moves_on(sentence, story.agreed):
            story.nudged = True
            made += self._wish("book_it", sentence, at, f"They agreed: “{story.agreed.text}”")
        if acts.CLOSING.search(sentence.plain) and self._lacks_a_day():
            made += self._wish("name_time", sentence, at, "A next step without a day")
        return made

    def _moves_on(self, sentence: Sentence, agreed: Sentence) -> bool:
        """Tell whether the rep goes on to something else although they agreed and nothing is booked."""
        if self.story.booked or self.story.nudged or sentence.start <= agreed.end:
            return False
        return not acts.CLOSING.search(sentence.plain) and when_of(sentence.plain, self._today).date is None

    def _lacks_a_day(self) -> bool:
        """Tell whether something was promised or agreed, and neither side has said a day."""
        story = self.story
        steps = bool(story.promises or story.agreed)
        return steps and not any(when_of(said.plain, self._today).date for said in story.said)

    def _asked(self, sentence: Sentence, at: float) -> list[Event]:
        self.story.asks.append(sentence)
        self.story.agreed = None
        asked = Ask(at=at, end=sentence.end, evidence=sentence.evidence)
        followed = self._slot.end("followed", at, "make_ask")
        made: list[Event] = [asked, *followed, *self._beats.asked(sentence, at)]
        if self._talk.prospect_open is None or self._talk.prospect_open > sentence.end - 0.5:
            self._shield = sentence.end
        life = self._playbook.limits.listen
        wish = Wish(
            kind="stay_silent",
            since=sentence.end,
            why=f"You asked: “{sentence.text}”",
            evidence=sentence.evidence,
            life=life,
        )
        return [*made, *self._offer([wish], at)]

    def _prospect_said(self, sentence: Sentence, at: float) -> list[Event]:
        story, text = self.story, sentence.plain
        made: list[Event] = []
        where = {"at": at, "track": sentence.track, "start": sentence.start, "end": sentence.end}
        if acts.VOICEMAIL.search(text) and len(story.said) <= 4 and not story.asks:
            made += self._machine(sentence, at)
        if self._voicemail:
            return made
        if self._shield is not None and sentence.start > self._shield - 0.5 and len(text.split()) >= 2:
            made += self._answered(at)
        if acts.DNC.search(text):
            story.dnc = sentence
            made.append(Dnc(**where, text=sentence.text))  # type: ignore[arg-type]
            return [*made, *self._wish("do_not_call", sentence, at, f"They said: “{sentence.text}”")]
        if acts.WRONG_NUMBER.search(text):
            story.wrong_number = sentence
        return [*made, *self._reaction(sentence, at)]

    def _reaction(self, sentence: Sentence, at: float) -> list[Event]:
        """What an answer does: object, refuse again, agree."""
        story, text = self.story, sentence.plain
        kind = acts.objection_of(sentence, answering=bool(story.asks))
        if kind:
            made: list[Event] = [
                Objection(
                    at=at,
                    track="prospect",
                    start=sentence.start,
                    end=sentence.end,
                    kind=kind,
                    text=sentence.text,
                )
            ]
            again = kind in story.objections
            story.objections.setdefault(kind, []).append(sentence)
            story.open_objection = True
            why = f"They said: “{sentence.text}”"
            return [
                *made,
                *self._wish("offer_bridge" if again else "card", sentence, at, why, None if again else kind),
            ]
        if acts.REFUSAL.search(text):
            story.refusals.append(sentence)
            if story.objections and len(story.refusals) == 1:
                return self._wish("offer_bridge", sentence, at, f"Still no: “{sentence.text}”")
        elif acts.AGREEMENT.search(text) and story.asks and sentence.start > story.asks[-1].end - 0.5:
            story.open_objection = False
            if not acts.is_question(sentence):
                story.agreed = self._fuller(sentence)
        return []

    def _fuller(self, sentence: Sentence) -> Sentence:
        """Of two agreements in a row, keep the one that says a day."""
        before = self.story.agreed
        return before if before and when_of(before.plain, self._today).date else sentence

    def _machine(self, sentence: Sentence, at: float) -> list[Event]:
        if self.story.machine:
            return []
        self.story.machine, self._voicemail = sentence, True
        left = self._beats.leave(at)
        reason = f"said “{sentence.text}”"
        return [Verdict(at=at, label="voicemail", stage="firm", p=0.97, reasons=(reason,)), *left]

    def _wish(self, kind: Any, sentence: Sentence, at: float, why: str, objection: Any = None) -> list[Event]:
        wish = Wish(kind=kind, since=sentence.end, why=why, objection=objection, evidence=sentence.evidence)
        return self._offer([wish], at)

    # --- what remains -------------------------------------------------------------------------------------

    def summary(self) -> Summary:
        """Sum up what was said, each sentence with its proof; needs no language model."""
        at = self._ended.at if self._ended else self._tick / TICKS
        return summary_of(self.story, self._today, at, voicemail=self._voicemail)

    @property
    def figures(self) -> dict[str, float]:
        """The call's figures (docs/metrics.md), for its record."""
        at = self._ended.duration if self._ended else self._tick / TICKS
        suggested = self.story.suggested.figures
        return {**figures_of(at, self._talk, self._pace), "cues_dropped": self._slot.dropped, **suggested}

    _FOLDS: ClassVar[dict[type[Event], Callable[..., list[Event]]]] = {
        CallStarted: _on_start, SpeechStarted: _on_speech, SpeechStopped: _on_silence,
        Partial: _on_partial, Final: _on_words, Order: _on_order, CallEnded: _on_end,
        Suggestion: _on_suggestion,
    }  # fmt: skip
