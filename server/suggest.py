"""Suggestions during a call: a language model is asked beside the local path, which never waits for it.

The shell around `server/call/suggestions.py` (when, what), `replies.py` (which may be seen), `allowance.py` and
`breaker.py` (how much, how long). What came of it goes into the call's fold as a `suggestion`, whatever it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

import anyio
import anyio.abc
import structlog

from server.call.allowance import Allowance
from server.call.breaker import Breaker
from server.call.conversation import Conversation
from server.call.playbook import Playbook
from server.call.replies import judged
from server.call.suggested import DEADLINE
from server.call.suggestions import Moment, Moments, Told, told_of
from server.errors import BeatlineError, Malformed
from server.events import Event, Refused, Suggestion
from server.outside.llm import Suggester
from server.settings import Settings

log = structlog.get_logger("beatline.suggest")

LEAST = 0.3
"""Seconds in which no language model answers: with less left, none is asked."""

FAIR = 1.0
"""Seconds that an answer may take; one that had less, because the words came late, is not called slow."""


class Advice:
    """The language model of this process, shared by its calls: what each may spend, and when all of them pause."""

    def __init__(self, model: Suggester, allowance: Allowance, breaker: Breaker) -> None:
        self.model, self.allowance, self.breaker = model, allowance, breaker
        self.outcomes: Counter[str] = Counter()
        """What became of all suggestions since the start, by outcome."""

    @property
    def rests(self) -> bool:
        """Tell whether nobody asks now, because there was no answer."""
        return self.breaker.rests(anyio.current_time())

    def slow(self, why: str) -> None:
        """Note an answer that did not come, or not in time."""
        if self.breaker.bad(anyio.current_time()):
            log.warning("no suggestions for a while", why=why)


def advice_of(settings: Settings) -> Advice | None:
    """Set up suggestions, if there is a key and they are wanted."""
    if settings.openai_api_key is None or not settings.suggestions:
        return None
    model = settings.suggest_model or settings.llm_model
    key = settings.openai_api_key.get_secret_value()
    allowance = Allowance(
        requests=settings.suggest_requests,
        tokens_in=settings.suggest_tokens_in,
        tokens_out=settings.suggest_tokens_out,
        cost=settings.suggest_cost,
        price_in=settings.suggest_price_in,
        price_out=settings.suggest_price_out,
    )
    suggester = Suggester(key, settings.openai_base_url, model, settings.suggest_effort)
    return Advice(suggester, allowance, Breaker(settings.suggest_failures, settings.suggest_rest))


class CallAdvice:
    """One call's questions to the model, one at a time: a newer one breaks off the older."""

    def __init__(
        self,
        advice: Advice,
        playbook: Playbook,
        conversation: Conversation,
        at: Callable[[], float],
        apply: Callable[[Event], None],
    ) -> None:
        self._advice, self._playbook, self._conversation = advice, playbook, conversation
        self._at, self._apply = at, apply
        self._moments = Moments(playbook)
        self._requests = 0
        self._asking = anyio.CancelScope()

    def hear(self, made: Iterable[Event], tasks: anyio.abc.TaskGroup) -> None:
        """Take what the call's fold just answered; ask, if that wants a suggestion."""
        moment = self._moments.hear(made)
        if moment is None:
            return
        base = Suggestion(at=0, about=moment.about, since=moment.since, author=self._advice.model.model)
        if refused := self._refused(moment):
            self._tell(replace(base, refused=refused))
            return
        self._asking.cancel()
        self._asking = anyio.CancelScope()
        self._requests += 1
        told = told_of(moment, self._conversation.story.said, self._playbook)
        tasks.start_soon(self._ask, replace(base, asked_at=self._at()), told, self._asking)

    def _refused(self, moment: Moment) -> Refused:
        """Say why not to ask, if so."""
        if self._left(moment.since) < LEAST:
            return "late"
        if self._advice.rests:
            return "resting"
        spent = self._advice.allowance.spent(self._conversation.story.suggested, self._requests)
        return "over_limit" if spent else ""

    def _left(self, since: float) -> float:
        return since + DEADLINE - self._at()

    def _tell(self, suggestion: Suggestion) -> None:
        """Fold what came of it, and count what became of that."""
        self._apply(replace(suggestion, at=self._at()))
        self._advice.outcomes[self._conversation.story.suggested.newest] += 1

    async def _ask(self, base: Suggestion, told: Told, asking: anyio.CancelScope) -> None:
        # Stands if a newer question, or the call's end, breaks this one off.
        came = replace(base, refused="broken_off")
        try:
            with asking:
                came = await self._answer(base, told)
        finally:
            self._tell(came)

    async def _answer(self, base: Suggestion, told: Told) -> Suggestion:
        advice, given = self._advice, self._left(base.since)
        with anyio.move_on_after(given):
            try:
                answer = await advice.model.suggest(told.text)
            except Malformed:
                advice.breaker.good()
                return replace(base, refused="malformed")
            except BeatlineError as problem:
                advice.slow(str(problem))
                return replace(base, refused="failed")
            except Exception as problem:
                # Advice is optional: a fault in it must not end the call. Its text may quote the call.
                log.error("suggestion broke", kind=type(problem).__name__)
                advice.slow(type(problem).__name__)
                return replace(base, refused="failed")
            advice.breaker.good()
            sent, came = answer.tokens_in, answer.tokens_out
            micros = advice.allowance.micros(sent, came)
            return judged(replace(base, tokens_in=sent, tokens_out=came, micros=micros), answer.content, told)
        if given >= FAIR:
            advice.slow("answers take too long")
        return replace(base, refused="late")
