"""The one slot: which wishes become cues, by each field of a playbook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from server.call.cues import STALE, Scene, Slot, Wish
from server.call.playbook import Playbook
from server.events import Cue, CueKind, Event, Evidence, ObjectionKind
from server.outside.playbooks import load_playbooks

DEMO = load_playbooks()["post-demo"]
QUIET = Scene()


def slot(**cues: dict[str, Any]) -> Slot:
    """A slot whose playbook has these fields of its cues changed."""
    given = DEMO.model_dump()
    for kind, fields in cues.items():
        given["cues"][kind] |= fields
    return Slot(Playbook.model_validate(given))


def wish(
    kind: CueKind,
    since: float,
    *,
    text: str = "",
    objection: ObjectionKind | None = None,
    patient: bool = False,
) -> Wish:
    evidence = Evidence(track="rep", start=since - 1, end=since, text=text) if text else None
    return Wish(kind=kind, since=since, why="w", objection=objection, evidence=evidence, patient=patient)


def seen(made: Sequence[Event], phase: str = "raised") -> list[str]:
    return [event.kind for event in made if isinstance(event, Cue) and event.phase == phase]


def offered(slot: Slot, kind: CueKind, at: float, scene: Scene = QUIET) -> bool:
    return seen(slot.offer([wish(kind, at)], at, scene)) == [kind]


def test_a_cue_says_why_since_when_and_how_it_reads() -> None:
    made = slot(slow_down={"text": "Slower", "line": "Breathe", "life": 3}).offer(
        [wish("slow_down", 9)], 10, QUIET
    )
    (cue,) = made
    assert isinstance(cue, Cue)
    assert (cue.text, cue.line, cue.life, cue.why, cue.since, cue.heard) == (
        "Slower",
        "Breathe",
        3,
        "w",
        9,
        10,
    )


def test_a_card_reads_as_its_objection() -> None:
    (cue,) = slot().offer([wish("card", 10, objection="price")], 10, QUIET)
    assert isinstance(cue, Cue)
    assert (cue.text, cue.line) == (DEMO.cards["price"].text, " ".join(DEMO.cards["price"].lines))


def test_priority_decides_between_two_and_guards_what_is_shown() -> None:
    both = [wish("slow_down", 10), wish("stop_talking", 10)]
    assert seen(slot().offer(both, 10, QUIET)) == ["stop_talking"]
    assert seen(slot(slow_down={"priority": 90}).offer(both, 10, QUIET)) == ["slow_down"]
    long = slot(stop_talking={"life": 30})
    assert offered(long, "stop_talking", 10)
    assert not offered(long, "slow_down", 20)
    assert seen(long.offer([wish("make_ask", 30)], 30, Scene(beat="why_now"))) == ["make_ask"]


def test_nothing_takes_the_place_of_do_not_call() -> None:
    kept = slot()
    assert offered(kept, "do_not_call", 10)
    assert not offered(kept, "let_finish", 12)
    assert not offered(kept, "stay_silent", 12)
    assert kept.shown
    assert kept.shown.kind == "do_not_call"


def test_cooldown_and_cap_hold_for_one_kind() -> None:
    few = slot(let_finish={"cooldown": 20, "cap": 2})
    assert [offered(few, "let_finish", at) for at in (10, 29.9, 30, 60)] == [True, False, True, False]
    few.tick(70)
    assert offered(few, "slow_down", 70)


def test_unless_keeps_a_cue_down() -> None:
    held = slot(book_it={"unless": ["let me finish"]})
    assert not held.offer([wish("book_it", 10, text="Well, let me finish this.")], 10, QUIET)
    assert held.offer([wish("book_it", 10, text="Well, this is it.")], 10, QUIET)


@pytest.mark.parametrize("kind", ["slow_down", "let_finish", "stay_silent"])
def test_beats_hold_for_every_kind_but_do_not_call(kind: CueKind) -> None:
    def bound() -> Slot:
        return slot(**{kind: {"beats": ["ask"]}, "do_not_call": {"beats": ["ask"]}})

    assert not offered(bound(), kind, 10, Scene(beat="why_now"))
    assert offered(bound(), kind, 10, Scene(beat="ask"))
    assert offered(bound(), "do_not_call", 10, Scene(beat="why_now"))


def test_life_ends_a_cue_and_the_next_one_ends_it_sooner() -> None:
    brief = slot(let_finish={"life": 4})
    assert offered(brief, "let_finish", 10)
    assert brief.tick(13.9) == []
    assert seen(brief.tick(14.0), "expired") == ["let_finish"]
    assert offered(brief, "slow_down", 20)
    assert seen(brief.offer([wish("let_finish", 40)], 40, QUIET), "expired") == ["slow_down"]


class TestPacing:
    """What the playbook's levels hold for all kinds together."""

    def test_a_gap_but_not_for_what_is_about_this_second(self) -> None:
        one = slot()
        assert offered(one, "slow_down", 10)
        assert not offered(one, "stop_talking", 17.9)
        assert offered(one, "let_finish", 17.9)
        one.tick(26)
        assert offered(one, "stop_talking", 26)

    def test_at_most_so_many_in_a_stretch_and_in_a_call(self) -> None:
        given = DEMO.model_dump()
        given["levels"]["balanced"]["pacing"] |= {"most": 2, "within": 90, "a_call": 3}
        for kind in ("let_finish", "stay_silent"):
            given["cues"][kind] |= {"cooldown": 0, "cap": 50}
        few = Slot(Playbook.model_validate(given))
        assert [offered(few, "let_finish", at) for at in (10, 20, 99, 100, 200)] == [
            True,
            True,
            False,
            True,
            False,
        ]
        assert offered(few, "stay_silent", 201)
        assert offered(few, "do_not_call", 202)

    def test_the_first_words_of_the_rep_are_left_alone(self) -> None:
        begun = Scene(rep_since=9.5)
        assert not offered(slot(), "slow_down", 10, begun)
        assert offered(slot(), "slow_down", 10.5, begun)
        assert offered(slot(), "offer_bridge", 10, begun)

    def test_a_level_leaves_kinds_out_and_paces_its_own_way(self) -> None:
        quiet, eager = slot(), slot()
        quiet.level, eager.level = "quiet", "eager"
        assert not offered(quiet, "slow_down", 10)
        assert offered(quiet, "stop_talking", 10)
        assert offered(quiet, "do_not_call", 11)
        assert offered(eager, "slow_down", 10)
        assert offered(eager, "stop_talking", 15)


