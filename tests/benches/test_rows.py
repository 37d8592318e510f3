"""What ours must be beside theirs."""

from __future__ import annotations

from benches.judged import Verdict
from benches.rows import Row, ratios


def row(name: str, kind: str, cost: float, p50: float, calls: int | None = None) -> Row:
    verdict = Verdict(10, 1, (p50,) * 3, (p50 + 0.1,) * 3, (), (1.0,), 0, 0)
    return Row(name, kind, "", cost, verdict, calls=calls)


def test_ratios_say_what_holds():
    peers = [row("whisper_streaming source (defaults, 1 s)", "agreement", 40.0, 2.0, 1),
             row("WhisperLiveKit 1 (1 s)", "agreement", 5.0, 1.0, 3)]  # fmt: skip
    found = {(r.figure, r.peer): r for r in ratios(row("Beatline", "ours", 1.0, 0.8, 30), peers)}
    cost, p50, calls = (
        "CPU-seconds per audio minute",
        "word, audio time p50 s",
        "calls per core at p95 of 2 s",
    )
    assert found[cost, peers[0].name].holds
    assert not found[cost, peers[1].name].holds
    assert found[p50, peers[0].name].holds
    assert not found[p50, peers[1].name].holds
    assert (calls, peers[0].name) not in found, "the best peer is the measure"
    assert found[calls, peers[1].name].value == 10.0


def test_words_are_compared_at_an_equal_pace_only():
    peers = [row(f"WhisperLiveKit 1 ({pace})", "agreement", 5.0, 1.0) for pace in ("defaults, 0.1 s", "1 s")]
    named = [r.peer for r in ratios(row("Beatline", "ours", 1.0, 0.8), peers) if r.figure.startswith("word")]
    assert named == ["WhisperLiveKit 1 (1 s)"]


def test_a_figure_that_was_not_measured_is_no_figure():
    figures = row("RealtimeSTT", "live", 10.0, 1.0).figures()
    assert "calls per core at p95 of 2 s" not in figures
    assert figures["word errors %"] == 10.0
    assert "last word of a sentence p50 s" not in figures


def test_no_calls_beside_a_peer_that_carries_none():
    peers = [row("pipecat", "final only", 2.0, 2.0, 0)]
    holds = {calls: ratios(row("Beatline", "ours", 1.0, 1.0, calls), peers)[-1].holds for calls in (0, 1)}
    assert holds == {0: False, 1: True}
