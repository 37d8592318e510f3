"""Names of the call: which doubtful words may be one, which are written, and what the shipped model makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from media.audio import Look, Track, Window, Word, samples
from media.models import shipped
from media.names import A_WINDOW, ENOUGH, Candidate, candidates, evidence, written
from media.wav import read_call
from media.whisper import Whisper

LABELLED = Path(__file__).resolve().parents[2] / "samples/labelled"


def words(text: str) -> list[Word]:
    """Words of half a second each; a mark `~` before a word makes it doubtful."""
    return [
        Word(word.lstrip("~"), place / 2, place / 2 + 0.5, 0.2 if word.startswith("~") else 0.95)
        for place, word in enumerate(text.split())
    ]


def tried(text: str, *names: str) -> set[tuple[str, int, int]]:
    return {(one.text, one.first, one.last) for one in candidates(words(text), names)}


def test_a_name_is_tried_where_doubtful_words_are_spelt_like_it() -> None:
    found = tried("We pay for ~Zoe ~info today.", "Zoominfo", "Lindqvist")
    assert ("Zoominfo", 3, 5) in found
    assert {name.rstrip(".") for name, *_ in found} == {"Zoominfo"}


def test_what_the_model_was_sure_of_is_left_alone() -> None:
    assert tried("We pay for Zoe info today.", "Zoominfo") == set()


def test_a_name_that_was_heard_is_never_doubted() -> None:
    assert tried("~Hi ~Sarah, how are you?", "Sarah", "Sara") == set()
    assert tried("the ~Kestrel ~Dynamics deal", "Kestrel Dynamics", "Kestrel") == set()


def test_the_closing_punctuation_stays() -> None:
    assert ("Soren.", 4, 5) in tried("Thanks for your time, ~Sorry.", "Soren")


def test_short_names_and_empty_vocabularies_are_not_tried() -> None:
    assert tried("~oh ~bo", "Bo") == set()
    assert tried("~oh ~bo") == set()


def test_a_window_costs_no_more_than_so_many_tries() -> None:
    doubtful = " ".join(f"~marten{n}" for n in range(30))
    assert len(tried(doubtful, *(f"Marten{chr(97 + n)}" for n in range(26)))) == A_WINDOW


def test_a_name_is_not_punished_for_being_rare() -> None:
    name = Candidate("Oksana", 0, 1, 0.6)
    rare = evidence(name, sound=-20, alone=-40, heard=-3, among=4)
    common = evidence(name, sound=-8, alone=-8, heard=-3, among=4)
    assert rare > common
    assert evidence(name, -20, -40, -3, among=100) < rare


def test_the_stronger_of_two_names_is_written() -> None:
    heard = words("Hi ~ox ~sauna there")
    strong, weak = Candidate("Oksana,", 1, 3, 0.6), Candidate("Roxana", 1, 2, 0.6)
    said = written(heard, [(weak, ENOUGH + 1), (strong, ENOUGH + 2)])
    assert [word.text for word in said] == ["Hi", "Oksana,", "there"]
    assert (said[1].start, said[1].end, said[1].p) == (0.5, 1.5, 0.2)


def test_too_little_evidence_changes_nothing() -> None:
    heard = words("Hi ~ox ~sauna there")
    assert written(heard, [(Candidate("Oksana", 1, 3, 0.6), ENOUGH - 0.01)]) == tuple(heard)
    assert written(heard, []) == tuple(heard)


def test_a_name_of_two_words_shares_the_time() -> None:
    heard = words("with ~case ~train ~dynamite now")
    said = written(heard, [(Candidate("Kestrel Dynamics", 1, 4, 0.6), ENOUGH)])
    assert [word.text for word in said] == ["with", "Kestrel", "Dynamics", "now"]
    times = [at for word in said for at in (word.start, word.end)]
    assert times == sorted(times)
    assert (times[2], times[5]) == (0.5, 2.0)


@pytest.fixture(scope="module")
def engine() -> Whisper:
    return Whisper(shipped())


def lines(name: str, most: int) -> list[tuple[str, Window]]:
    """Labelled sentences and their sound."""
    file = LABELLED / f"{name}.flac"
    tracks = dict(zip(Track, read_call(file), strict=True))
    found = []
    for row in map(json.loads, file.with_suffix(".words.jsonl").read_text("utf-8").splitlines()[:most]):
        start = samples(row["start"] - 0.3)
        pcm = tracks[Track(row["track"])][start : samples(row["end"] + 0.3)]
        found.append((row["text"], Window(Track(row["track"]), 1, 1, start, pcm, Look.FINAL)))
    return found


def texts(engine: Whisper, windows: list[Window]) -> list[str]:
    return [" ".join(word.text for word in one.words) for one in engine.transcribe(windows)]


VOCABULARY = ("Soren", "Tobias", "Zoominfo", "Salesloft", "Oyelaran", "Kestrel Dynamics", "Marten", "Deemo")


def test_a_name_is_heard_with_its_vocabulary_only(engine: Whisper) -> None:
    said = lines("names", 30)
    plain = texts(engine, [window for _, window in said])
    named = texts(engine, [replace(window, names=VOCABULARY) for _, window in said])
    gained = {
        (name, text)
        for (text, _), before, after in zip(said, plain, named, strict=True)
        for name in VOCABULARY
        if name in after and name not in before
    }
    assert all(name in text for name, text in gained), "written, and not said"
    assert {"Soren", "Salesloft"} <= {name for name, _ in gained}


def test_a_name_that_is_not_said_is_not_written(engine: Whisper) -> None:
    windows = [window for _, window in lines("speech", 40)]
    named = [replace(window, names=VOCABULARY) for window in windows]
    assert texts(engine, named) == texts(engine, windows)


def test_windows_with_and_without_names_share_a_batch(engine: Whisper) -> None:
    windows = [window for _, window in lines("names", 30)][22:28]
    mixed = [
        replace(window, names=VOCABULARY, look=Look.FINAL if place % 3 else Look.PARTIAL)
        if place % 2
        else window
        for place, window in enumerate(windows)
    ]
    assert texts(engine, mixed) == [texts(engine, [one])[0] for one in mixed]
