"""The fold of a call: input events in, everything that the page shows out. No clock but the events' own.

Media time goes in ticks of 0.1 s. A rule that waits fires on a tick, so it does not matter whether the ticks were made
by sound as it came in (`advance`) or all at once by the next event (`apply`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import ClassVar

from media.audio import Track
from media.talk import KNOWN_LATE, MEANT, Talk
from server.call import patterns
from server.call.beats import Beats
from server.call.classifier import Classifier, shipped
from server.call.cues import Followed, Scene, Slot, Wish
from server.call.dialogue import Dialogue, Outcome
from server.call.gauge import Pace, figures_of, gauge_of
from server.call.pieces import BEFORE
from server.call.playbook import Playbook
from server.call.story import Story
from server.call.suggested import card_of, missed
from server.call.summary import summary_of
from server.call.text import Sentence, behind, plain, sentences
from server.events import (
    Ask,
    CallEnded,
    CallStarted,
    Event,
    Final,
    Order,
    Partial,
    SpeechStarted,
    SpeechStopped,
    Suggestion,
    Summary,
)

TICKS = 10
"""Ticks a second."""

GAUGE = 2
"""Ticks between two gauges while nobody begins or stops."""

SETTLED = 5.0
"""A rep who has just taken the floor may do so to ask: only after so long (seconds) does "make the ask" help."""

LONG_TURN = 8.0
"""A turn of the rep's that goes on this long (seconds) is not the ask any more, though its words are not known."""

TELLING, ON_ITS_WAY = 5, 0.1
"""Words of a sentence that is not over which tell what it will be, and how likely they may then be an ask."""

ASK_SOON = 6.0
"""Seconds for which "make the ask" stays right; after that the talk has gone elsewhere."""

BREATH = 0.8
"""A pause so short (seconds) does not end what the rep is saying."""

EXPLAINS = 8.0
"""Whoever has talked so long at a stretch (seconds) is in why now, whatever the words."""

SURE = MEANT + KNOWN_LATE
"""Seconds of open speech that are more than a false start."""

FLUENT = 0.05
"""Speech that begins so soon (seconds) after the ask's words still belongs to them."""

VOICEMAIL = 25.0
"""Seconds by which a voicemail's message should be over."""


