"""What understanding costs: a reading of an utterance, an event through the rules, a scripted call in all."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benches.report import Figure, percentile, report
from server.call.classifier import FILE, Classifier, shipped
from server.call.conversation import Conversation
from server.call.script import Script, parse_script
from server.events import Final
from server.outside.playbooks import load_playbooks

CALLS = Path(__file__).parents[1] / "tests" / "calls"


def scripts(folder: str) -> list[Script]:
    """The scripted calls of a set."""
    files = sorted((CALLS / folder).glob("*.call.jsonl"))
    return [parse_script(file.read_text("utf-8").splitlines()) for file in files]


def readings(classifier: Classifier, calls: list[Script]) -> Iterator[float]:
    """Milliseconds for each utterance."""
    for call in calls:
        for event in call.events:
            if isinstance(event, Final):
                text = " ".join(word.text for word in event.words).lower()
                began = time.perf_counter()
                classifier.read(event.track, text)
                yield (time.perf_counter() - began) * 1000


def folds(calls: list[Script]) -> Iterator[float]:
    """Milliseconds for each event that goes into the fold, the media time that passes before it included."""
    playbooks = load_playbooks()
    for call in calls:
        playbook = playbooks.get(call.start.playbook, playbooks["post-demo"])
        conversation = Conversation(playbook)
        for event in (replace(call.start, playbook=playbook.name), *call.events):
            began = time.perf_counter()
            conversation.apply(event)
            yield (time.perf_counter() - began) * 1000


def main() -> int:
    """Time a set of calls, after one run that warms up."""
    parser = argparse.ArgumentParser(prog="scripts/bench cues", description=__doc__)
    parser.add_argument("--set", default="tune", help="a folder of tests/calls")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    calls, classifier = scripts(args.set), shipped()
    list(folds(calls[:5]))
    read, folded = list(readings(classifier, calls)), list(folds(calls))
    media = sum(call.events[-1].at for call in calls)
    size = FILE.stat().st_size / 1e6
    figures = [
        Figure(name="classifier", value=size, unit="MB", most=5),
        Figure(name="reading an utterance p50", value=percentile(read, 0.5), unit="ms"),
        Figure(name="reading an utterance p95", value=percentile(read, 0.95), unit="ms", most=2),
        Figure(name="an event through the rules p50", value=percentile(folded, 0.5), unit="ms"),
        Figure(name="an event through the rules p95", value=percentile(folded, 0.95), unit="ms", most=5),
        Figure(name="times real time", value=media / (sum(folded) / 1000), least=1000),
    ]
    return report("cues", f"{len(calls)} scripted calls of tests/calls/{args.set}", figures, args.json)


if __name__ == "__main__":
    sys.exit(main())
