"""Word error rate, and a quick look at a model in training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from media.wer import errors as word_errors
from training import channel, mel, windows
from training.network import Net, greedy
from training.text import normalise
from training.tokens import Tokens


def errors(said: str, heard: str) -> tuple[int, int]:
    """Count word errors (edit distance of normalised words) and the words said."""
    a, b = normalise(said).split(), normalise(heard).split()
    return word_errors(a, b), len(a)


def rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Word error rate of (said, heard) pairs."""
    counts = [errors(said, heard) for said, heard in pairs]
    return sum(count for count, _ in counts) / max(1, sum(words for _, words in counts))


def items(folder: Path, name: str) -> list[tuple[channel.Sound, str, list[windows.Word]]]:
    """Read a set, such as `test-awb`: sound at 8 kHz, text, words with times."""
    out = []
    for kind in ("dev", "test", "freetest"):
        corpus = windows.Corpus(folder, (kind,))
        for voice, group in corpus.groups[kind].items():
            for shard, item in group:
                sound = (
                    corpus.sounds[shard][item["start"] : item["start"] + item["length"]].astype(np.float32)
                    / 32768
                )
                words = [(w, a, b) for w, (a, b) in zip(item["text"].split(), item["times"], strict=True)]
                out.append((f"{kind}-{voice}", sound, item["text"], words))
    return [entry[1:] for entry in out if entry[0] == name]


class Dev:
    """A few sentences never trained on, by known voices and by one that is not."""

    def __init__(self, folder: Path, tokens: Tokens) -> None:
        self.tokens = tokens
        known = [
            item
            for voice in ("espeak", "kal", "kal16", "slt", "awb")
            for item in items(folder, f"dev-{voice}")
        ]
        self.sets = {"known": known, "held": items(folder, "dev-rms")[:24]}

    def report(self, net: Net) -> str:
        """Say the error rate of each set, with a few transcripts."""
        lines = []
        for name, entries in self.sets.items():
            pairs = []
            for start in range(0, len(entries), 16):
                batch = entries[start : start + 16]
                longest = max(len(sound) for sound, _, _ in batch) + 2400
                padded = [np.pad(sound, (1200, longest - len(sound) - 1200)) for sound, _, _ in batch]
                mels = np.stack([mel.log_mel(channel.upsample(channel.companded(sound))) for sound in padded])
                heard = greedy(
                    net, torch.from_numpy(mels), [self.tokens.sot, self.tokens.no_times], self.tokens.eot, 60
                )
                pairs += [
                    (text, self.tokens.text(ids)) for (_, text, _), ids in zip(batch, heard, strict=True)
                ]
            lines.append(f"WER {name} {rate(pairs):.3f}")
            lines += [f"    {said}  =>  {heard}" for said, heard in pairs[:: max(1, len(pairs) // 4)][:4]]
        return "\n".join(lines)
