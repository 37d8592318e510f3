"""The pages as they are served: the right words in them, nothing inline, nothing of a stranger's call."""

from __future__ import annotations

import re
from typing import Any

import pytest

from media.audio import Word
from server.events import (
    Ask,
    Beat,
    CallEnded,
    Cue,
    Evidence,
    Final,
    SpeechStopped,
    Synced,
)
from server.web.calls import marks, spoken
from server.web.look import along, clock, day
from server.web.recordings import below


@pytest.fixture
def told(world: Any, summary: Any) -> Any:
    """A world with one ended call in which everything happened."""
    proof = Evidence(track="rep", start=20.0, end=24.0, text="Shall we look at it?")
    world.call(contact_company="Acme <b>& Sons</b>")
    world.begin(recording="c1.wav")
    world.folder.mkdir()
    (world.folder / "c1.wav").write_bytes(bytes(range(256)) * 4)
    words = (Word("Hi", 1.0, 1.2), Word("<script>alert(1)</script>", 1.2, 1.5))
    world.happen(
        "c1",
        Beat(at=1.0, beat="permission_context", phase="entered", since=0.5, budget=15.0),
        Final(at=2.0, track="rep", turn=1, start=1.0, end=1.5, words=words),
        SpeechStopped(at=24.3, track="rep", turn=2, start=20.0, end=24.0),
        Ask(at=24.3, end=24.0, evidence=proof),
        Cue(at=24.4, kind="stay_silent", text="Stay silent", why="The ask is out.", since=24.0),
        Cue(at=30.4, kind="stay_silent", text="Stay silent", phase="followed", since=24.0),
        SpeechStopped(at=33.0, track="prospect", turn=1, start=31.5, end=32.7),
        CallEnded(at=60.0, reason="hangup", duration=60.0),
        Synced(at=60.0, crm="local", id="local-7"),
    )
    world.end(summary=summary())
    return world


def test_the_desk(world: Any) -> None:
    shown = world.person("alex@x.example").get("/desk")
    assert shown.status_code == 200
    for words in ("Connected", "Do not call", "Who talks", 'role="status"', "why_now"):
        assert words in shown.text


def test_the_record(told: Any) -> None:
    text = told.person("alex@x.example").get("/calls/c1").text
    for words in (
        "Sarah Kim",
        "They meet on Thursday.",
        "Meeting, Thu 26 November 2026 at 14:00 with Sarah",
        "Meeting booked",
        "7.5 s",
        "ended by Sarah",
        "✓ followed",
        "The ask is out.",
        "local-7",
        'data-seek="50.00"',
        'src="/calls/c1/recording"',
        "Not confirmed yet",
    ):
        assert words in text, words
    assert "<script>alert" not in text
    assert "<b>& Sons" not in text


def test_a_record_without_anything(world: Any) -> None:
    world.call(contact="")
    text = world.machine().get("/calls/c1").text
    assert "Unknown contact" in text
    assert "No words were heard." in text
    assert "There is no recording of this call." in text
    assert "No cue was shown." in text


def test_the_list(told: Any) -> None:
    told.call("c2", rep="bo@x.example")
    alex = told.person("alex@x.example").get("/calls").text
    assert "/calls/c1" in alex
    assert "/calls/c2" not in alex
    assert "To wrap up" in alex
    assert "<th>Rep</th>" not in alex
    mo = told.person("mo@x.example").get("/calls").text
    assert "/calls/c2" in mo
    assert "<th>Rep</th>" in mo
    assert "No call matches “zzz”." in told.person("mo@x.example").get("/calls?q=zzz").text


def test_another_reps_record_is_unknown(told: Any) -> None:
    bo = told.person("bo@x.example")
    for path in ("/calls/c1", "/calls/c1/recording", "/calls/nope"):
        answer = bo.get(path)
        assert answer.status_code == 404
        assert "There is no such call." in answer.text


@pytest.mark.parametrize("path", ["/login", "/desk", "/calls", "/calls/c1", "/cues", "/nothing"])
def test_nothing_inline_so_that_the_content_policy_holds(told: Any, path: str) -> None:
    text = told.person("mo@x.example").get(path).text if path != "/login" else told.client().get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son\w+=", text)
    assert not re.search(r'(?:src|href|action)="(?!/|#)', text), "only our own addresses"


def test_every_file_a_page_names_is_there(told: Any) -> None:
    client = told.person("mo@x.example")
    named = set()
    for path in ("/desk", "/calls", "/calls/c1", "/cues"):
        named |= set(re.findall(r'"(/static/[^"]+)"', client.get(path).text))
    assert len(named) >= 6
    for path in named:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "no-cache"
        for module in re.findall(r'from "(\.{1,2}/[^"]+)"', answer.text):
            folder = path.rsplit("/", 1)[0]
            assert client.get(f"{folder}/{module}").status_code == 200, module
        if path.endswith(".js"):
            assert answer.headers["content-type"].startswith("text/javascript")
    assert client.get("/static/../look.py").status_code == 404


def test_the_recording_is_sent_in_parts(told: Any) -> None:
    client = told.person("alex@x.example")
    whole = client.get("/calls/c1/recording")
    assert whole.status_code == 200
    assert len(whole.content) == 1024
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-type"] in ("audio/x-wav", "audio/wav", "audio/vnd.wave")
    assert "private" in whole.headers["cache-control"]
    part = client.get("/calls/c1/recording", headers={"Range": "bytes=256-259"})
    assert part.status_code == 206
    assert part.content == bytes([0, 1, 2, 3])
    assert part.headers["content-range"] == "bytes 256-259/1024"
    assert client.get("/calls/c1/recording", headers={"Range": "bytes=5000-"}).status_code == 416
    assert client.get("/api/v1/calls/c1/recording").content == whole.content


def test_a_recording_that_is_gone(told: Any) -> None:
    (told.folder / "c1.wav").unlink()
    answer = told.machine().get("/api/v1/calls/c1/recording")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "This call has no recording."


def test_a_recordings_name_never_leads_out(tmp_path: Any) -> None:
    folder = tmp_path / "recordings"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.wav").write_text("a")
    (tmp_path / "secret").write_text("s")
    (folder / "link").symlink_to(tmp_path / "secret")
    assert below(folder, "a.wav") == folder / "a.wav"
    outside = str(tmp_path / "secret")
    for name in ("", ".", "sub", "../secret", outside, "sub/../../secret", "link", "none.wav"):
        assert below(folder, name) is None, name


@pytest.mark.parametrize(
    ("whole", "first"),
    [(0.0, [0.0]), (9.0, [0.0, 5.0]), (80.0, [0.0, 10.0]), (90.0, [0.0, 15.0]), (3600.0, [0.0, 600.0])],
)
def test_marks(whole: float, first: list[float]) -> None:
    assert marks(whole)[:2] == first
    assert len(marks(whole)) <= 9


@pytest.mark.parametrize(
    ("function", "value", "words"),
    [
        (clock, 0.0, "0:00"),
        (clock, 65.9, "1:05"),
        (clock, -1.0, "0:00"),
        (day, "2026-11-26", "Thu 26 November 2026"),
        (day, "soon", "soon"),
        (spoken, "alex.morgan@x.example", "Alex Morgan"),
        (spoken, "Alex", "Alex"),
        (spoken, "", ""),
    ],
)
def test_words(function: Any, value: Any, words: str) -> None:
    assert function(value) == words


def test_along() -> None:
    assert (along(15.0, 60.0), along(99.0, 60.0), along(1.0, 0.0)) == ("25.00%", "100.00%", "0%")
