"""What the page is told of how well we hear."""

from __future__ import annotations

from server.call.pulse import DELAYED, EVERY, NO_AUDIO, Pulse


def test_the_first_reading_is_said_and_then_only_changes() -> None:
    pulse = Pulse()
    pulse.frame(10.0)
    first = pulse.read(10.0, 0.1, 0, 0.0, 0)
    assert first is not None
    assert (first.state, first.frames) == ("live", 1)
    assert pulse.read(10.5, 0.6, 0, 0.0, 0) is None
    pulse.frame(10.0 + EVERY)
    assert pulse.read(10.0 + EVERY, 5.0, 160, 0.0, 0).lost == 20  # type: ignore[union-attr]


def test_no_audio_after_two_seconds_and_live_again() -> None:
    pulse = Pulse()
    pulse.frame(0.0)
    pulse.read(0.0, 0.0, 0, 0.0, 0)
    assert pulse.read(NO_AUDIO, 0.0, 0, 0.0, 0) is None
    assert pulse.read(NO_AUDIO + 0.1, 0.0, 0, 0.0, 0).state == "no_audio"  # type: ignore[union-attr]
    pulse.frame(4.0)
    assert pulse.read(4.1, 0.1, 0, 0.0, 0).state == "live"  # type: ignore[union-attr]


def test_a_stream_that_never_brings_sound_is_no_audio_too() -> None:
    pulse = Pulse()
    assert pulse.read(100.0, 0.0, 0, 0.0, 0).state == "live"  # type: ignore[union-attr]
    assert pulse.read(103.0, 0.0, 0, 0.0, 0).state == "no_audio"  # type: ignore[union-attr]


def test_late_words_and_a_loaded_engine_are_told() -> None:
    pulse = Pulse()
    pulse.frame(0.0)
    pulse.words(DELAYED + 1)
    assert pulse.read(0.0, 0.0, 0, 0.0, 0).state == "captions_delayed"  # type: ignore[union-attr]
    pulse.words(0.5)
    assert pulse.read(0.5, 0.0, 0, 0.0, 0).state == "live"  # type: ignore[union-attr]
    assert pulse.read(1.0, 0.0, 0, 0.0, 2).level == 2  # type: ignore[union-attr]


def test_words_that_come_only_after_the_call_are_told() -> None:
    pulse = Pulse()
    pulse.frame(0.0)
    assert pulse.read(0.0, 0.0, 0, 0.0, 5, later=True).state == "captions_later"  # type: ignore[union-attr]
    assert pulse.read(NO_AUDIO + 1, 0.0, 0, 0.0, 5, later=True).state == "no_audio"  # type: ignore[union-attr]


def test_oddities_are_counted_and_logged_once_a_kind() -> None:
    pulse = Pulse()
    pulse.frame(0.0)
    assert [pulse.odd("not_json"), pulse.odd("not_json"), pulse.odd("too_large")] == [True, False, True]
    told = pulse.read(0.0, 0.0, 0, 0.0, 0)
    assert told is not None
    assert told.oddities == {"not_json": 2, "too_large": 1}
