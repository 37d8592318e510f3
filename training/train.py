"""Train the model: `python -m training.train FOLDER --minutes 95 [--until 22:35]`.

FOLDER holds `corpus/` and `tokenizer.json`; checkpoints go beside them, and a run goes on from the last one.
The schedule follows the elapsed part of the time that is left, so that a paused run still ends when it must.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import torch

from training import measure
from training.batches import Source
from training.losses import CTC_WEIGHT, GUIDE_WEIGHT, LONG_GUIDE_WEIGHT, losses
from training.network import Net, Shape
from training.tokens import Tokens
from training.windows import LONG

LONGEST_STEP = 5.0
"""Seconds a step may count for: a process that was stopped for a while did not train meanwhile."""

PACE = 5.0
"""How much faster the decoder's places learn in further training, where those of long texts were hardly ever used."""


def stage(part: float, further: float | None) -> float:
    """Tell for which elapsed part windows are drawn (`windows.plan_at`).

    Further training has the last two stages only: long windows for its first `further` (0 to 1), then all lengths.
    """
    if further is None:
        return part
    return 0.9 if part < further else 1.0


class Clock:
    """The elapsed part of training, from time spent in steps and the time left on the wall."""

    def __init__(self, minutes: float, until: str | None) -> None:
        self.budget, self.spent = 60 * minutes, 0.0
        self.end = self._wall(until) if until else None

    @staticmethod
    def _wall(until: str) -> datetime:
        now = datetime.now()  # noqa: TID251 (a training run lives on the wall clock)
        hour, minute = map(int, until.split(":"))
        end = now.replace(hour=hour, minute=minute, second=0)
        return end if end > now - timedelta(hours=12) else end + timedelta(days=1)

    def left(self) -> float:
        """Seconds of training left."""
        left = self.budget - self.spent
        if self.end:
            left = min(left, (self.end - datetime.now()).total_seconds())  # noqa: TID251
        return max(0.0, left)

    def part(self) -> float:
        """How much of the training is done, 0 to 1."""
        return self.spent / max(1e-6, self.spent + self.left())


def rate_at(part: float, step: int, peak: float) -> float:
    """Learning rate: 200 steps of warm-up, then a cosine to 2 % at the end."""
    return peak * min(1.0, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * part)))


class Run:
    """A model in training with its average, and its checkpoint."""

    def __init__(self, folder: Path, seed: int, clock: Clock, pace: float = 1.0) -> None:
        torch.manual_seed(seed)
        self.folder, self.clock, self.step = folder, clock, 0
        self.tokens = Tokens.load(folder / "tokenizer.json")
        self.net, self.mean = (Net(Shape(self.tokens.size)) for _ in range(2))
        self.mean.load_state_dict(self.net.state_dict())
        rest = [tensor for name, tensor in self.net.named_parameters() if name != "places"]
        groups = [{"params": rest, "pace": 1.0}, {"params": [self.net.places], "pace": pace}]
        self.optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        if (folder / "last.pt").exists():
            self._resume()

    def _resume(self) -> None:
        state = torch.load(self.folder / "last.pt", weights_only=True)
        self.net.load_state_dict(state["net"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.clock.spent = state["step"], state["spent"]
        print(f"goes on from step {self.step}", flush=True)

    def save(self) -> None:
        """Write the checkpoint in one move."""
        state = {"net": self.net.state_dict(), "mean": self.mean.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "step": self.step, "spent": self.clock.spent, "shape": asdict(self.net.shape)}  # fmt: skip
        torch.save(state, self.folder / "next.pt")
        (self.folder / "next.pt").replace(self.folder / "last.pt")

    def average(self) -> None:
        """Move the average model towards the trained one."""
        keep = min(0.998, (self.step + 1) / (self.step + 20))
        with torch.no_grad():
            ours, theirs = list(self.mean.parameters()), list(self.net.parameters())
            torch._foreach_mul_(ours, keep)
            torch._foreach_add_(ours, theirs, alpha=1 - keep)


def train(run: Run, source: Source, peak: float, half: bool, every: int, further: float | None) -> None:
    """Step until the clock says so; further training (see `stage`) goes without the character head."""
    dev = measure.Dev(run.folder / "corpus", run.tokens)
    shown: list[tuple[float, ...]] = []
    while run.clock.left() > 0:
        began = time.monotonic()
        part = run.clock.part()
        drawn = stage(part, further)
        batch = source.next(drawn)
        waited = time.monotonic() - began
        for group in run.optimizer.param_groups:
            group["lr"] = group["pace"] * rate_at(part, run.step, peak)
        found = losses(run.net, batch, half, letters=further is None)
        run.optimizer.zero_grad(set_to_none=True)
        guide = LONG_GUIDE_WEIGHT if drawn >= LONG else GUIDE_WEIGHT
        found.total(CTC_WEIGHT * (1.5 if part < 0.3 else 1.0), guide).backward()
        torch.nn.utils.clip_grad_norm_(run.net.parameters(), 1.0)
        run.optimizer.step()
        run.average()
        run.step += 1
        took = time.monotonic() - began
        run.clock.spent += min(took, LONGEST_STEP)
        shown.append(
            (
                float(found.tokens),
                float(found.ctc),
                *(float(g) for g in found.guide),
                found.right,
                took,
                waited,
            )
        )
        if run.step % 25 == 0:
            means = " ".join(f"{sum(column) / len(shown):.3f}" for column in zip(*shown, strict=True))
            print(f"{run.step} part {part:.3f} tokens ctc guides right s wait: {means}", flush=True)
            shown.clear()
        if run.step % every == 0:
            run.save()
            print(dev.report(run.mean), flush=True)
            began_again = time.monotonic()
            run.clock.spent += min(LONGEST_STEP, began_again - began - took)
    run.save()
    print(dev.report(run.mean), flush=True)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=95)
    parser.add_argument("--until", help="wall clock HH:MM by which the schedule must be complete")
    parser.add_argument("--peak", type=float, default=1.2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=300, help="steps between checkpoints")
    parser.add_argument(
        "--further",
        type=float,
        nargs="?",
        const=0.62,
        help="the last two stages only, after training.restore: long windows for this part of it",
    )
    parser.add_argument(
        "--pace", type=float, default=PACE, help="of the decoder's places, in further training"
    )
    parser.add_argument(
        "--padded", type=float, help="share of windows filled up to 30 s, else that of the stage"
    )
    parser.add_argument("--threads", type=int, default=2, help="1 where the cores are shared with much else")
    parser.add_argument("--exact", action="store_true", help="no bfloat16")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    run = Run(
        args.folder, args.seed, Clock(args.minutes, args.until), 1.0 if args.further is None else args.pace
    )
    part = stage(run.clock.part(), args.further)
    source = Source(
        args.folder / "corpus", args.folder / "tokenizer.json", args.seed + run.step, part, args.padded
    )
    train(run, source, args.peak, not args.exact, args.every, args.further)
    source.stop.set()
    source.process.terminate()


if __name__ == "__main__":
    main()
