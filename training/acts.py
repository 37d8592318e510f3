"""Learn what talk does: `python -m training.acts BASE [--check]` reads `prompts/acts/*.tsv` and the labelled calls.

BASE is the folder of the published encoder (`training/encoder.py`). First it learns without every fifth call and some
of the sentences: these calibrate the probabilities (Platt) and are reported on. Then, unless `--check` is given, it
learns from everything and writes `server/call/acts`. Sentences are spoiled as a recogniser would (a word lost, a word
misspelt), and what was said before them is often left out, so that it works without either.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from server.call.classifier import FILE
from server.call.pieces import Before, cut, run_of, tokenizer_of
from server.call.pieces import runs as windows
from server.call.text import Breaks
from server.events import TrackName
from training.acts_export import export
from training.encoder import Net, pieces_of, read_base
from training.harvest import Row, Run, harvest, knows, run_from, spoiled, spoken, written
from training.mix import Mix, mixed
from training.word_table import learn_words

HOME = Path(__file__).parents[1]
CALLS = ("tune", *(f"practice-{number}" for number in range(1, 10)))
"""Sets of labelled calls (`tests/calls`) to learn from; the sets `held` are not among them."""
SIDES: tuple[TrackName, ...] = ("rep", "prospect")
BATCH, SEED = 32, 1
RATE, HEAD_RATE = 4e-4, 3.2e-3
EPOCHS = 2.2
CALL = 3
"""A sentence of a call is drawn so many times as often as one that was written for an act."""
RARE = 0.4
"""Share of draws that take each act alike, however rare."""
SPOILED, ALONE = 0.3, 0.2
"""Share of sentences that are spoiled, and of those that are read without what was said before."""
ANSWERS = frozenset(("agree", "go_ahead"))
"""What means one thing or the other by what was asked: a written sentence that does it stands alone."""
ENDS = 4
"""Each so many steps one is spent on where sentences end."""

Acts = Mapping[TrackName, Sequence[str]]


class Draw:
    """Draws one side's rows: calls more often than sentences, rare acts more often than they come."""

    def __init__(self, rows: list[Row], acts: Sequence[str], rng: Random) -> None:
        self._rng = rng
        self._all = [row for row in rows for _ in range(1 if row.known is None else CALL)]
        by_act = {act: [row for row in self._all if act in row.acts] for act in acts}
        self._by_act = [found for found in by_act.values() if found]

    def next(self) -> Row:
        """Draw a row."""
        rare = self._rng.random() < RARE
        return self._rng.choice(self._rng.choice(self._by_act) if rare else self._all)


class DrawRun:
    """Draws text whose sentence ends are known: utterances of calls, and sentences run together; some cut off."""

    def __init__(self, spoken: list[Run], written: list[Run], rng: Random) -> None:
        self._spoken, self._written, self._rng = spoken, written, rng

    def next(self) -> Run:
        """Draw a text of up to some fifty words."""
        rng = self._rng
        words, ends = list[str](), list[bool]()
        while len(words) < 12 or (len(words) < 40 and rng.random() < 0.6):
            more, ended = rng.choice(self._spoken if rng.random() < 0.5 else self._written)
            words, ends = words + more, ends + ended
        first = rng.randrange(8) if rng.random() < 0.3 else 0
        last = rng.randrange(first + 3, len(words) + 1) if rng.random() < 0.5 else len(words)
        return words[first:last], ends[first:last]


@dataclass(frozen=True)
class Reader:
    """Puts rows into arrays."""

    tokenizer: Tokenizer
    acts: Acts

    def arrays(self, read: Sequence[tuple[TrackName, str, Before]]) -> tuple[Tensor, Tensor, Tensor]:
        """Pieces, segments and the mask of the sentence itself, each (windows, places)."""
        cuts = [cut(self.tokenizer, *one) for one in read]
        shape = len(cuts), max(len(one.ids) for one in cuts)
        ids, segments, own = np.zeros(shape, int), np.zeros(shape, int), np.zeros(shape, np.float32)
        for row, one in enumerate(cuts):
            ids[row, : len(one.ids)], segments[row, : len(one.ids)] = one.ids, one.segments
            own[row, one.first : len(one.ids)] = 1
        return torch.from_numpy(ids), torch.from_numpy(segments), torch.from_numpy(own)

    def runs(self, runs: Sequence[Run]) -> tuple[Tensor, Tensor, Tensor]:
        """Pieces, ends (1, else 0) and where a word's last piece is; each (windows, places)."""
        cuts = [run_of(self.tokenizer, words) for words, _ in runs]
        shape = len(cuts), max(len(ids) for ids, _ in cuts)
        made, done, known = np.zeros(shape, int), np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        for row, ((ids, places), (words, ends)) in enumerate(zip(cuts, runs, strict=True)):
            made[row, : len(ids)] = ids
            # The last word of a text that goes on may end a sentence or not: nobody asks.
            here = places[: len(words) - 1]
            done[row, here], known[row, here] = ends[: len(here)], 1
        return torch.from_numpy(made), torch.from_numpy(done), torch.from_numpy(known)

    def targets(self, rows: Sequence[Row], side: TrackName) -> tuple[Tensor, Tensor]:
        """What each row does, and whether that is known; (rows, acts)."""
        done = [[float(act in row.acts) for act in self.acts[side]] for row in rows]
        known = [[float(knows(row, act)) for act in self.acts[side]] for row in rows]
        return torch.tensor(done), torch.tensor(known)


