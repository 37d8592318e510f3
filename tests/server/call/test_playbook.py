"""Playbooks: those that ship are right, and a wrong one says where."""

from __future__ import annotations

import pytest

from server.call.playbook import CUES, parse_playbook
from server.errors import Malformed, Misconfigured
from server.events import BEATS
from server.outside.playbooks import load_playbooks, prompts

TEXT = (prompts() / "playbooks" / "post-demo.yaml").read_text("utf-8")


def test_those_that_ship() -> None:
    shipped = load_playbooks()
    assert {"post-demo", "voicemail"} <= shipped.keys()
    assert shipped["post-demo"].budgets == dict(zip(BEATS, (15, 20, 10, 30, 15), strict=True))
    assert shipped["voicemail"].budgets == {}
    for playbook in shipped.values():
        for kind in CUES:
            assert len(playbook.says(kind).text.split()) <= 4


def test_the_version_follows_the_text() -> None:
    assert parse_playbook(TEXT, "x").version == parse_playbook(TEXT, "y").version
    assert parse_playbook(TEXT, "x").version != parse_playbook(TEXT + "\n# another\n", "x").version


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("name: post-demo", "name: Post Demo", r"p\.yaml, line 1, name: "),
        ("budget: 20", "budget: soon", r"p\.yaml, line 19, beats\.1\.budget: "),
        ("budget: 10", "budget: -1", r"line 24, beats\.2\.budget: "),
        ("beat: ask", "beat: pitch", r"beats\.2\.beat: "),
        ("text: Price", "text: Price\n    colour: red", r"cards\.price\.colour: there is no such field"),
        ("cards:\n  price:", "cards:\n  weather:", r"cards\.weather"),
        (
            "vocabulary: [",
            "vocabulary: [a very long winded name, ",
            r"line \d+, vocabulary: a name has at most",
        ),
        ("vocabulary: [", "vocabulary: [X, ", r"vocabulary\.0: "),
        ("text: Price", "text: [", r"p\.yaml, line \d+, playbook: "),
        (
            "title: After the demo",
            "cues: {stay_silent: {text: One two three four five}}\ntitle: x",
            "at most four words",
        ),
    ],
)
def test_a_wrong_one_names_file_line_and_field(before: str, after: str, where: str) -> None:
    assert before in TEXT
    with pytest.raises(Malformed, match=where) as caught:
        parse_playbook(TEXT.replace(before, after, 1), "p.yaml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a list", "just words"])
def test_what_is_no_mapping(text: str) -> None:
    with pytest.raises(Malformed, match="mapping"):
        parse_playbook(text, "p.yaml")


def test_a_folder_without_playbooks(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Misconfigured, match="BEATLINE_PLAYBOOKS"):
        load_playbooks(tmp_path)
