"""The summary writer against a server that keeps OpenAI's contract for strict structured output."""

from __future__ import annotations

import json
from typing import Any

import pytest

from media.audio import Word
from server.call.cited import CitedSentence, Draft
from server.errors import Malformed, Misconfigured, Rejected, Unreachable
from server.events import Final
from server.outside.llm import Writer

pytestmark = pytest.mark.anyio

KEY = "sk-test"
FINALS = [
    Final(
        at=2,
        track="rep",
        turn=1,
        start=0,
        end=1,
        words=(Word("Thursday", 0, 0.5), Word("at", 0.5, 0.6), Word("two?", 0.6, 1)),
    ),
    Final(at=4, track="prospect", turn=1, start=2, end=3, words=(Word("Works.", 2, 3),)),
]


async def ask(url: str, key: str = KEY) -> Draft:
    async with Writer(key, url, "gpt-x") as writer:
        return await writer.summarise(FINALS)


async def test_a_summary_comes_back_typed(cloud: Any) -> None:
    draft = await ask(cloud.url)
    assert draft.sentences == [CitedSentence(text="They meet on Thursday.", cites=[1, 2])]
    (asked,) = cloud.asked
    assert asked["model"] == "gpt-x"
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert asked["messages"][1]["content"] == "1 rep: Thursday at two?\n2 prospect: Works."


async def test_a_wrong_key_says_what_to_check(cloud: Any) -> None:
    with pytest.raises(Misconfigured, match="OPENAI_API_KEY"):
        await ask(cloud.url, "sk-wrong")


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_trouble_over_there_is_tried_again(cloud: Any, status: int) -> None:
    cloud.status = status
    with pytest.raises(Unreachable):
        await ask(cloud.url)
    assert len(cloud.asked) == 1, "the outbox alone decides when to ask again"


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_no_is_a_no(cloud: Any, status: int) -> None:
    cloud.status = status
    with pytest.raises(Rejected, match=str(status)):
        await ask(cloud.url)


async def test_nobody_there_is_tried_again() -> None:
    with pytest.raises(Unreachable):
        await ask("http://127.0.0.1:9/v1")


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "They meet on Thursday.",
        '{"sentences": []}',
        '{"sentences": [{"text": "They meet.", "cites": []}]}',
        '{"sentences": [{"text": "They meet.", "cites": ["1"]}], "more": 1}',
        json.dumps({"sentences": [{"text": "a" * 401, "cites": [1]}]}),
        json.dumps({"sentences": [{"text": "They meet.", "cites": [1]}] * 9}),
        '{"sentences": [{"text": "They meet.", "cites": [1',
    ],
)
async def test_an_answer_that_is_no_summary_is_refused(cloud: Any, content: str | None) -> None:
    cloud.content = content
    with pytest.raises(Malformed):
        await ask(cloud.url)
