"""The record in a real browser: sound, drawing and transcript move together."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import pytest

from media.audio import Word
from server.events import CallEnded, Evidence, Final, Sentence, SpeechStopped, Summary

pytestmark = pytest.mark.browser


@pytest.fixture
def record(signed_in: Any, site: Any, tmp_path: Path) -> Any:
    """The record of a call of 40 s with two turns."""
    (tmp_path / "recordings").mkdir()
    with wave.open(str(tmp_path / "recordings" / "c1.wav"), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(4 * 8000 * 40))
    site.ring()
    proof = Evidence(track="prospect", start=30.0, end=31.0, text="Thursday.")
    site.tell(
        Final(at=2, track="rep", turn=1, start=1.0, end=2.0, words=(Word("Hello.", 1.0, 1.5),)),
        SpeechStopped(at=2, track="rep", turn=1, start=1.0, end=2.0),
        Final(at=31, track="prospect", turn=1, start=30.0, end=31.0, words=(Word("Thursday.", 30.0, 31.0),)),
        CallEnded(at=40, reason="hangup", duration=40.0),
    )
    summary = Summary(at=40, outcome="connect", sentences=(Sentence(text="Agreed.", evidence=(proof,)),))
    site.store.finish("c1", site.now, "hangup", 40.0, summary, [])
    signed_in.open(f"{site.address}/calls/c1")
    signed_in.until("document.getElementById('audio').readyState >= 1")
    return signed_in


def test_everything_seeks(record: Any) -> None:
    time = "Math.round(document.getElementById('audio').currentTime)"
    now = "document.querySelector('#transcript > [aria-current]')?.innerText"
    record.run("document.querySelector('.sentences [data-seek]').click()")
    record.until(f"{time} >= 30")
    record.until(f"{now}?.includes('Thursday.')")
    assert record.text("place").startswith("0:3")
    record.run("document.getElementById('audio').pause()")
    record.until("document.getElementById('play').textContent === 'Play'")
    record.run("document.querySelector('#transcript > li').click()")
    record.until(f"{time} <= 2 && {now}?.includes('Hello.')")
    record.run("document.getElementById('audio').pause()")
    record.press("ArrowRight")
    record.until(f"{time} >= 11")
    record.press("ArrowLeft")
    record.until(f"{time} <= 2")
    record.press(" ")
    record.until("!document.getElementById('audio').paused")
    record.press(" ")
    record.until("document.getElementById('audio').paused")
    speed = "document.getElementById('speed')"
    record.run(f"{speed}.value = '1.5'; {speed}.dispatchEvent(new Event('change'))")
    assert record.run("document.getElementById('audio').playbackRate") == 1.5
    assert record.complaints == []


def test_a_click_on_the_drawing_goes_there(record: Any) -> None:
    record.run(
        """(() => {
            const lanes = document.getElementById("lanes"), box = lanes.getBoundingClientRect();
            const where = { clientX: box.left + box.width / 2, clientY: box.top + 5, bubbles: true };
            lanes.dispatchEvent(new MouseEvent("click", where));
        })()"""
    )
    record.until("Math.round(document.getElementById('audio').currentTime) === 20")
    place = record.run("parseFloat(document.getElementById('playhead').getAttribute('x1'))")
    assert place == pytest.approx(50, abs=0.2)


def test_a_narrow_record_does_not_scroll_sideways(record: Any) -> None:
    record.size(390, 844, "dark")
    assert record.run("document.documentElement.scrollWidth") <= 390