def test_while_an_answer_is_awaited_only_safety_comes() -> None:
    awaited = Scene(shielded=True)
    for kind in ("slow_down", "let_finish", "card"):
        assert not offered(slot(), kind, 10, awaited)
    assert offered(slot(), "stay_silent", 10, awaited)
    assert offered(slot(), "do_not_call", 10, awaited)


def test_a_late_cue_is_dropped_but_a_state_is_not_late() -> None:
    late = slot()
    assert not late.offer([wish("slow_down", 10)], 10 + STALE + 0.1, QUIET)
    assert late.offer([wish("slow_down", 10, patient=True)], 10 + STALE + 0.1, QUIET)


def test_each_objection_has_its_card_once() -> None:
    cards = slot(card={"cooldown": 0})
    price = [wish("card", 10, objection="price")]
    assert cards.offer(price, 10, QUIET)
    assert not cards.offer([wish("card", 40, objection="price")], 40, QUIET)
    assert cards.offer([wish("card", 70, objection="trust")], 70, QUIET)


def test_a_wish_repeated_at_every_tick_is_dropped_once_and_not_when_it_was_shown() -> None:
    counted = slot()
    for tick in range(10):
        counted.offer([wish("slow_down", 10)], 10 + tick / 10, Scene(shielded=True))
    assert counted.dropped == 1
    counted.offer([wish("slow_down", 10)], 11, QUIET)
    counted.offer([wish("slow_down", 10)], 11.1, QUIET)
    assert counted.dropped == 0


def test_muted_kinds_stay_away_but_never_do_not_call() -> None:
    muted = slot()
    for kind in ("slow_down", "do_not_call"):
        muted.mute(kind)
    assert not offered(muted, "slow_down", 10)
    assert offered(muted, "do_not_call", 10)
    muted.unmute("slow_down")
    muted.end("dismissed", 11)
    assert offered(muted, "slow_down", 30)


def test_what_became_of_a_cue_is_told_of_the_kind_meant() -> None:
    one = slot()
    assert one.end("followed", 9) == []
    assert offered(one, "slow_down", 10)
    assert one.end("followed", 11, "book_it") == []
    assert seen(one.end("followed", 11, "slow_down"), "followed") == ["slow_down"]
    assert one.shown is None
