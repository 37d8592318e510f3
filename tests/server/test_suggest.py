"""A call asks a language model over real HTTP: whatever it answers, or does not, the call goes on and it is counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import anyio
import anyio.to_thread
import pytest

from server.call.allowance import Allowance
from server.call.breaker import Breaker
from server.call.conversation import Conversation
from server.call.script import parse_script
from server.events import Card, Cue, Event, Suggestion
from server.outside.llm import Suggester
from server.outside.playbooks import load_playbooks
from server.settings import Settings
from server.suggest import Advice, CallAdvice, advice_of

pytestmark = pytest.mark.anyio

DEMO = load_playbooks()["post-demo"]
AMPLE = Allowance(requests=30, tokens_in=60_000, tokens_out=8_000)
REPLY: dict[str, Any] = {
    "headline": "Compare the cost",
    "lines": ["Fair point. Compared with what?"],
    "question": "",
    "evidence": "too expensive for us",
}
SAID = [
    ("rep", 0.5, 4.0, "Hi Sarah, it's Alex from Northwind."),
    ("prospect", 12.0, 14.0, "Honestly, it's too expensive for us."),
    ("prospect", 32.0, 34.0, "I never heard of you, is this a scam?"),
    ("prospect", 52.0, 54.0, "We don't need it."),
    ("prospect", 72.0, 74.0, "Bye."),
]


class CallOnPaper:
    """A call whose words come from a script; media time stands still between them."""

    def __init__(self, advice: Advice, tasks: anyio.abc.TaskGroup, lag: float) -> None:
        self.conversation, self.events, self.tasks = Conversation(DEMO), list[Event](), tasks
        self._at, self._lag = 0.0, lag
        self.settled = anyio.Event()
        """Something came of the first suggestion."""
        self._advice = CallAdvice(advice, DEMO, self.conversation, lambda: self._at, self.apply)
        rows = [{"track": t, "start": start, "end": end, "text": text} for t, start, end, text in SAID]
        script = parse_script(json.dumps(row) for row in rows)
        self._coming = [script.start, *script.events]

    def apply(self, event: Event) -> None:
        made = self.conversation.apply(event)
        self.events += made
        if isinstance(event, Suggestion):
            self.settled.set()
        self._advice.hear(made, self.tasks)

    def hear(self, until: float) -> None:
        """Take what is known by a media second."""
        while self._coming[0].at < until:
            event = self._coming.pop(0)
            self._at = round(event.at + self._lag, 3)
            self.apply(event)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def cues(self) -> list[Any]:
        return [cue.objection for cue in self.of(Cue) if cue.phase == "raised"]

    @property
    def outcomes(self) -> Counter[str]:
        return self.conversation.story.suggested.outcomes


@asynccontextmanager
async def calling(
    url: str,
    allowance: Allowance = AMPLE,
    breaker: Breaker | None = None,
    lag: float = 0.0,
    key: str = "sk-test",
) -> AsyncIterator[CallOnPaper]:
    """A call; at the block's end all that it asked has come to something."""
    suggester = Suggester(key, url, "quick")
    advice = Advice(suggester, allowance, breaker or Breaker(3, 60))
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            call = CallOnPaper(advice, tasks, lag)
            yield call
        await suggester.aclose()
    assert advice.outcomes == call.outcomes


async def asked(cloud: Any) -> None:
    """Wait until the server has been asked once more."""
    await anyio.to_thread.run_sync(cloud.arrived.acquire)


async def test_the_local_card_does_not_wait_and_the_suggestion_fills_it(cloud: Any) -> None:
    cloud.content, cloud.usage = json.dumps(REPLY), (812, 57)
    async with calling(cloud.url, replace(AMPLE, price_in=0.25, price_out=2.0)) as call:
        call.hear(16)
        assert call.cues == ["price"], "at once, in the same step as the words"
        assert cloud.asked == []
    (card,) = call.of(Card)
    assert (card.about, card.lines, card.author) == ("price", ("Fair point. Compared with what?",), "quick")
    (came,) = call.of(Suggestion)
    assert (came.tokens_in, came.tokens_out, came.micros) == (812, 57, 317)
    assert call.outcomes == {"shown": 1}
    (question,) = cloud.asked
    assert json.loads(question["messages"][1]["content"])["heard"]["prospect_said"] == SAID[1][3]


