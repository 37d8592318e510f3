"""Playbooks: those that ship are right; a wrong one says where and why, all of it at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.call.playbook import (
    CUES,
    OBJECTIONS,
    BeatPlan,
    CuePlan,
    Fault,
    Level,
    Limits,
    Pacing,
    Playbook,
    base_of,
    check_playbook,
    parse_playbook,
)
from server.errors import Malformed, Misconfigured
from server.events import BEATS
from server.outside.playbooks import load_playbooks, prompts, read_playbook

DOC = Path(__file__).parents[3] / "docs" / "playbooks.md"
TEXT = (prompts() / "playbooks" / "post-demo.yaml").read_text("utf-8")
SHIPPED = load_playbooks()
LIVE = sorted(name for name, playbook in SHIPPED.items() if playbook.kind == "live")

SMALL = """\
name: small
title: Small
beats:
  - {beat: permission_context, goal: Begin, budget: 15}
  - {beat: why_now, goal: Say why, budget: 20}
  - {beat: ask, goal: Ask, budget: 10}
  - {beat: listen, goal: Listen, budget: 30}
  - {beat: book_or_bridge, goal: Book, budget: 15}
"""


def changed(before: str, after: str, text: str = TEXT) -> str:
    assert before in text
    return text.replace(before, after, 1)


def line_of(needle: str, text: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def faults(text: str | bytes, others: dict[str, str] | None = None) -> dict[str, Fault]:
    return {fault.field: fault for fault in check_playbook(text, others).faults}


# --- those that ship -------------------------------------------------------------------------------------


def test_all_seven_ship() -> None:
    types = [
        "post-demo",
        "post-email",
        "post-proposal",
        "post-voicemail",
        "re-engagement",
        "signal-triggered",
    ]
    assert types == LIVE
    assert SHIPPED.keys() - set(LIVE) == {"voicemail"}
    assert SHIPPED["post-demo"].budgets == dict(zip(BEATS, (15, 20, 10, 30, 15), strict=True))
    assert SHIPPED["voicemail"].budgets == {}


@pytest.mark.parametrize("name", LIVE)
def test_a_shipped_one_says_everything(name: str) -> None:
    playbook = SHIPPED[name]
    assert check_playbook((prompts() / "playbooks" / f"{name}.yaml").read_bytes()).faults == ()
    assert playbook.trigger
    assert playbook.window
    assert playbook.window.seconds[0] < playbook.window.seconds[1]
    assert len(playbook.reasons) >= 2
    assert playbook.next_step
    assert playbook.next_step.bridge
    assert set(playbook.cards) == set(OBJECTIONS)
    assert all(len(card.lines) == 2 for card in playbook.cards.values())
    for beat in playbook.beats:
        assert beat.goal
        assert 0 < beat.talk < 1
        if beat.beat != "listen":
            assert beat.lines
    assert sum(playbook.budgets.values()) <= 100


def test_no_two_shipped_ones_say_the_same() -> None:
    said = [line for name in LIVE for card in SHIPPED[name].cards.values() for line in card.lines]
    assert len(set(said)) == len(said)


def test_the_voicemail_takes_less_than_twenty_five_seconds() -> None:
    voicemail = SHIPPED["voicemail"]
    gaps = 6 * len(re.findall(r"\{(?:reason|gain)\}", " ".join(voicemail.script)))
    assert (sum(len(line.split()) for line in voicemail.script) + gaps) / 2.5 < 25
    assert voicemail.limits.monologue == 25
    assert voicemail.says("stop_talking").text == "Wrap it up"


# --- what holds when a playbook says nothing -------------------------------------------------------------


def test_every_kind_of_cue_is_whole_and_short() -> None:
    for playbook in [*SHIPPED.values(), Playbook(name="p", title="P")]:
        for kind in CUES:
            plan = playbook.says(kind)
            assert 1 <= len(plan.text.split()) <= 4
            assert plan.cap >= 1
            assert plan.life > 0


def test_safety_stands_above_all_and_pace_below() -> None:
    usual = Playbook(name="p", title="P")
    ranked = sorted(CUES, key=lambda kind: -usual.says(kind).priority)
    assert ranked[:2] == ["do_not_call", "stay_silent"]
    assert ranked[-1] == "slow_down"
    assert len({usual.says(kind).priority for kind in CUES}) == len(CUES)


def test_a_field_of_a_cue_changes_alone() -> None:
    plan = parse_playbook(
        SMALL + "cues:\n  stop_talking: {cooldown: 60, unless: [let me finish the story]}\n", "p"
    ).says("stop_talking")
    usual = Playbook(name="p", title="P").says("stop_talking")
    assert plan == usual.model_copy(update={"cooldown": 60, "unless": ("let me finish the story",)})


def test_levels_differ_in_what_they_leave_out_and_how_often() -> None:
    playbook = parse_playbook(SMALL + "levels:\n  quiet: {leaves_out: [card], pacing: {gap: 20}}\n", "p")
    assert not playbook.allows("card", "quiet")
    assert playbook.allows("make_ask", "quiet")
    assert playbook.allows("card", "eager")
    assert playbook.pacing_at("quiet").gap == 20
    assert playbook.pacing_at("quiet").most == SHIPPED["post-demo"].pacing_at("quiet").most
    gaps = [SHIPPED["post-demo"].pacing_at(level).gap for level in ("quiet", "balanced", "eager")]
    assert gaps == sorted(gaps, reverse=True)
    assert SHIPPED["post-demo"].pacing_at("balanced").gap == 8


@pytest.mark.parametrize("more", ["limits: {make_ask: 12}", "cues: {make_ask: {within: 12}}"])
def test_what_is_said_in_one_place_holds_in_both(more: str) -> None:
    playbook = parse_playbook(SMALL + more, "p")
    assert playbook.limits.make_ask == playbook.says("make_ask").within == 12


def test_the_silence_is_as_long_as_the_beat() -> None:
    assert parse_playbook(changed("budget: 30", "budget: 45", SMALL), "p").limits.listen == 45


def test_the_version_follows_the_text() -> None:
    assert parse_playbook(TEXT, "x").version == parse_playbook(TEXT, "y").version
    assert parse_playbook(TEXT, "x").version != parse_playbook(TEXT + "\n# another\n", "x").version


# --- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "field", "reason"),
    [
        ("name: post-demo", "name: Post Demo", "name", "small letters"),
        ("budget: 20", "budget: soon", "beats.1.budget", "valid number"),
        ("budget: 20", 'budget: "20"', "beats.1.budget", "valid number"),
        ("budget: 20", "budget: .nan", "beats.1.budget", "should be"),
        ("budget: 20", "budget: .inf", "beats.1.budget", "less than or equal"),
        ("budget: 10", "budget: -1", "beats.2.budget", "greater than 0"),
        ("budget: 30", "budget: 4", "beats.3.budget", "no silence"),
        ("talk: 0.8", "talk: 80", "beats.1.talk", "less than or equal to 1"),
        ("beat: ask", "beat: pitch", "beats.2.beat", "permission_context"),
        ("    text: Price", "    text: Price\n    colour: red", "cards.price.colour", "no such field"),
        ("trigger:", "triger:", "triger", "did you mean trigger"),
        ("cards:\n  price:", "cards:\n  weather:", "cards.weather", "price"),
        ("vocabulary: [", "vocabulary: [a very long winded name, ", "vocabulary", "at most three words"),
        ("vocabulary: [", "vocabulary: [X, ", "vocabulary.0", "at least 3"),
        ("cues:\n", "cues:\n  stay_silent: {text: One two three four five}\n", "cues.stay_silent.text", "four words"),
        ("cues:\n", "cues:\n  wave: {text: Wave}\n", "cues.wave", "stay_silent"),
        ("cues:\n", "cues:\n  book_it: {within: 500}\n", "cues.book_it.within", "never come"),
        ("cues:\n", "cues:\n  book_it: {cap: 0}\n", "cues.book_it.cap", "greater than or equal to 1"),
        ("cues:\n", "cues:\n  book_it: {beats: [pitch]}\n", "cues.book_it.beats.0", "permission_context"),
        ("cues:\n", "cues:\n  book_it: {also: [okay then], unless: [Okay then]}\n", "cues.book_it.unless", "okay then"),
        ("cues:\n", "cues:\n  card: {also: [too much money]}\n", "cues.card.also", "names none"),
        ("cues:\n", "cues:\n  book_it: {line: 'Say {day}'}\n", "cues.book_it.line", "as it stands"),
        ("cues:\n", "limits: {make_ask: 9}\ncues:\n  make_ask: {within: 12}\n", "limits.make_ask", "9 here and 12"),
        ("cues:\n", "levels: {quiet: {leaves_out: [do_not_call]}}\ncues:\n", "levels.quiet.leaves_out", "no level"),
        ("cues:\n", "levels: {eager: {pacing: {most: 20}}}\ncues:\n", "levels.eager.pacing", "more than 18"),
        ("cues:\n", "script: [Hi]\ncues:\n", "script", "voicemail"),
        ("{topic}, you said", "{thing}, you said", "reasons.0", "{thing} is not declared"),
        ("{topic}, you said", "{topic!r}, you said", "reasons.0", "plain name"),
        ("{topic}, you said", "{topic, you said", "reasons.0", "{name}"),
        ("  topic: what", "  contact: them\n  topic: what", "slots.contact", "known already"),
        ("after: 24h", "after: a day", "window.after", "such as 24h"),
        ("after: 24h", "after: 5d", "window", "later than"),
        ("title: After the demo", "title: After the demo\nversion: abc", "version", "leave it out"),
        ("title: After the demo", "title: <script>alert(1)</script>", "title", "markup"),
        ("goal: One small ask", "goal: One <b>small</b> ask", "beats.2.goal", "markup"),
        ("title: After the demo", 'title: "After\\u0000 the demo"', "title", "control character"),
        ("title: After the demo", "title: After the demo\ntitle: Again", "title", "stands twice; first in line 3"),
        ("title: After the demo", "title: {a: b}", "title", "valid string"),
    ],
)  # fmt: skip
def test_a_wrong_one_names_line_field_and_reason(before: str, after: str, field: str, reason: str) -> None:
    text = changed(before, after)
    found = faults(text)
    assert field in found, found
    assert reason in found[field].reason
    assert check_playbook(text).playbook is None
    with pytest.raises(
        Malformed, match=rf"p\.yaml, .*line {found[field].line}, {re.escape(field)}: "
    ) as caught:
        parse_playbook(text, "p.yaml")
    assert "\n" not in str(caught.value)


def test_the_line_is_the_field_s_own() -> None:
    text = changed("budget: 20", "budget: soon")
    assert faults(text)["beats.1.budget"].line == line_of("budget: soon", text)
    text = changed("talk: 0.95", "talkk: 0.95")
    assert faults(text)["beats.2.talkk"].line == line_of("talkk", text)


def test_everything_wrong_is_told_at_once() -> None:
    text = changed(
        "budget: 20", "budget: soon", changed("talk: 0.95", "talk: 2", changed("trigger:", "triger:"))
    )
    text += "\ntitle: <i>Again</i>\n"
    assert {"beats.1.budget", "beats.2.talk", "triger", "title"} <= faults(text).keys()
    lines = [fault.line for fault in check_playbook(text).faults]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "mapping"),
        ("- a list", 1, "mapping"),
        ("just words", 1, "mapping"),
        ("name: a\ntitle: [", 2, "expected"),
        (b"name: a\ntitle: \xff\xfe", 2, "UTF-8"),
        ("name: a\ntitle: a\ud800b", 1, "UTF-8"),
        ("name: a\ntitle: \x07", 2, "may not stand here"),
        ("name: &x a\ntitle: *x", 1, "anchors"),
        ("name: !!python/object:os.system a", 1, "tags"),
        ("name: a\nslots: " + "[" * 20_000, 2, "nested deeper"),
        ("name: a\ntitle: " + "x" * 1_000_000, 1, "1,000,015 bytes"),
        ("a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c]", 1, "anchors"),
        ("? [a]\n: b", 1, "key"),
        ("name: 2026-13-45", 1, "month"),
    ],
)
def test_what_is_no_playbook_at_all(text: str | bytes, line: int, reason: str) -> None:
    reading = check_playbook(text)
    assert reading.playbook is None
    assert reading.faults[0].line == line
    assert reason in reading.faults[0].reason


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_text_cut_and_pasted_at_random_is_read_or_refused(data: st.DataObject) -> None:
    lines = TEXT.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        line = data.draw(
            st.sampled_from([*lines, "", "  1: x", "? [a]", "- - -", "  ~: ~", "extends: [a]", "cues: 5"])
        )
        lines[at] = data.draw(st.sampled_from(["", " ", "    "])) + line
    reading = check_playbook("\n".join(lines), {"post-demo": TEXT})
    assert (reading.playbook is None) == bool(reading.grave)
    assert all(1 <= fault.line <= len(lines) and fault.reason for fault in reading.faults)


def test_a_live_call_has_all_five_beats_and_a_voicemail_none() -> None:
    assert "is missing" in faults("name: a\ntitle: A\n")["beats"].reason
    assert (
        "in this order"
        in faults(changed("  - {beat: ask, goal: Ask, budget: 10}\n", "", SMALL))["beats"].reason
    )
    assert "no beats" in faults(SMALL + "kind: voicemail\nscript: [Hi]\n")["beats"].reason
    assert "is missing" in faults("name: a\ntitle: A\nkind: voicemail\n")["script"].reason
    long = (
        "name: a\ntitle: A\nkind: voicemail\nlimits: {monologue: 25}\nscript: ["
        + ", ".join(["one two three four"] * 12)
        + "]\n"
    )
    assert check_playbook(long).playbook
    assert "voicemail has 15" in faults(long.replace("25", "15"))["script"].reason


def test_beats_that_take_longer_than_a_call() -> None:
    assert "more than the 300 s" in faults(changed("budget: 15", "budget: 250", SMALL))["beats"].reason


def test_advice_does_not_forbid_saving() -> None:
    reading = check_playbook(changed("budget: 30", "budget: 20", SMALL))
    assert reading.playbook
    assert not reading.grave
    advice = {fault.field: fault.reason for fault in reading.faults}
    assert "is short" in advice["beats.3.budget"]
    assert "none for price" in advice["cards"]


# --- one that extends another ----------------------------------------------------------------------------

CHILD = """\
name: child
title: Child
extends: post-demo
beats:
  - {beat: ask, budget: 12}
