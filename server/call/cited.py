"""Checking what a language model wrote: every sentence must cite turns of the call that bear it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from server.errors import Malformed
from server.events import Evidence, Final, Sentence, Summary

MOST = 8
"""Sentences of a summary; nobody reads more."""

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[a-z][a-z']{3,}")
_SPOKEN = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "ninety": 90, "hundred": 100,
}  # fmt: skip


def within(least: int, most: int) -> AfterValidator:
    """Check a length here and not in the JSON schema, where strict servers refuse such keywords (`maxLength`)."""

    def check(value: str | list[object]) -> str | list[object]:
        if not least <= len(value) <= most:
            raise ValueError(f"{len(value)} long, not {least} to {most}")
        return value

    return AfterValidator(check)


class CitedSentence(BaseModel):
    """A sentence and the numbers of the turns that bear it out."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, within(3, 400)]
    cites: Annotated[list[int], within(1, 8)]


class Draft(BaseModel):
    """What a language model is asked for."""

    model_config = ConfigDict(extra="forbid")

    sentences: Annotated[list[CitedSentence], within(1, MOST)]


def lines_of(finals: Sequence[Final]) -> list[str]:
    """Number the turns of a call for citing: `3 prospect: Thursday at two works.`"""
    return [f"{place} {final.track}: {_text(final)}" for place, final in enumerate(finals, 1)]


def checked(draft: Draft, finals: Sequence[Final], rules: Summary, author: str = "model") -> Summary:
    """Make a summary of the sentences that hold; outcome and next step stay those of the rules.

    Raises:
        Malformed: not one sentence holds.
    """
    sentences = [made for made in (_held(sentence, finals) for sentence in draft.sentences) if made]
    if not sentences:
        raise Malformed("no sentence of the language model's summary is borne out by the turns it cites")
    return replace(rules, sentences=tuple(sentences), author=author)


def _held(sentence: CitedSentence, finals: Sequence[Final]) -> Sentence | None:
    """Keep a sentence whose turns exist, share its words, and say every number that it says."""
    if any(not 1 <= place <= len(finals) for place in sentence.cites):
        return None
    cited = [finals[place - 1] for place in dict.fromkeys(sentence.cites)]
    said = " ".join(_text(final) for final in cited).lower()
    claim = sentence.text.lower()
    if not set(_WORD.findall(claim)) & set(_WORD.findall(said)):
        return None
    if not numbers(claim) <= numbers(said):
        return None
    spans = tuple(Evidence(track=f.track, start=f.start, end=f.end, text=_text(f)) for f in cited)
    return Sentence(text=sentence.text.strip(), evidence=spans)


def numbers(text: str) -> set[int]:
    """The numbers in a text, in digits or in words up to a hundred."""
    spoken = {_SPOKEN[word] for word in re.findall(r"[a-z]+", text) if word in _SPOKEN}
    return spoken | {int(digits) for digits in _NUMBER.findall(text)}


def _text(final: Final) -> str:
    return " ".join(word.text for word in final.words)
