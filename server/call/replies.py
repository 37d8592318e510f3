"""Which replies of a language model may be seen: a few plain words for one card, checked, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from server.call.cited import numbers, within
from server.call.redact import runs
from server.call.suggestions import Told
from server.call.text import Sentence, any_of, plain
from server.events import Evidence, Refused, Suggestion

SMALL = 12
"""Numbers up to this are turns of speech ("one thing", "two ways"); a larger one must come from somewhere."""

TELEPHONE = 7
"""Digits in a row that could be dialled."""

_MARKUP = re.compile(r"[<>{}\[\]`|\\^~]|\*\*|__|&#?\w+;|^\s*(?:#|[-*] )|\bjavascript:|\bdata:")
_ADDRESS = re.compile(r"(?i)https?:|www\.|\w@\w|\w\.[a-z]{2,}\b|\bdot (?:com|net|org|io|co|ai|app|dev)\b")
_ORDERS = any_of(
    r"(?:ignore|disregard|forget|override)(?: \w+){0,3} (?:instructions?|rules?|prompts?|messages?|above)",
    r"system (?:prompt|message|override)", r"new instructions?", r"language model", r"as an ai",
    r"(?:system|assistant|developer) (?:you|ignore|new|the rep|tell|say|override)",
    r"i (?:am sorry but i )?(?:cannot|can't) (?:help|assist|comply)",
    r"pass ?(?:word|code|phrase)s?", r"(?:api|secret|access|login|security) (?:key|code|token)s?", r"credentials?",
    r"(?:credit|debit|bank) (?:card|account)", r"(?:card|account|routing|pin) (?:number|details|code)",
    r"social security", r"sort code", r"confidential", r"internal (?:price|margin|note|document)s?",
    r"(?:our|the) (?:margins?|floor price|cost price)", r"home address",
    r"personal (?:number|phone|mobile|email)", r"gift cards?", r"wire transfer", r"remote access",
)  # fmt: skip
"""What no line for a sales call needs: a net under the other checks, not a proof."""


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _few(text: str) -> str:
    if len(text.split()) > 4:
        raise ValueError("more than four words")
    return text


_Line = Annotated[str, AfterValidator(_tidy), within(1, 70)]


class Reply(BaseModel):
    """What a language model is asked for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    headline: Annotated[str, AfterValidator(_tidy), within(1, 40), AfterValidator(_few)]
    lines: Annotated[list[_Line], within(1, 2)]
    question: Annotated[str, AfterValidator(_tidy), within(0, 70)]
    evidence: Annotated[str, AfterValidator(_tidy), within(1, 300)]


def judged(base: Suggestion, content: str | None, told: Told) -> Suggestion:
    """Fill a suggestion from a reply, or with why that is not to be seen; of a refused one no word is kept."""
    if not content or not content.strip():
        return replace(base, refused="empty")
    try:
        reply = Reply.model_validate_json(content)
    except ValidationError:
        return replace(base, refused="malformed")
    evidence = _quoted(reply.evidence, told.words)
    if refused := _refused(reply, evidence, told):
        return replace(base, refused=refused)
    return replace(
        base, headline=reply.headline, lines=tuple(reply.lines), question=reply.question, evidence=evidence
    )


def _refused(reply: Reply, evidence: Evidence | None, told: Told) -> Refused:
    parts = [reply.headline, *reply.lines, *([reply.question] if reply.question else [])]
    if len(parts) > 3:
        return "malformed"  # nobody reads three lines while talking
    if any(_hostile(part) for part in parts):
        return "hostile"
    if evidence is None:
        return "uncited"
    return "" if all(_borne_out(part, told.known) for part in parts) else "uncited"


def _hostile(text: str) -> bool:
    """Tell whether a line is more than plain words: markup, an address, hidden characters, orders, secrets."""
    return bool(
        not text.isprintable() or _MARKUP.search(text) or _ADDRESS.search(text) or _ORDERS.search(plain(text))
    )


def _borne_out(text: str, known: str) -> bool:
    """Tell whether every number of a line was told: no prices, percentages or telephones out of the air."""
    large = {number for number in numbers(text.lower()) if number > SMALL}
    dialled = [digits for *_, digits in runs(text.split()) if len(digits) >= TELEPHONE]
    there = {digits for *_, digits in runs(known.split())}
    return large <= numbers(known.lower()) and all(digits in there for digits in dialled)


def _quoted(quote: str, words: Sequence[Sentence]) -> Evidence | None:
    """Find quoted words among the prospect's; None when they did not say so. The newest place counts.

    A single word proves nothing, unless it was all that they said at a time.
    """
    want = plain(quote).split()
    spoken = [(word, one) for one in words for word in one.plain.split()]
    for first in range(len(spoken) - len(want), -1, -1):
        part = spoken[first : first + len(want)]
        if want and [word for word, _ in part] == want:
            begin, end = part[0][1], part[-1][1]
            if len(want) > 1 or begin.plain == want[0]:
                text = begin.text if begin is end else f"{begin.text} … {end.text}"
                return Evidence(track="prospect", start=begin.start, end=end.end, text=text)
    return None