cues:
  stop_talking: {text: Ask them now}
"""


def test_a_child_changes_what_it_says_and_no_more() -> None:
    child, base = parse_playbook(CHILD, "c", {"post-demo": TEXT}), SHIPPED["post-demo"]
    assert (child.name, child.title) == ("child", "Child")
    assert child.budgets == {**base.budgets, "ask": 12}
    assert child.plan("ask").lines == base.plan("ask").lines  # type: ignore[union-attr]
    assert child.says("stop_talking").text == "Ask them now"
    assert child.says("offer_bridge") == base.says("offer_bridge")
    assert child.cards == base.cards
    assert base_of(CHILD) == "post-demo"


def test_a_child_is_another_version_when_its_base_is() -> None:
    was = parse_playbook(CHILD, "c", {"post-demo": TEXT}).version
    assert was == parse_playbook(CHILD, "c", {"post-demo": TEXT}).version
    assert was != parse_playbook(CHILD, "c", {"post-demo": TEXT + "# x\n"}).version


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({}, "no playbook 'post-demo' to extend; there are: none"),
        ({"post-demo": "name: post-demo\nextends: child\n"}, "circle: child → post-demo → child"),
        ({"post-demo": "name: post-demo\nextends: post-demo\n"}, "circle: child → post-demo → post-demo"),
        ({"post-demo": TEXT.replace("budget: 20", "budget: soon")}, "post-demo is wrong itself: line"),
        (
            {
                "post-demo": "name: post-demo\nextends: b\n",
                "b": "name: b\nextends: c\n",
                "c": "name: c\nextends: d\n",
                "d": SMALL,
            },
            "more than 3 extend one another",
        ),
    ],
)
def test_a_base_that_cannot_be_one(others: dict[str, str], reason: str) -> None:
    found = faults(CHILD, others)["extends"]
    assert reason in found.reason
    assert found.line == 3
    assert check_playbook(CHILD, others).playbook is None


def test_the_example_in_the_docs_is_right(tmp_path: Path) -> None:
    example = re.findall(r"```yaml\n(.*?)```", DOC.read_text("utf-8"), re.DOTALL)
    (tmp_path / "mine.yaml").write_text(example[0])
    playbook = read_playbook(tmp_path / "mine.yaml")
    assert playbook.budgets["ask"] == 12
    assert playbook.cards == SHIPPED["post-email"].cards
    assert check_playbook(SMALL + example[1]).playbook
    (tmp_path / "mine.yaml").write_bytes(b"name: \xff")
    with pytest.raises(Malformed, match=r"mine\.yaml, line 1, playbook: this is not UTF-8"):
        read_playbook(tmp_path / "mine.yaml")


def test_every_field_is_in_the_docs() -> None:
    said = DOC.read_text("utf-8")
    for part in (Playbook, BeatPlan, CuePlan, Level, Limits, Pacing):
        for field in set(part.model_fields) - {"version", "beat"}:
            assert f"`{field}`" in said, field
    for word in (*CUES, *OBJECTIONS, *BEATS):
        assert f"`{word}`" in said, word


def test_a_folder_without_playbooks(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="BEATLINE_PLAYBOOKS"):
        load_playbooks(tmp_path)


def test_a_folder_whose_playbooks_extend_one_another(tmp_path: Path) -> None:
    (tmp_path / "post-demo.yaml").write_text(TEXT)
    (tmp_path / "child.yaml").write_text(CHILD)
    assert load_playbooks(tmp_path)["child"].budgets["ask"] == 12
    (tmp_path / "other.yaml").write_text(CHILD)
    with pytest.raises(Malformed, match=r"other\.yaml, line 1, name: says 'child', but .*'other'"):
        load_playbooks(tmp_path)
