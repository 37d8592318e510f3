"""How fast stored calls are played again, as a ratio to real time, and whether twice gives the same bytes."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benches.report import Figure, report
from server.files import Player, samples_folder


def timed(player: Player, file: Path) -> tuple[float, float, bytes]:
    """Replay once: seconds it took, media seconds, and every envelope as bytes."""
    began = time.perf_counter()
    envelopes = list(player.envelopes(file))
    took = time.perf_counter() - began
    return took, envelopes[-1].event.at, "\n".join(envelope.to_line() for envelope in envelopes).encode()


def main() -> int:
    """Replay the samples twice each, by sound and by script."""
    parser = argparse.ArgumentParser(prog="scripts/bench replay", description=__doc__)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    player, folder = Player(None), samples_folder()
    figures = []
    for kind, pattern, least in (("sound", "*.flac", 20.0), ("scripted", "*.call.jsonl", 1000.0)):
        files = sorted(folder.glob(pattern))
        player.warm()
        first, again = ([timed(player, file) for file in files] for _ in range(2))
        took, media = (sum(run[place] for run in again) for place in (0, 1))
        same = all(a[2] == b[2] for a, b in zip(first, again, strict=True))
        figures += [
            Figure(name=f"{kind}: times real time", value=media / took, least=least),
            Figure(name=f"{kind}: same bytes twice", value=float(same), least=1),
        ]
    return report("replay", "the three sample calls, shipped model, one process", figures, args.json)


if __name__ == "__main__":
    sys.exit(main())
