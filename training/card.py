"""Write the model card: `python -m training.card FOLDER MODEL`, from the figures that `evaluate` measured."""

from __future__ import annotations

import argparse
import json
import platform
from importlib.metadata import version
from pathlib import Path

import torch

from training.evaluate import WAYS
from training.text import vocabulary

VOICES = {
    "espeak": "espeak-ng, many variants", "kal": "flite kal", "kal16": "flite kal16", "slt": "flite slt",
    "awb": "flite awb", "kal_diphone": "festival kal", "ked_diphone": "festival kdl",
    "cmu_us_slt_arctic_hts": "festival slt (HTS)", "rms": "flite rms (held out)", "f5": "espeak-ng en-us+f5 (held out)",
}  # fmt: skip
GROUPS = {
    "known": "known voices, call script", "held": "held-out voices, call script",
    "known_loose": "known voices, loose talk", "held_loose": "held-out voice, loose talk",
}  # fmt: skip

CARD = """# Beatline's small speech model

A Whisper-architecture model (encoder-decoder, 80 mels) that ships with Beatline so that its demo and its tests need no
download. **It is not for real calls**: it was trained on synthetic voices only and knows about {words_known:,} words
of sales talk. For people set `BEATLINE_SPEECH_MODEL=base.en` or larger.

- Width 192, 4 encoder and 2 decoder layers, 6 heads, {parameters:.2f} M parameters, {size:.1f} MB as int8 CTranslate2.
- A byte-pair vocabulary of its own: {text} text tokens, Whisper's special tokens, 1,501 time tokens. English only.
- Loads unchanged with faster-whisper and CTranslate2. Its encoder is native to windows of 1 to 30 s, so a short window
  need not be padded (`beatline.json` says so to Beatline).
- Alignment heads {heads} (layer, head), chosen by measured word-time error over all heads.
- Licence: Apache-2.0, as Beatline. Text, training code and weights are our own; the voices are Debian's packages.

## How it was trained

`scripts/train_model` makes it from nothing: sentences of a grammar of our own writing (calls, and loose talk), random
word sequences and mixtures, spoken by espeak-ng (variants of several English accents), flite (kal, kal16, slt, awb) and
festival (kal, kdl, and slt by hidden Markov models) with the synthesisers' own word times; each window then drawn anew
with speed, throat length (VTLP), colour, level, noise, echo, band, clipping, mu-law or A-law, several up-samplers, cut
edges, previous-text context, silence, tones and music with empty text, lengths of 1.2 to 30 s. Losses: tokens, a
character CTC on the encoder (not shipped), attention guided to where the words are (three heads). {history}
Python {python}, torch {torch}, ctranslate2 {ctranslate2}, tokenizers {tokenizers}, numpy {numpy}.

## What it reaches

Word error rate in percent, 8 kHz mu-law, clean, through the int8 folder. *Native*: the window at its own length,
beam 5, as Beatline decodes finals. *Padded*: faster-whisper, padded to 30 s, beam 5, without time tokens. *Stock*: the
same as it is by default, with time tokens: these, not the padding, cost words where the voice is new. *Call script*:
lines of the grammar of calls; *loose talk*: clauses in any order. No line that is tested was trained on (held out by
the hash of its words), but a line of two sentences may hold one that was; all words are in the vocabulary of training.

| voice | text | sentences | native | padded | stock |
|---|---|---|---|---|---|
{rows}
{together}

Word times (starts and ends of {words} rightly heard words, known voices, against the synthesisers' own): median
{median} ms, 90th percentile {p90} ms.

Windows full of talk, native, beam 5: the 878 words of `samples/labelled` (94 of them by rms) cut to these lengths,
no silence over half a second:

| seconds | {lengths} |
|---|{rules}|
| WER % | {rates} |

Words heard where there are none (silence, noise, tones, simple music): {false_native} of {n} native windows,
{false_padded} of {padded} padded ones.

Not covered: real voices, other accents and languages, crosstalk, names outside its vocabulary.
"""

FROM_NOTHING = """{steps:,} steps of 60 s of sound in
{minutes:.0f} minutes on two shared cores; seed 1, resumed from its checkpoints (a resumed run draws its windows from
seed + step)."""

FURTHER = """These weights had these
stages: 13,184 steps of 60 s of sound before the loose talk was added to the corpus and 5,999 with it (229 minutes on
two shared cores, seed 1, without festival's voices); then, as they lost their place in windows full of talk after some
80 tokens, 3,555 steps more that began from the int8 weights, no checkpoint being left (`training.restore`,
`training.train --further`, peak rates of 5e-4 to 8e-4, two of the corpus's five parts), 6,400 of the whole corpus with
festival's voices (`--further 0.25 --pace 1.5`, peak 3.5e-4) and {steps:,} to end with (`--further 0 --pace 1`, peak
2e-4); the character CTC had no part in these. A run from nothing ends with such windows; none has been made since."""


def main() -> None:
    """Fill in the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--further", action="store_true", help="trained on from shipped weights")
    given = parser.parse_args()
    folder, model = given.folder, given.model
    found = json.loads((folder / "figures.json").read_text())
    state = torch.load(folder / "last.pt", weights_only=True)
    inside = {name: tensor for name, tensor in state["mean"].items() if not name.startswith("letters")}
    silent = found["non_speech"]
    rows = []
    for name, row in found["sets"].items():
        kind, voice = name.split("-")
        text = "call script" if kind == "test" else "loose talk"
        rates = " | ".join(str(row[way]) for way in WAYS)
        rows.append(f"| {VOICES[voice]} | {text} | {row['sentences']} | {rates} |")
    together = [
        f"| **{GROUPS[name].replace(', ', '** | **')}** | | {' | '.join(f'**{row[way]}**' for way in WAYS)} |"
        for name, row in found["groups"].items()
    ]
    history = (FURTHER if given.further else FROM_NOTHING).format(
        steps=state["step"], minutes=state["spent"] / 60
    )
    seconds = found["dense"]
    card = CARD.format(
        parameters=sum(tensor.numel() for tensor in inside.values()) / 1e6,
        size=(model / "model.bin").stat().st_size / 1e6,
        words_known=len(vocabulary()) // 100 * 100,
        text=state["shape"]["vocabulary"] - 1510,
        heads=json.loads((model / "config.json").read_text())["alignment_heads"],
        history=history,
        python=platform.python_version(),
        **{name: version(name) for name in ("torch", "ctranslate2", "tokenizers", "numpy")},
        rows="\n".join(rows), together="\n".join(together),
        lengths=" | ".join(seconds), rules="|".join("---" for _ in seconds),
        rates=" | ".join(map(str, seconds.values())),
        words=found["word_times"]["words"], median=found["word_times"]["median_ms"], p90=found["word_times"]["p90_ms"],
        n=silent["windows"], false_native=silent["false_native"],
        padded=silent["padded"], false_padded=silent["false_padded"],
    )  # fmt: skip
    (model / "README.md").write_text(card, "utf-8")


if __name__ == "__main__":
    main()
