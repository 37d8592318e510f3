"""The two clocks by which peers are driven, and the arithmetic of overload."""

from __future__ import annotations

import numpy as np
import pytest

from benches.overload import slowness
from benches.peers import drive
from benches.peers.drive import RATE, Pace, play


class Counting:
    """A peer that says how much it was given, each update costing the same."""

    def __init__(self, clock: list[float], cost: float) -> None:
        self.clock, self.cost, self.given = clock, cost, []

    def feed(self, sound):
        self.clock[0] += self.cost
        self.given.append(len(sound) / RATE)
        yield {"text": str(len(self.given))}

    def end(self):
        yield {"text": "end"}


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(drive, "spent", lambda: now[0])
    return now


def heard(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.float32)


def test_audio_time_knows_no_computing_and_wall_time_does(clock):
    played = play(Counting(clock, 0.25), heard(3), Pace(1.0))
    assert [(e["audio"], e["wall"]) for e in played["out"]] == [(1, 1.25), (2, 2.25), (3, 3.25), (3, 3.25)]
    assert played["cpu"] == pytest.approx(0.75)


def test_work_piles_up_for_a_peer_that_is_too_slow(clock):
    played = play(Counting(clock, 0.5), heard(4), Pace(1.0, slow=4.0))
    assert [e["wall"] for e in played["out"][:4]] == [3, 5, 7, 9]


def test_a_peer_that_is_behind_gets_all_that_came(clock):
    peer = Counting(clock, 0.5)
    play(peer, heard(8), Pace(1.0, behind=True, slow=4.0))
    assert peer.given == [1, 2, 2, 2, 1]


def test_a_budget_cuts_the_sound_off(clock):
    played = play(Counting(clock, 0.5), heard(60), Pace(1.0, budget=2.0))
    assert (played["heard"], len(played["steps"])) == (4, 5)


def test_every_word_knows_its_update(clock):
    played = play(Counting(clock, 0.1), heard(2), Pace(1.0))
    assert [e["step"] for e in played["out"]] == [0, 1, 2]


def test_an_engine_is_slowed_until_the_load_is_what_was_asked():
    cost, calls, speed = 0.02, 2, 8.0
    slow = slowness(cost, 4.0, calls, speed)
    assert cost * slow * calls * speed == pytest.approx(4.0)
    assert slowness(10.0, 4.0, calls, speed) == 1.0
