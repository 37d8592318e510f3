"""A language model behind an OpenAI-compatible address. What people said is data to it, never instruction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import httpx2
import openai
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.shared_params.response_format_json_schema import JSONSchema
from pydantic import BaseModel, Field, ValidationError

from server.call.cited import Draft, lines_of
from server.call.replies import Reply
from server.errors import Malformed, Misconfigured, Rejected, Unreachable
from server.events import Final
from server.outside.playbooks import prompts

TIMEOUT = 60.0
"""Seconds for one summary; nobody waits for it."""

LONGEST = 60_000
"""Characters of transcript sent: an hour of talk."""

BRIEF = 5.0
"""Seconds for one suggestion; who asks gives up sooner."""

KEPT = 120.0
"""Seconds for which an idle connection is kept."""

MOST_TOKENS = 400
"""Tokens of a reply: three lines as JSON are a hundred; the rest is for models that think a little."""

MOST_BYTES = 64 * 1024
"""Bytes of an answer; a longer one is not read to its end."""


class Writer:
    """Writes summaries."""

    def __init__(self, key: str, base_url: str | None, model: str) -> None:
        self._client = AsyncOpenAI(api_key=key, base_url=base_url, timeout=TIMEOUT, max_retries=0)
        self._model = model
        self._prompt = (prompts() / "summary.md").read_text("utf-8")

    async def __aenter__(self) -> Writer:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._client.close()

    async def summarise(self, finals: Sequence[Final]) -> Draft:
        """Ask for a summary whose sentences cite turns.

        Raises:
            Unreachable: no answer, or too many questions; ask again later.
            Rejected, Misconfigured: the server says no; the message says why.
            Malformed: the answer is not what was asked for.
        """
        transcript = "\n".join(lines_of(finals))[:LONGEST]
        with _in_our_words():
            answer = await self._client.chat.completions.create(
                model=self._model,
                messages=[
                    {"role": "system", "content": self._prompt},
                    {"role": "user", "content": transcript},
                ],
                response_format={"type": "json_schema", "json_schema": _schema("summary", Draft)},
            )
        text = answer.choices[0].message.content if answer.choices else None
        try:
            return Draft.model_validate_json(text or "")
        except ValidationError as problem:
            raise Malformed("the language model's answer is not the summary that was asked for") from problem


@dataclass(frozen=True, slots=True)
class Answer:
    """What a language model wrote, and what that took."""

    content: str | None
    tokens_in: int = 0
    tokens_out: int = 0


class Suggester:
    """Writes suggestions, while somebody waits: no second try, no long reply, nothing but text back."""

    def __init__(self, key: str, base_url: str | None, model: str, effort: str = "") -> None:
        # A new connection costs a good part of the two seconds, so one is kept over the pauses of a call.
        client = DefaultAsyncHttpxClient(limits=httpx2.Limits(keepalive_expiry=KEPT))
        self._client = AsyncOpenAI(
            api_key=key, base_url=base_url, timeout=BRIEF, max_retries=0, http_client=client
        )
        self.model = model
        self._prompt = (prompts() / "suggest.md").read_text("utf-8")
        schema = {"type": "json_schema", "json_schema": _schema("suggestion", Reply)}
        strict: dict[str, object] = {"response_format": schema, "max_completion_tokens": MOST_TOKENS}
        self._forms = [{**strict, "reasoning_effort": effort}] if effort else []
        self._forms += [strict, {"response_format": {"type": "json_object"}, "max_tokens": MOST_TOKENS}]

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def suggest(self, told: str) -> Answer:
        """Ask once. A server that refuses the form of the question is asked in a plainer one, from then on.

        Raises:
            Unreachable, Rejected, Misconfigured: there is no answer; the message says why.
            Malformed: it is longer than any suggestion, or no answer at all.
        """
        forms = list(self._forms)
        for place, form in enumerate(forms):
            try:
                with _in_our_words():
                    answer = await self._ask(told, form)
            except Rejected as problem:
                refused = isinstance(
                    problem.__cause__, openai.BadRequestError | openai.UnprocessableEntityError
                )
                if not refused or place == len(forms) - 1:
                    raise
            else:
                self._forms = forms[place:]
                return answer
        raise AssertionError("the last form is answered or raises")

    async def _ask(self, told: str, form: dict[str, object]) -> Answer:
        asking = self._client.chat.completions.with_streaming_response.create(
            model=self.model,
            messages=[{"role": "system", "content": self._prompt}, {"role": "user", "content": told}],
            extra_body=form,
        )
        body = b""
        async with asking as response:
            async for part in response.iter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise Malformed("the language model's answer is longer than any suggestion")
        try:
            read = _Completion.model_validate_json(body)
        except ValidationError as problem:
            raise Malformed("the language model's server sent no chat completion") from problem
        used = read.usage or _Usage()
        return Answer(read.choices[0].message.content, used.prompt_tokens, used.completion_tokens)


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Usage(BaseModel):
    prompt_tokens: Annotated[int, Field(ge=0, le=10**8)] = 0
    completion_tokens: Annotated[int, Field(ge=0, le=10**8)] = 0


class _Completion(BaseModel):
    """As much of a chat completion as is used: compatible servers leave out much of the rest."""

    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: _Usage | None = None


def _schema(name: str, shape: type[BaseModel]) -> JSONSchema:
    return {"name": name, "schema": shape.model_json_schema(), "strict": True}


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Say whose fault it is. What a server wrote is left out: it may quote the call."""
    try:
        yield
    except openai.AuthenticationError as problem:
        raise Misconfigured(
            "the language model's server does not take this key: check OPENAI_API_KEY"
        ) from problem
    except (
        openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError, httpx2.HTTPError,
    ) as problem:  # fmt: skip
        raise Unreachable(
            f"the language model's server does not answer: {type(problem).__name__}"
        ) from problem
    except openai.APIStatusError as problem:
        raise Rejected(f"the language model's server said {problem.status_code}") from problem
