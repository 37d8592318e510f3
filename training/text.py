"""What the synthetic voices say: a grammar of follow-up calls, all of our own writing.

A template holds slots in braces; `sentence` fills them at random, so that few sentences are ever said twice.
Every sentence whose hash falls in the held slice is kept for testing and never trained on (`share_of`).
"""

from __future__ import annotations

import re
import zlib
from random import Random

from training.words import COMMON, FREE, MORE, SLOTS, TEMPLATES

_SLOT = re.compile(r"\{(\w+)\}")
_FIXED = frozenset(line for group in TEMPLATES.values() for line in group if not _SLOT.search(line))
_WORD = re.compile(r"[A-Za-z][A-Za-z']*")


def fill(template: str, rng: Random) -> str:
    """Fill a template's slots, slots within slots too, and start with a capital letter."""
    while _SLOT.search(template):
        template = _SLOT.sub(lambda m: rng.choice(SLOTS[m.group(1)]), template, count=1)
    return template[:1].upper() + template[1:]


def _one(rng: Random) -> str:
    group = rng.choice(list(TEMPLATES.values()))
    return fill(rng.choice(group), rng)


def sentence(rng: Random) -> str:
    """Say one or two lines of a call; each group of templates (a kind of line) is as likely as any other."""
    return _one(rng) if rng.random() < 0.65 else f"{_one(rng)} {_one(rng)}"


def free(rng: Random) -> str:
    """Say a line of loose talk: clauses in any order, as people speak when they leave their script."""
    return fill(rng.choice(FREE), rng)


def vocabulary() -> list[str]:
    """Every word the grammar can say and the common words beside it, sorted."""
    text = [*COMMON, *MORE]
    for options in [*TEMPLATES.values(), *SLOTS.values(), FREE]:
        text += options
    return sorted({w for line in text for w in _WORD.findall(_SLOT.sub(" ", line))})


def random_words(rng: Random, words: list[str], most: int = 5) -> str:
    """Make a sequence without sense: it teaches the decoder to listen instead of reciting."""
    said = " ".join(rng.choice(words) for _ in range(rng.randint(1, most)))
    return said[:1].upper() + said[1:] + rng.choice((".", ".", ".", "?"))


def mixed(rng: Random, words: list[str]) -> str:
    """Say a line of a call in which about a third of the words are others, drawn at random."""
    parts = sentence(rng).split()
    for place, part in enumerate(parts):
        if rng.random() < 0.35:
            tail = part[-1] if part[-1] in ".,?" else ""
            parts[place] = rng.choice(words) + tail
    said = " ".join(parts)
    return said[:1].upper() + said[1:]


def share_of(text: str) -> str:
    """Tell which share a sentence belongs to by the hash of its words: `test`, `dev` (one in fifteen each) or `train`.

    Lines without a slot are the same in every call, so they are always for training.
    """
    if text in _FIXED:
        return "train"
    return {0: "test", 1: "dev"}.get(zlib.crc32(normalise(text).encode()) % 15, "train")


def normalise(text: str) -> str:
    """Lower case, no punctuation: the form in which word errors are counted."""
    return " ".join(re.sub(r"[^a-z0-9' ]+", " ", text.lower().replace("’", "'")).split())