class Conversation:
    """One call as it is understood so far."""

    def __init__(self, playbook: Playbook, classifier: Classifier | None = None) -> None:
        self._playbook = playbook
        self._classifier = classifier or shipped()
        self._talk = Talk()
        self._beats = Beats(playbook)
        self._slot = Slot(playbook)
        self._dialogue = Dialogue(playbook, self._beats, self._classifier)
        self._today: date | None = None
        """The day of the call, where the prospect is."""
        self._tick = 0
        self._speaking: tuple[Track, ...] = ()
        self._unheard: set[int] = set()
        """The rep's turns whose words have not come yet."""
        self._taken: dict[tuple[str, int], float] = {}
        """Where the sentences of a turn that goes on end which were looked at already."""
        self._pending = (0, "")
        """The rep's newest turn with words, and what it has brought of a sentence that is not over."""
        self._pace = Pace()
        self._shield: float | None = None
        """Where the ask ended, while the prospect's answer is awaited."""
        self._answer: float | None = None
        """Where the answer to the ask ended so far."""
        self._ended: CallEnded | None = None

    @property
    def story(self) -> Story:
        """What happened so far."""
        return self._dialogue.story

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
        if talk.rep_open is not None and at - talk.rep_open >= EXPLAINS:
            made += self._beats.explains(at, talk.rep_open)
        made += self._listening(at)
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

    def _listening(self, at: float) -> list[Event]:
        """Listening ends when the rep, after an answer, really speaks again."""
        rep = self._talk.rep_open
        if self._answer is None or rep is None or at - rep < MEANT or rep < self._answer - MEANT:
            return []
        until, self._answer = self._answer, None
        return self._beats.listened(at, until, answered=True)

    def _guard(self, at: float, asked: float) -> list[Event]:
        """Watch over the silence after the ask."""
        rep, prospect = self._talk.rep_open, self._talk.prospect_open
        # Speech that began before the ask's words ended is the ask itself.
        if rep is not None and rep > asked + FLUENT and at - rep >= SURE and prospect is None:
            self._shield = None
            left = self._beats.listened(at, rep, answered=rep - asked >= self._playbook.limits.listen)
            why = f"You spoke {rep - asked:.1f} s after the ask, before an answer"
            wish = Wish(kind="let_finish", since=rep, why=why)
            return [*self._slot.end("expired", at, "stay_silent"), *left, *self._offer([wish], at)]
        if at - asked > 2 * self._playbook.limits.listen:
            self._shield = None
        return []

    def _waiting(self, at: float) -> list[Wish]:
        """What follows from time passing."""
        limits, wishes, voicemail = self._playbook.limits, list[Wish](), self._dialogue.voicemail
        held = self._talk.monologue(at)
        longest = VOICEMAIL if voicemail else limits.monologue
        if held >= longest and self._talk.rep_open is not None:
            why = f"You have held the floor for {held:.0f} s"
            wishes.append(Wish(kind="stop_talking", since=at - held + longest, why=why))
        broken = self._talk.interruptions
        if broken and at - broken[-1] < SURE + 0.25 and not voicemail:
            wishes.append(Wish(kind="let_finish", since=broken[-1], why="They were in mid-sentence"))
        if self._beats.now == "why_now" and self._may_ask(at):
            late = at - self._beats.since - limits.make_ask
            if 0 <= late <= ASK_SOON:
                why = f"Why now has run for {limits.make_ask + late:.0f} s and there is no ask yet"
                wishes.append(Wish(kind="make_ask", since=at - late, why=why, patient=True))
        return wishes

    def _may_ask(self, at: float) -> bool:
        """Tell whether "make the ask" would help: to a rep who talks on, not while the ask may be on its way."""
        if self._talk.prospect_open is not None or self.story.open_objection:
            return False
        if self._talk.monologue(at) < SETTLED:
            return False
        if self._talk.rep_open is None:
            return not self._unheard
        begun = plain(self._pending[1])
        if len(begun.split()) < TELLING:
            return at - self._talk.rep_open > LONG_TURN
        before = [(one.track, one.plain) for one in self.story.said[-BEFORE:]]
        likely = self._classifier.read("rep", begun, before)["ask"] >= ON_ITS_WAY
        return not likely and not patterns.ASK_STEM.search(begun)

    def _offer(self, wishes: Sequence[Wish], at: float) -> list[Event]:
        return self._slot.offer(wishes, at, self._scene) if wishes else []

    @property
    def _scene(self) -> Scene:
        return Scene(rep_since=self._talk.rep_open, shielded=self._shield is not None, beat=self._beats.now)

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
        if event.track == "rep":
            return []
        meant = event.end - event.start >= MEANT
        if self._shield is not None and event.start > self._shield - 0.5 and meant:
            return self._answered(event.at, event.end)
        if self._answer is not None:
            self._answer = event.end
        return []

    def _answered(self, at: float, end: float) -> list[Event]:
        self._shield, self._answer = None, end
        return self._slot.end("followed", at, "stay_silent")

    def _on_order(self, event: Order) -> list[Event]:
        if event.action == "mute_kind":
            self._slot.mute(event.target)
        if event.action == "unmute_kind":
            self._slot.unmute(event.target)
        if event.action == "mark_wrong":
            return self._slot.end("wrong", event.at, event.target)
        if event.action in ("mute_kind", "dismiss_cue"):
            return self._slot.end("dismissed", event.at, event.target)
        return []

    def _on_suggestion(self, event: Suggestion) -> list[Event]:
        """Show a language model's suggestion, if its moment is still there; a question's takes the slot for it."""
        story, made = self.story, list[Event]()
        outcome: str = event.refused or missed(event, story, self._scene, self._slot.shown) or "shown"
        if outcome == "shown" and event.about == "question" and event.evidence:
            why = f"They said: “{event.evidence.text}”"
            wish = Wish(kind="card", since=event.since, why=why, evidence=event.evidence)
            made = self._offer([wish], event.at)
            outcome = outcome if made else "paced"
        story.suggested.count(event, outcome)
        return [*made, card_of(event)] if outcome == "shown" else []

    def _on_end(self, event: CallEnded) -> list[Event]:
        made = self._took(self._dialogue.rep_paused(event.at), event.at)
        self._ended = event
        self.story.ended = event
        until = self._answer if self._beats.now == "listen" and self._answer is not None else event.duration
        return [*made, *self._slot.end("expired", event.at), *self._beats.leave(event.at, until)]

    def _on_words(self, event: Final) -> list[Event]:
        if self._ended:
            return []  # caught up after the call: nobody is helped any more, and the record is summed up anew
        words = behind(event.words, self._taken.pop((event.track, event.turn), 0.0))
        made: list[Event] = []
        if event.track == "rep" and event.words:
            self._pace.hear(event)
            made += self._paced(event)
        made += self._said(sentences(event.track, words, self._classifier.breaks), event.at)
        if event.track == "prospect":
            made += self._took(self._dialogue.prospect_paused(event.end), event.at)
        else:
            if self._pending[0] <= event.turn:  # words may come when the rep speaks again already
                self._pending = (event.turn, "")
            self._unheard.discard(event.turn)
            if not self._goes_on(event.end):
                made += self._took(self._dialogue.rep_paused(event.at), event.at)
            made += self._beats.rep_stopped(event.at, event.end)
        return made

    def _goes_on(self, end: float) -> bool:
        """Tell whether the rep, after a breath, is speaking again already."""
        rep = self._talk.rep_open
        return rep is not None and rep - end < BREATH and self._talk.prospect_open is None

    def _paced(self, event: Partial | Final) -> list[Event]:
        why = self._pace.too_fast(event.words, self._playbook.limits) if event.track == "rep" else None
        return self._offer([Wish(kind="slow_down", since=event.at, why=why)], event.at) if why else []

    def _on_partial(self, event: Partial) -> list[Event]:
        """Take the sentences that are over: their words are agreed, and another agreed word follows."""
        turn = (event.track, event.turn)
        taken = self._taken.get(turn, 0.0)
        agreed = event.words[: event.agreed]
        over = sentences(event.track, behind(agreed, taken), self._classifier.breaks)[:-1]
        if event.track == "rep":
            self._pending = (event.turn, " ".join(word.text for word in behind(event.words, taken)))
        if over:
            self._taken[turn] = over[-1].end
        made = [*self._paced(event), *self._said(over, event.at)]
        rest = behind(agreed, self._taken.get(turn, 0.0))
        if event.track == "rep" and rest:
            text = " ".join(word.text for word in rest)
            begun = Sentence("rep", rest[0].start, rest[-1].end, text, plain(text))
            made += self._took(self._dialogue.rep_goes_on(begun, event.at), event.at)
        return made

    def _said(self, found: list[Sentence], at: float) -> list[Event]:
        made: list[Event] = []
        for sentence in found:
            asked = self._shield
            if sentence.track == "prospect" and asked is not None and sentence.start > asked - 0.5:
                made += self._answered(at, sentence.end) if len(sentence.plain.split()) >= 2 else []
            if sentence.track == "prospect" and not patterns.BACK_CHANNEL.fullmatch(sentence.plain):
                self._talk.took_floor(sentence.end)
            made += self._took(self._dialogue.hear(sentence, at), at)
        return made

    def _took(self, outcomes: Sequence[Outcome], at: float) -> list[Event]:
        """Turn what follows from words into what is shown."""
        made: list[Event] = []
        for outcome in outcomes:
            if isinstance(outcome, Wish):
                made += self._offer([outcome], at)
            elif isinstance(outcome, Followed):
                made += self._slot.end("followed", at, outcome.kind)
            else:
                made.append(outcome)
                if isinstance(outcome, Ask):
                    self._await_answer(outcome.end)
        return made

    def _await_answer(self, asked: float) -> None:
        prospect = self._talk.prospect_open
        self._answer = None
        if prospect is None or prospect > asked - 0.5:
            self._shield = asked

    # --- what remains -------------------------------------------------------------------------------------

    def summary(self) -> Summary:
        """Sum up what was said, each sentence with its proof; needs no language model."""
        at = self._ended.at if self._ended else self._tick / TICKS
        return summary_of(self.story, self._today, at, voicemail=self._dialogue.voicemail)

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
