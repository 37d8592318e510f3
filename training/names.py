"""Write speech in which people and companies are named: `python -m training.names samples/labelled/names`.

Most names are in no word of the speech model's training, some are. They are in two halves that share no unknown name
and no line: `tune`, on which the rule of `media/names.py` was set, and `held`, which ships and by which it is judged.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from random import Random

import numpy as np

from training import voices
from training.corpus import trim
from training.lines import NOISE, PAIRS, RATE, Laid

_SLOT = re.compile(r"\{(\w+)\}")
KNOWN = 0.2
"""Share of the names that the model was trained on."""


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.strip().split("|") if item.strip()]


NAMES: dict[str, dict[str, list[str]]] = {
    "tune": {
        "first": _list("""Tamsin|Anders|Yolanda|Fergus|Beatrix|Rohan|Mateo|Dmitri|Gideon|Nadia|Marisol|Ezekiel|
Harriet|Joaquin"""),
        "last": _list("""Okafor|Ferreira|Abernathy|Dubois|Mukherjee|Pemberton|Tanaka|Whitaker|Delacroix|Kaufman|
Sinclair|Trescott|Haldane|Moretti"""),
        "company": _list("""Zephyrion|Kestrel Dynamics|Vantara|Corvant|Tessera|Altamira Foods|Calyx|Petrolia|
Arkwright|Talkdesk"""),
        "product": _list("Cognism|Aircall|Quantrell|Lumenta|Marketo|Gainsight|Dovetail|Freshworks"),
    },
    "held": {
        "first": _list("""Oksana|Bjorn|Ingrid|Desmond|Leopold|Aisha|Katarina|Philippa|Imogen|Soren|Tobias|
Winifred|Caspian|Lucinda"""),
        "last": _list("""Lindqvist|Kowalski|Castellano|Hathaway|Novak|Rasmussen|Villanueva|Zimmerman|Fitzgerald|
Brennan|Marlowe|Ashworth|Oyelaran|Gallagher"""),
        "company": _list("""Solvix|Polaris|Hexagon Partners|Nimbus|Veridian|Borealis Mining|Ostrava|Trellis|
Mandrake|Petersham"""),
        "product": _list("Salesloft|Dialpad|Clari|Kixie|Zoominfo|Avoma|Intercom|Mixmax"),
    },
    "known": {
        "first": _list("Sarah|Priya|Carlos|Elena|Megan|Omar"),
        "last": _list("Patel|Nguyen|Johnson|Mitchell"),
        "company": _list("Northwind|Contoso|Initech|Bluebird"),
        "product": _list("Salesforce|HubSpot|Zendesk|Pipedrive"),
    },
}  # fmt: skip

TRAPS = _list(
    """Marten|Pryce|Deemo|Thurston|Callan|Meating|Propozal|Tooday|Conrack|Emale|Wendsley|Teme|Numbra|Pilate"""
)
"""Names that sound like words of every call: whoever writes one where it was not said is too eager."""

LINES: dict[str, list[str]] = {
    "tune": _list("""Hi {first}, it's {first} from {company}.|
Good morning {first}, this is {first} {last} with {company}.|
Is {first} {last} on the call too?|We moved from {product} to {product} last year.|
I spoke to {first} at {company} on Tuesday.|
Could you send the proposal to {first} and {last}?|{company} used it to save ten hours a week.|
How does that compare with {product}?|
I'll put {first} on the invite.|My boss is {first} {last}.|Our contract with {product} renews in March.|
The team at {company} liked the demo."""),
    "held": _list("""Hello {first}, {first} from {company} here.|Hey {first}, it's {first} {last} at {company}.|
You should talk to {first} {last} about the budget.|We pay for {product} and {product}.|
Last year we helped {company} with the rollout.|
I will ask {first} to call you on Monday.|{first} looked at the pricing page twice.|
We are happy with {product} today.|
Can we get {first} on for fifteen minutes Thursday?|Thanks for your time, {first}.|
Is that better than {product}?|
This is {first} {last}, I am calling from {company}."""),
}  # fmt: skip


def line_of(rng: Random, half: str, template: str) -> tuple[str, list[str]]:
    """Fill a line; tell its names too."""
    said: list[str] = []

    def name(slot: re.Match[str]) -> str:
        pool = NAMES["known" if rng.random() < KNOWN else half][slot.group(1)]
        said.append(rng.choice([one for one in pool if one not in said]))
        return said[-1]

    return _SLOT.sub(name, template), said


def laid_of(half: str, rounds: int, rng: Random) -> Laid:
    """Speak every line of a half `rounds` times, with the voices in turn."""
    lines = [line for _ in range(rounds) for line in LINES[half]]
    rng.shuffle(lines)
    laid = Laid(now=RATE // 2)
    for place, template in enumerate(lines):
        side = place % 2
        voice = PAIRS[place // 2 % len(PAIRS)][side]
        text, names = line_of(rng, half, template)
        pcm, times = trim(voices.speak(text, "espeak:" if voice == "espeak" else f"flite:{voice}", rng)[1])
        if not times:  # espeak-ng does not tell every text's
            continue
        words = [(word, a, b) for word, (a, b) in zip(text.split(), times, strict=True)]
        laid.say(side, voice, pcm / 32_768, text, words)["names"] = names
        laid.now += int(rng.uniform(0.6, 0.9) * RATE)
    return laid


def main() -> None:
    """Speak and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("to", type=Path)
    parser.add_argument("--half", choices=sorted(LINES), default="held")
    parser.add_argument("--rounds", type=int, default=6)
    given = parser.parse_args()
    laid = laid_of(given.half, given.rounds, Random(len(given.half) * 1_000 + given.rounds))
    noise, both = np.random.default_rng(5), np.zeros((laid.now, 2))
    for start, side, sound in laid.sounds:  # digital silence elsewhere keeps the file small
        both[start : start + len(sound), side] = noise.normal(0, 10 ** (NOISE / 20), len(sound))
    laid.write(given.to, both)


if __name__ == "__main__":
    main()
