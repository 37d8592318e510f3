"""A language model behind an OpenAI-compatible address. What people said is data to it, never instruction."""

from __future__ import annotations

from collections.abc import Sequence

import openai
from openai import AsyncOpenAI
from openai.types.shared_params.response_format_json_schema import JSONSchema
from pydantic import ValidationError

from server.call.cited import Draft, lines_of
from server.errors import Malformed, Misconfigured, Rejected, Unreachable
from server.events import Final
from server.outside.playbooks import prompts

TIMEOUT = 60.0
"""Seconds for one summary; nobody waits for it."""

LONGEST = 60_000
"""Characters of transcript sent: an hour of talk."""


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
        schema: JSONSchema = {"name": "summary", "schema": Draft.model_json_schema(), "strict": True}
        try:
            answer = await self._client.chat.completions.create(
                model=self._model,
                messages=[
                    {"role": "system", "content": self._prompt},
                    {"role": "user", "content": transcript},
                ],
                response_format={"type": "json_schema", "json_schema": schema},
            )
        except openai.AuthenticationError as problem:
            raise Misconfigured(
                "the language model's server does not take this key: check OPENAI_API_KEY"
            ) from problem
        except (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError) as problem:
            raise Unreachable(
                f"the language model's server does not answer: {type(problem).__name__}"
            ) from problem
        except openai.APIStatusError as problem:
            raise Rejected(f"the language model's server said {problem.status_code}") from problem
        text = answer.choices[0].message.content if answer.choices else None
        try:
            return Draft.model_validate_json(text or "")
        except ValidationError as problem:
            raise Malformed("the language model's answer is not the summary that was asked for") from problem
