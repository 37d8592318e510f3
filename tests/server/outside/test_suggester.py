"""The suggester against a server that keeps OpenAI's contract: its questions are taken, its troubles are told apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.errors import BeatlineError, Malformed, Misconfigured, Rejected, Unreachable
from server.outside.llm import MOST_BYTES, Answer, Suggester

pytestmark = pytest.mark.anyio


async def ask(url: str, *, key: str = "sk-test", effort: str = "", times: int = 1) -> Answer:
    suggester = Suggester(key, url, "quick", effort)
    try:
        for _ in range(times - 1):
            await suggester.suggest('{"heard": {}}')
        return await suggester.suggest('{"heard": {}}')
    finally:
        await suggester.aclose()


async def test_it_asks_for_a_strict_shape_and_reads_what_was_used(cloud: Any) -> None:
    cloud.content, cloud.usage = "{}", (812, 57)
    assert await ask(cloud.url, effort="minimal") == Answer("{}", 812, 57)
    (asked,) = cloud.asked
    assert asked["model"] == "quick"
    assert asked["reasoning_effort"] == "minimal"
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert asked["messages"][1]["content"] == '{"heard": {}}'
    assert "tools" not in asked
    schema = asked["response_format"]["json_schema"]["schema"]
    assert set(schema["properties"]) == {"headline", "lines", "question", "evidence"}


async def test_a_server_that_does_not_tell_tokens_is_taken_too(cloud: Any) -> None:
    assert await ask(cloud.url) == Answer(cloud.content)


async def test_effort_is_left_out_where_it_is_not_taken(cloud: Any) -> None:
    cloud.unknown = {"reasoning_effort"}
    await ask(cloud.url, effort="minimal", times=2)
    assert ["reasoning_effort" in asked for asked in cloud.asked] == [True, False, False]


async def test_without_schemas_the_server_is_asked_for_json(cloud: Any) -> None:
    cloud.unknown = {"json_schema", "max_completion_tokens"}
    await ask(cloud.url, times=2)
    forms = [asked["response_format"]["type"] for asked in cloud.asked]
    assert forms == ["json_schema", "json_object", "json_object"], "the form that is taken is remembered"


async def test_a_server_that_takes_no_form_says_no(cloud: Any) -> None:
    cloud.unknown = {"json_schema", "json_object"}
    with pytest.raises(Rejected, match="400"):
        await ask(cloud.url)
    assert len(cloud.asked) == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, Rejected), (404, Rejected), (429, Unreachable), (500, Unreachable), (503, Unreachable)],
)
async def test_troubles_are_told_apart_and_not_tried_again(
    cloud: Any, status: int, error: type[BeatlineError]
) -> None:
    cloud.status = status
    with pytest.raises(error):
        await ask(cloud.url)
    assert len(cloud.asked) == 1


async def test_a_wrong_key_says_what_to_check(cloud: Any) -> None:
    with pytest.raises(Misconfigured, match="OPENAI_API_KEY"):
        await ask(cloud.url, key="sk-wrong")


async def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        await ask("http://127.0.0.1:9/v1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>Bad gateway</html>",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b'{"choices": [{"message": "x"}]}',
        b'{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": -5}}',
        b'{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": "many"}}',
        b"\xff\xfe\x00",
    ],
)
async def test_an_answer_that_is_no_chat_completion_is_malformed(cloud: Any, raw: bytes) -> None:
    cloud.raw = raw
    with pytest.raises(Malformed):
        await ask(cloud.url)


async def test_a_megabyte_is_not_read_to_its_end(cloud: Any) -> None:
    cloud.content = json.dumps({"lines": ["a" * 1_000_000]})
    assert len(cloud.content) > MOST_BYTES
    with pytest.raises(Malformed, match="longer"):
        await ask(cloud.url)