def _heard(row: Row, befores: Sequence[Before], rng: Random) -> tuple[str, Before]:
    """A row's text as a recogniser may have it, and what was said before it.

    A written sentence gets what was said before any sentence of a call: else the encoder would learn that what comes
    with nothing before it does something, and what stands in a call mostly nothing.
    """
    text = spoiled(row.text, rng) if rng.random() < SPOILED else row.text
    if rng.random() < ALONE or (row.known is None and row.acts & ANSWERS):
        return text, ()
    return text, rng.choice(befores) if row.known is None else row.before


def fitted(net: Net, reader: Reader, rows: Sequence[Row], runs: DrawRun, epochs: float) -> Net:
    """Teach a network its acts; prints the loss every 200 steps."""
    rng = Random(SEED)
    draws = {side: Draw([row for row in rows if row.side == side], reader.acts[side], rng) for side in SIDES}
    befores = {side: [row.before for row in rows if row.side == side and row.before] for side in SIDES}
    heads = [*net.heads.parameters(), *net.gap.parameters()]
    body = [p for name, p in net.named_parameters() if not name.startswith(("heads", "gap"))]
    groups = [{"params": body}, {"params": heads, "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, lr=RATE, weight_decay=0.01)
    steps, running, began = int(epochs * len(rows) / BATCH * ENDS / (ENDS - 1)), 0.0, time.monotonic()
    slope = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, step / 200) * max(0.02, 1 - step / steps)
    )
    net.train()
    for step in range(1, steps + 1):
        if step % ENDS == 0:
            ids, done, known = reader.runs([runs.next() for _ in range(BATCH // 2)])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = net.ends(ids)
        else:
            side = SIDES[step % 2] if step % ENDS != 2 else SIDES[step // ENDS % 2]
            drawn = [draws[side].next() for _ in range(BATCH)]
            done, known = reader.targets(drawn, side)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = net(
                    *reader.arrays([(side, *_heard(row, befores[side], rng)) for row in drawn]), side
                )
        losses = functional.binary_cross_entropy_with_logits(logits.float(), done, reduction="none")
        loss = (losses * known).sum() / known.sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        slope.step()
        running += (loss.item() - running) * max(0.02, 1 / step)
        if step % 200 == 0:
            print(f"{step} of {steps}  loss {running:.4f}  {time.monotonic() - began:.0f} s", flush=True)
    return net.eval()


def logits_of(net: Net, reader: Reader, rows: Sequence[Row], side: TrackName) -> NDArray[np.float64]:
    """The log-odds of each act (rows, acts)."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].text) + sum(len(t) for _, t in rows[i].before))
    found = np.zeros((len(rows), len(reader.acts[side])))
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            here = order[start : start + 64]
            read = [(side, rows[i].text, rows[i].before) for i in here]
            found[here] = net(*reader.arrays(read), side).float().numpy()
    return found


def report(side: str, rows: Sequence[Row], acts: Sequence[str], p: NDArray[np.float64]) -> None:
    """Print, for each act, how well it is found in the calls held out, at the probability that does it best there."""
    print(f"{side}: {len(rows)} sentences held out")
    for column, act in enumerate(acts):
        calls = np.array([row.known is not None and act in row.known for row in rows])
        where = "calls" if calls.any() else "sentences"
        here = calls if calls.any() else np.array([knows(row, act) for row in rows])
        done, likely = np.array([act in row.acts for row in rows])[here], p[here, column]
        if done.sum() < 3:
            continue
        best = (0.0, 0.0, 0.0, 0.0)
        for least in np.arange(0.05, 0.95, 0.05):
            said = likely >= least
            hit = int((said & done).sum())
            f1 = 2 * hit / (said.sum() + done.sum())
            best = max(best, (f1, least, hit / max(1, said.sum()), hit / done.sum()))
        print(f"  {act:13} n {done.sum():4d} in {where}  best from {best[1]:.2f}: F1 {best[0]:.2f}  "
              f"precision {best[2]:.2f}  recall {best[3]:.2f}", flush=True)  # fmt: skip


def breaks_of(net: Net, tokenizer: Tokenizer) -> Breaks:
    """Tell where sentences end, as `Classifier.breaks` does."""

    def breaks(words: Sequence[str]) -> list[float]:
        found = [0.0] * len(words)
        with torch.inference_mode():
            for start, sure, run in windows(words):
                ids, places = run_of(tokenizer, run)
                p = torch.sigmoid(net.ends(torch.tensor([ids]))[0, places]).tolist()
                found[start + sure : start + len(p)] = p[sure:]
        return found[:-1]

    return breaks


def report_ends(net: Net, reader: Reader, runs: Sequence[Run]) -> None:
    """Print how well utterances are cut at 0.5."""
    hit = said = wanted = 0
    with torch.inference_mode():
        for run in runs:
            ids, done, known = reader.runs([run])
            likely = (net.ends(ids) > 0) & (known > 0)
            hit += int((likely & (done > 0)).sum())
            said, wanted = said + int(likely.sum()), wanted + int((done * known).sum())
    print(f"sentence ends in utterances: precision {hit / max(1, said):.2f}  recall {hit / wanted:.2f}")


def held_out(row: Row, call: str) -> bool:
    """Every fifth call, and every twelfth of the sentences that were written for an act."""
    return _apart(call) if call else crc32(row.text.encode()) % 12 == 0


def _apart(call: str) -> bool:
    return crc32(call.encode()) % 5 == 0


@dataclass(frozen=True)
class Lessons:
    """All there is to learn from; a call is named by its set and file, a written sentence by nothing."""

    sentences: list[tuple[Row, str]]
    calls: list[tuple[Path, str]]
    runs: list[tuple[Run, str]]
    pasted: list[Run]
    """Written sentences, to be run together."""

    def rows(self, breaks: Breaks | None = None) -> list[tuple[Row, str]]:
        """Sentences and calls, these cut by `breaks` where nobody wrote full stops."""
        return self.sentences + [(row, call) for path, call in self.calls for row in harvest(path, breaks)]


def gathered(without: Sequence[str]) -> Lessons:
    """Read the repository's sentences and calls, but for some sets of calls."""
    files = sorted((HOME / "prompts" / "acts").glob("*.tsv"))
    texts = [line.partition("\t")[2] for path in files for line in path.read_text("utf-8").splitlines()]
    calls = [
        (path, f"{name}/{path.name}")
        for name in CALLS
        if name not in without
        for path in sorted((HOME / "tests" / "calls" / name).glob("*.call.jsonl"))
    ]
    return Lessons(
        sentences=[(row, "") for path in files for row in written(path)],
        calls=calls,
        runs=[(run, call) for path, call in calls for run in spoken(path)],
        pasted=[run_from(text) for text in texts if text],
    )


def main() -> None:
    """Learn, calibrate, learn from everything, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path, help="folder of the published encoder")
    parser.add_argument("--check", action="store_true", help="print how good it is, write nothing")
    parser.add_argument("--without", action="append", default=[], help="a set of calls not to learn from")
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=FILE)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    lessons, base = gathered(args.without), read_base(args.base)
    rows = lessons.rows()
    acts: Acts = {
        side: sorted({act for row, _ in rows if row.side == side for act in row.acts}) for side in SIDES
    }
    pieces = pieces_of(base, (row.text for row, _ in rows))
    reader = Reader(tokenizer_of(pieces), acts)
    told, tested = ([run for run, call in lessons.runs if _apart(call) is out] for out in (False, True))
    seen = [row for row, call in rows if not held_out(row, call)]
    net = fitted(
        Net(base, pieces, acts), reader, seen, DrawRun(told, lessons.pasted, Random(SEED)), args.epochs
    )
    report_ends(net, reader, tested)
    rows = lessons.rows(breaks_of(net, reader.tokenizer))
    mixes = {side: judged(net, reader, rows, side) for side in SIDES}
    if not args.check:
        every = DrawRun([run for run, _ in lessons.runs], lessons.pasted, Random(SEED))
        net = fitted(Net(base, pieces, acts), reader, [row for row, _ in rows], every, args.epochs)
        words = {
            side: learn_words([row for row, _ in rows if row.side == side], acts[side]) for side in SIDES
        }
        export(net, pieces, acts, mixes, words, args.out)
        print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB")


def judged(net: Net, reader: Reader, rows: Sequence[tuple[Row, str]], side: TrackName) -> Mix:
    """Mix and calibrate what was learnt without the rows held out, and report on these."""
    here = [(row, held_out(row, call)) for row, call in rows if row.side == side]
    apart, acts = [row for row, out in here if out], reader.acts[side]
    words = learn_words([row for row, out in here if not out], acts)
    found = logits_of(net, reader, apart, side), words.logits([row.text for row in apart])
    mix = mixed(*found, apart, acts)
    report(side, apart, acts, mix.p(*found))
    return mix


if __name__ == "__main__":
    main()
