"""`scripts/bench speech`: Beatline's ears beside other programs, on one model, one sound, one thread each, in one run.

scripts/bench speech --install                       put the peers into build/peers (about 3 GB; PyTorch for the CPU)
scripts/bench speech --source whisper_streaming=DIR  a peer that is no package
scripts/bench speech --python NAME=PYTHON            a peer in an environment of yours
scripts/bench speech --from FILE --png PNG           draw what --json wrote, without measuring

docs/bench-speech.md says what each figure means and how it is got.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benches import gate, speech_ours, speech_peers, speech_report
from benches.report import machine
from benches.spoken import cut
from media.models import shipped

OVERLOAD = 4.0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench speech", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--install", action="store_true", help="install the peers first")
    parser.add_argument("--peers", nargs="*", help="only these (none: ours alone)")
    parser.add_argument("--python", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--source", action="append", default=[], metavar="NAME=DIR")
    parser.add_argument("--model", type=Path, default=shipped())
    parser.add_argument("--seconds", type=float, help="play only so much of the sound")
    parser.add_argument(
        "--budget", type=float, default=120.0, help="CPU seconds a peer gets for a track (120)"
    )
    parser.add_argument(
        "--live", type=float, default=60.0, help="seconds of a track for peers on the wall clock (60)"
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument("--png", type=Path, help="draw the figures (needs matplotlib)")
    parser.add_argument("--from", dest="drawn", type=Path, metavar="FILE", help="only draw what --json wrote")
    given = parser.parse_args()
    if given.drawn and not given.png:
        parser.error("--from needs --png")
    return given


def main() -> int:
    """Measure, or draw what was measured."""
    given = arguments()
    if given.png:
        speech_report.plotting()  # says what is missing before anything is measured
    if given.drawn:
        speech_report.draw(json.loads(given.drawn.read_text("utf-8")), given.png)
        return 0
    with tempfile.TemporaryDirectory() as name:
        sound = cut(given.seconds, Path(name))
        ours, padded, offline = speech_ours.measure(given.model, sound, OVERLOAD)
        peers, why_not = speech_peers.rows(given, sound, Path(name), padded, OVERLOAD)
    vad = gate.costs(sound.tracks[0])
    conditions = (
        f"{sound.length:.0f} s of two tracks of 8 kHz mu-law speech, {ours.verdict.said} words, "
        f"model {given.model.name}, int8, one thread each, processor time, one run"
    )
    result = speech_report.Result(conditions, machine(), ours, peers, why_not, vad, offline)
    speech_report.show(result)
    body = speech_report.written(result)
    if given.json:
        speech_report.save(body, given.json)
    if given.png:
        speech_report.draw(body, given.png)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
