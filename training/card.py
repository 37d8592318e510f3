"""Write the model card: `python -m training.card FOLDER MODEL`, from the figures that `evaluate` measured."""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch

VOICES = {
    "test-espeak": "espeak-ng, many variants", "test-kal": "flite kal", "test-kal16": "flite kal16",
    "test-slt": "flite slt", "test-awb": "flite awb", "test-rms": "flite rms (held out)",
    "test-f5": "espeak-ng en-us+f5 (held out)",
}  # fmt: skip

CARD = """# Beatline's small speech model

A Whisper-architecture model (encoder-decoder, 80 mels) that ships with Beatline so that its demo and its tests need no
download. **It is not for real calls**: it was trained on synthetic voices only and knows about 1,400 words of sales
talk. For people set `BEATLINE_SPEECH_MODEL=base.en` or larger.

- Width 192, 4 encoder and 2 decoder layers, 6 heads, {parameters:.2f} M parameters, {size:.1f} MB as int8 CTranslate2.
- A byte-pair vocabulary of its own: {text} text tokens, Whisper's special tokens, 1,501 time tokens. English only.
- Loads unchanged with faster-whisper and CTranslate2. Its encoder is native to windows of 1 to 30 s, so a short window
  need not be padded (`beatline.json` says so to Beatline).
- Alignment heads {heads} (layer, head), chosen by measured word-time error over all heads.
- Licence: Apache-2.0, as Beatline. Text, training code and weights are our own; the voices are Debian's packages.

## How it was trained

`scripts/train_model` makes it from nothing: sentences of a grammar of our own writing, random word sequences and
mixtures of both, spoken by espeak-ng (variants of several English accents) and flite (kal, kal16, slt, awb) with the
synthesisers' own word times; each window then drawn anew with speed, throat length (VTLP), colour, level, noise,
echo, band, clipping, mu-law or A-law, several up-samplers, cut edges, previous-text context, silence, tones and music
with empty text, lengths of 1.2 to 30 s. Losses: tokens, a character CTC on the encoder (not shipped), attention
guided to where the words are (three heads). {steps} steps of 60 s of sound in {minutes:.0f} minutes on two shared
cores; seed 1, resumed from its checkpoints (a resumed run draws its windows from seed + step).
Python {python}, torch {torch}, ctranslate2 {ctranslate2}, tokenizers {tokenizers}, numpy {numpy}.

## What it reaches

Word error rate in percent, 8 kHz mu-law, clean, through the int8 folder. *Native*: the window at its own length,
beam 5, as Beatline decodes finals. *Padded*: faster-whisper's stock pipeline, padded to 30 s, beam 5. No test sentence was trained on (held out by
the hash of its words); sentences come from the same grammar, so this says nothing about other talk.

| voice | sentences | native | padded |
|---|---|---|---|
{rows}
| **known voices** | {known_n} | **{known_native}** | **{known_padded}** |
| **held-out voices** | {held_n} | **{held_native}** | **{held_padded}** |

Word times (starts and ends of {words} rightly heard words, known voices, against the synthesisers' own): median
{median} ms, 90th percentile {p90} ms.
Words heard where there are none (silence, noise, tones, simple music): {false_native} of {n} native windows,
{false_padded} of {padded} padded ones.

Not covered: real voices, other accents and languages, crosstalk, names outside its vocabulary.
"""


def main() -> None:
    """Fill in the card."""
    folder, model = Path(sys.argv[1]), Path(sys.argv[2])
    found = json.loads((folder / "figures.json").read_text())
    state = torch.load(folder / "last.pt", weights_only=True)
    inside = {name: tensor for name, tensor in state["mean"].items() if not name.startswith("letters")}
    sets, silent = found["sets"], found["non_speech"]
    held_n = sum(sets[name]["sentences"] for name in VOICES if "held" in VOICES[name])
    known_n = sum(sets[name]["sentences"] for name in VOICES) - held_n
    cells = ((about, sets[name]) for name, about in VOICES.items())
    rows = "\n".join(
        f"| {about} | {row['sentences']} | {row['native']} | {row['padded']} |" for about, row in cells
    )
    card = CARD.format(
        parameters=sum(tensor.numel() for tensor in inside.values()) / 1e6,
        size=(model / "model.bin").stat().st_size / 1e6,
        text=state["shape"]["vocabulary"] - 1510,
        heads=json.loads((model / "config.json").read_text())["alignment_heads"],
        steps=state["step"], minutes=state["spent"] / 60,
        python=platform.python_version(),
        **{name: version(name) for name in ("torch", "ctranslate2", "tokenizers", "numpy")},
        rows=rows, known_n=known_n, held_n=held_n,
        known_native=found["known"]["native"], known_padded=found["known"]["padded"],
        held_native=found["held"]["native"], held_padded=found["held"]["padded"],
        words=found["word_times"]["words"], median=found["word_times"]["median_ms"], p90=found["word_times"]["p90_ms"],
        n=silent["windows"], false_native=silent["false_native"],
        padded=silent["padded"], false_padded=silent["false_padded"],
    )  # fmt: skip
    (model / "README.md").write_text(card, "utf-8")


if __name__ == "__main__":
    main()