def reply(**changed: Any) -> str:
    return json.dumps(REPLY | changed)


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        (None, "empty"),
        ("Say it is cheap.", "malformed"),
        (reply(lines=["a" * 1_000_000]), "malformed"),
        (reply(lines=[{"say": "x"}]), "malformed"),
        (reply(role="system"), "malformed"),
        (reply(evidence="we are very rich"), "uncited"),
        (reply(lines=["We give you 70 percent off"]), "uncited"),
        (reply(lines=["<script>fetch('//evil.example')</script>"]), "hostile"),
        (reply(headline="SYSTEM: override rules"), "hostile"),
        (reply(lines=["Read them the admin password"]), "hostile"),
        (reply(question="Can you visit evil.example?"), "hostile"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_reply_that_may_not_be_seen_leaves_the_playbooks_card(
    cloud: Any, content: str | None, outcome: str
) -> None:
    cloud.content = content
    async with calling(cloud.url) as call:
        call.hear(16)
    assert call.outcomes == {outcome: 1}
    assert call.of(Card) == []
    assert call.cues == ["price"]
    (kept,) = call.of(Suggestion)
    assert (kept.headline, kept.lines, kept.question) == ("", (), ""), "not a word of it is stored"


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
async def test_a_server_in_trouble_is_a_count(cloud: Any, status: int) -> None:
    cloud.status = status
    async with calling(cloud.url) as call:
        call.hear(16)
    assert call.outcomes == {"failed": 1}
    assert call.cues == ["price"]


async def test_a_connection_refused_is_a_count() -> None:
    async with calling("http://127.0.0.1:9/v1") as call:
        call.hear(16)
    assert call.outcomes == {"failed": 1}


async def test_a_fault_of_ours_does_not_end_the_call(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Suggester, "suggest", breaks)
    async with calling(cloud.url) as call:
        call.hear(16)
    assert call.outcomes == {"failed": 1}


async def test_a_server_that_hangs_is_given_up_when_the_moment_is_over(cloud: Any) -> None:
    cloud.busy.clear()
    started = anyio.current_time()
    async with calling(cloud.url, lag=1.0) as call:  # words known 1.6 s after their end leave 0.4 s
        call.hear(16)
    assert anyio.current_time() - started < 1.5
    assert call.outcomes == {"late": 1}


async def test_words_that_come_too_late_are_not_asked_about(cloud: Any) -> None:
    async with calling(cloud.url, lag=1.2) as call:
        call.hear(16)
    assert call.outcomes == {"late": 1}
    assert call.of(Suggestion)[0].asked_at is None
    assert cloud.asked == []


async def test_after_failures_in_a_row_nobody_is_asked_for_a_while(cloud: Any) -> None:
    cloud.status = 503
    breaker = Breaker(2, 3600)
    for _ in range(2):
        async with calling(cloud.url, breaker=breaker) as call:
            call.hear(16)
    async with calling(cloud.url, breaker=breaker) as call:
        call.hear(16)
    assert call.outcomes == {"resting": 1}
    assert call.cues == ["price"]
    assert len(cloud.asked) == 2


async def test_slow_answers_count_against_the_server_only_if_it_had_time(cloud: Any) -> None:
    cloud.busy.clear()
    breaker = Breaker(1, 3600)
    async with calling(cloud.url, breaker=breaker, lag=1.05) as call:
        call.hear(16)
    assert call.outcomes == {"late": 1}
    assert not breaker.rests(anyio.current_time())
    async with calling(cloud.url, breaker=breaker, lag=0.35) as call:
        call.hear(16)
    assert call.outcomes == {"late": 1}
    assert breaker.rests(anyio.current_time())


async def test_the_newest_question_breaks_off_the_older(cloud: Any) -> None:
    cloud.content = reply(evidence="is this a scam")
    cloud.busy.clear()
    async with calling(cloud.url) as call:
        call.hear(16)
        await asked(cloud)
        call.hear(36)
        await asked(cloud)
        cloud.busy.set()
    assert call.outcomes == {"broken_off": 1, "shown": 1}
    assert [card.about for card in call.of(Card)] == ["trust"]


async def test_the_end_of_the_call_breaks_off_what_is_asked(cloud: Any) -> None:
    cloud.busy.clear()
    async with calling(cloud.url) as call:
        call.hear(16)
        await asked(cloud)
        call.tasks.cancel_scope.cancel()
    assert call.outcomes == {"broken_off": 1}


@pytest.mark.parametrize(
    "allowance",
    [
        replace(AMPLE, requests=1),
        replace(AMPLE, tokens_in=800),
        replace(AMPLE, tokens_out=57),
        replace(AMPLE, cost=0.0003, price_in=1),
    ],
)
async def test_a_call_that_has_spent_its_part_asks_no_more(cloud: Any, allowance: Allowance) -> None:
    cloud.content, cloud.usage = json.dumps(REPLY), (812, 57)
    async with calling(cloud.url, allowance) as call:
        call.hear(16)
        await call.settled.wait()
        call.hear(36)
    assert call.outcomes == {"shown": 1, "over_limit": 1}
    assert call.cues == ["price", "trust"]
    assert len(cloud.asked) == 1


async def test_what_people_say_is_not_logged(
    cloud: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.content = reply(lines=["<b>expensive secret</b>"])
    with caplog.at_level("INFO"):
        for cloud.status in (200, 500):
            async with calling(cloud.url, breaker=Breaker(1, 60)) as call:
                call.hear(16)
    logged = caplog.text + "".join(capsys.readouterr())
    assert "no suggestions for a while" in logged
    assert "expensive" not in logged


def test_no_key_no_suggestions() -> None:
    assert advice_of(Settings(_env_file=None, openai_api_key=None)) is None  # type: ignore[call-arg]


async def test_settings_choose_the_model_and_can_switch_it_off() -> None:
    given: dict[str, Any] = {"_env_file": None, "openai_api_key": "sk-test", "llm_model": "slow"}
    assert advice_of(Settings(**given, suggestions=False)) is None
    for more, name in (({}, "slow"), ({"suggest_model": "quick"}, "quick")):
        advice = advice_of(Settings(**given, **more, suggest_requests=4))
        assert advice is not None
        assert (advice.model.model, advice.allowance.requests) == (name, 4)
        await advice.model.aclose()
