"""The desk in a real browser: it follows a call, and loses nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from media.audio import Word
from server.events import (
    Ask,
    Beat,
    CallEnded,
    Card,
    Cue,
    Evidence,
    Final,
    Health,
    NextStep,
    Partial,
    Sentence,
    SpeechStarted,
    Summary,
    Talk,
)

pytestmark = pytest.mark.browser

PROOF = Evidence(track="prospect", start=50.0, end=52.0, text="Thursday at two works.")
SUMMARY = Summary(
    at=60.0,
    outcome="connect",
    sentiment="positive",
    meeting=True,
    next_step=NextStep(kind="meeting", date="2026-11-26", time="14:00", with_="Sarah", evidence=PROOF),
    sentences=(Sentence(text="They meet on Thursday.", evidence=(PROOF,)),),
)
ENDED = CallEnded(at=60.0, reason="hangup", duration=60.0)


def _words(text: str, start: float) -> tuple[Word, ...]:
    return tuple(Word(word, start + i * 0.3, start + i * 0.3 + 0.2) for i, word in enumerate(text.split()))


def _cue(kind: str, text: str, at: float, **more: Any) -> Cue:
    return Cue(at=at, kind=kind, text=text, since=at, **more)  # type: ignore[arg-type]


def _talk(at: float) -> Talk:
    return Talk(
        at=at, talk_share=0.62, air_share=0.48, rep_s=12.4, prospect_s=7.6, overlap_s=0, monologue_s=9.2,
        silence_s=0, interruptions=2, pace_wpm=151.0, patience_s=0.8, speaking=("rep",),
    )  # fmt: skip


def test_a_call_from_ring_to_hang_up(signed_in: Any, site: Any) -> None:
    page = signed_in
    assert page.text("contact") == "No call yet"
    site.ring()
    page.until("document.getElementById('contact').textContent === 'Sarah Kim'")
    page.until("document.getElementById('health-word').textContent === 'LIVE'")

    site.tell(
        Beat(at=0.5, beat="permission_context", phase="entered", since=0.4, budget=15.0),
        SpeechStarted(at=0.6, track="rep", turn=1, start=0.4),
        Partial(at=1.5, track="rep", turn=1, start=0.4, end=1.5, words=_words("Hi Sarah it", 0.4), agreed=2),
        _talk(20.0),
    )
    page.until("document.querySelector('.turn .agreed')?.textContent === 'Hi Sarah'")
    assert page.run("document.querySelector('.turn .open').textContent") == " it"
    page.until("document.getElementById('talk-rep').textContent === '62 %'")
    page.until("document.getElementById('air-rep').textContent === '48 %'")
    page.until("document.getElementById('fact-interruptions').textContent === '2'")
    current = "document.querySelector('#strip [aria-current=step]')"
    assert page.run(f"{current}.dataset.beat") == "permission_context"

    site.tell(Final(at=21, track="rep", turn=1, start=0.4, end=1.9, words=_words("Hi Sarah it's Alex", 0.4)))
    page.until("document.querySelector('.turn[data-final] .agreed')?.textContent === \"Hi Sarah it's Alex\"")
    assert page.run("document.querySelectorAll('.turn').length") == 1

    site.tell(_cue("make_ask", "Make the ask", 21.0, line="You gave the reason.", why="No ask for 20 s."))
    page.until("document.getElementById('cue-text').textContent === 'Make the ask'")
    assert page.run("document.getElementById('cue-live').getAttribute('aria-live')") == "polite"
    assert page.run("document.activeElement === document.body"), "a cue moves no focus"
    assert site.ordered(page, 1) == [("see_cue", "make_ask")]
    page.press("x")
    page.until("document.getElementById('cue-text').textContent === 'On the beat'")
    assert site.ordered(page, 2)[1:] == [("dismiss_cue", "make_ask")]

    proof = Evidence(track="rep", start=20.0, end=24.0, text="Shall we?")
    site.tell(Ask(at=24.2, end=24.0, evidence=proof), _cue("stay_silent", "Stay silent", 24.2))
    page.until("!document.getElementById('ring').hasAttribute('hidden')")
    page.until("document.getElementById('cue-text').textContent === 'Stay silent'")
    page.until("document.getElementById('ring-seconds').textContent === '1'")
    assert float(page.run("parseFloat(document.getElementById('ring-fill').style.strokeDasharray)")) > 2

    site.tell(Health(at=26.0, state="no_audio"))
    page.until("document.getElementById('health-word').textContent === 'NO AUDIO'")
    site.store.finish("c1", site.now, "hangup", 60.0, SUMMARY, [])
    site.tell(ENDED, SUMMARY)
    page.until("document.querySelector('[name=outcome]:checked')?.value === 'connect'")
    page.until("document.getElementById('timer').textContent === '1:00'")
    assert page.run("document.querySelector('[name=date]').value") == "2026-11-26"
    assert page.run("document.querySelector('[name=time]').value") == "14:00"
    assert "They meet on Thursday." in page.text("wrapup-summary")
    page.press("2")
    assert page.run("document.querySelector('[name=outcome]:checked').value") == "voicemail"
    page.run("document.querySelector('[name=note]').focus()")
    page.press("3")
    assert page.run("document.querySelector('[name=outcome]:checked').value") == "voicemail"
    assert page.run("document.querySelector('[name=note]').value") == "3", "keys are letters in a field"

    page.run("document.getElementById('wrapup-save').click()")
    page.until("document.getElementById('wrapup').hidden")
    kept = site.store.call("c1")
    assert (kept.outcome, kept.sentiment, kept.note) == ("voicemail", "positive", "3")
    assert page.complaints == []


def test_a_cut_line_loses_and_doubles_nothing(on_call: Any, site: Any) -> None:
    page = on_call
    site.tell(Final(at=2.0, track="rep", turn=1, start=0.4, end=1.9, words=_words("Hi Sarah", 0.4)))
    page.until("document.querySelectorAll('.turn').length === 1")
    site.cuts += 1
    site.tell(Final(at=4.0, track="prospect", turn=1, start=2.4, end=3.9, words=_words("Hello Alex", 2.4)))
    page.until("document.querySelectorAll('.turn').length === 2")
    assert site.resumed == ["0", "1"]
    page.until("document.getElementById('health-word').textContent === 'LIVE'")
    page.open(f"{site.address}/desk")
    page.until("document.querySelectorAll('.turn').length === 2")
    assert page.run("[...document.querySelectorAll('.turn p')].map(p => p.textContent).join('|')") == (
        "Hi Sarah|Hello Alex"
    )


def test_an_open_wrap_up_survives_a_reload_and_a_later_summary(on_call: Any, site: Any) -> None:
    page = on_call
    page.until("document.getElementById('desk').dataset.phase === 'live'")
    site.store.finish("c1", site.now, "hangup", 60.0, SUMMARY, [])
    site.tell(ENDED)
    page.until("!document.getElementById('wrapup').hidden")
    page.press("3")
    page.run("document.querySelector('[name=note]').focus()")
    page.press("n")
    page.run("document.activeElement.blur()")
    site.tell(SUMMARY)
    page.until("document.querySelector('[name=sentiment]:checked')?.value === 'positive'")
    assert page.run("document.querySelector('[name=outcome]:checked').value") == "no_answer", "a choice stays"
    page.open(f"{site.address}/desk")
    page.until("!document.getElementById('wrapup').hidden")
    assert page.run("document.querySelector('[name=outcome]:checked').value") == "no_answer"
    assert page.run("document.querySelector('[name=note]').value") == "n"
    assert "Sarah Kim, Acme · 1:00" in page.text("wrapup-call")


@pytest.mark.parametrize(
    ("state", "level", "word"),
    [
        ("captions_delayed", 0, "Captions delayed, 4 s late"),
        ("captions_delayed", 2, "Captions slower, 4 s late"),
        ("captions_delayed", 3, "Captions after each turn, 4 s late"),
        ("captions_later", 5, "Captions after the call"),
    ],
)
def test_the_page_says_which_captions_still_come_under_load(
    on_call: Any, site: Any, state: Any, level: int, word: str
) -> None:
    page = on_call
    site.tell(Health(at=1.0, state=state, frames=50, delay_s=4.2, level=level))
    page.until(f"document.getElementById('health-word').textContent === '{word}'")
    assert page.complaints == []


def test_keys_can_be_switched_off(signed_in: Any, site: Any) -> None:
    page = signed_in
    page.press("?")
    page.until("document.getElementById('help').open")
    page.run("document.getElementById('pref-keys').click()")
    page.run("document.getElementById('help').close()")
    page.press("?")
    assert page.run("document.getElementById('help').open") is False


def test_captions_stop_following_a_reader_who_scrolls_up(on_call: Any, site: Any) -> None:
    page = on_call

    def say(turn: int) -> None:
        at = turn * 2.0
        words = _words("one two three four", at)
        site.tell(Final(at=at + 2, track="rep", turn=turn, start=at, end=at + 1, words=words))

    for turn in range(1, 31):
        say(turn)
    page.until("document.querySelectorAll('.turn').length === 30")
    bottom = "captions.scrollHeight - captions.scrollTop - captions.clientHeight"
    page.run("window.captions = document.getElementById('captions')")
    page.until(f"{bottom} < 5")
    page.run("captions.scrollTop = 0")
    page.until("captions.scrollTop === 0")
    page.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    say(31)
    page.until("!document.getElementById('latest').hidden")
    assert page.run("captions.scrollTop") == 0
    page.run("document.getElementById('latest').click()")
    page.until(f"{bottom} < 5 && document.getElementById('latest').hidden")
    for width, height in ((390, 844), (1280, 700)):
        page.size(width, height)
        page.until(f"{bottom} < 5")


PAIRS = [
    (text, ground)
    for text in ("ink", "ink-2", "accent", "rep", "prospect", "warn", "danger", "good")
    for ground in ("paper", "card")
] + [
    ("warn", "warn-wash"),
    ("danger", "danger-wash"),
    ("accent", "accent-wash"),
    ("rep", "rep-wash"),
    ("ink-2", "sunk"),
    ("ink-2", "warn-wash"),
    ("ink-2", "accent-wash"),
    ("danger", "accent-wash"),
    ("good", "accent-wash"),
    ("on-accent", "accent"),
]

CONTRAST = """(pairs => {
    const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const probe = document.body.appendChild(document.createElement("i"));
    const light = name => {
        probe.style.color = `var(--${name})`;
        const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number).map(channel);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    return pairs.map(pair => {
        const [a, b] = pair.map(light).sort((x, y) => y - x);
        return [...pair, (a + 0.05) / (b + 0.05)];
    });
})"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_contrast_and_narrow_pages_do_not_scroll_sideways(
    signed_in: Any, site: Any, theme: str
) -> None:
    """WCAG 2.2, 1.4.3 (4.5 to 1) for every pair of colours in use; 1.4.10 for the width of a telephone."""
    import json

    page = signed_in
    page.size(390, 844, theme)
    poor = [row for row in page.run(f"{CONTRAST}({json.dumps(PAIRS)})") if row[2] < 4.5]
    assert poor == []
    site.ring(contact="Wolfeschlegelsteinhausenbergerdorff Junior", contact_company="A" * 60)
    site.tell(_cue("give_reason", "Give a real reason", 1.0, line="x" * 60, life=600.0), _talk(2.0))
    page.until("document.getElementById('cue-text').textContent === 'Give a real reason'")
    assert page.run("document.documentElement.scrollWidth") <= 390


SUGGESTED = Card(
    at=16.1, about="price", headline="Compare the cost", author="gpt-5-mini", since=14.8, evidence=PROOF,
    lines=("That's fair, most teams say so before they have counted it.",),
    question="What does it cost you when nobody follows up on a demo?",
)  # fmt: skip


def test_a_suggestion_takes_the_place_of_the_cards_lines_and_says_whose_it_is(
    on_call: Any, site: Any
) -> None:
    page = on_call
    site.tell(_cue("card", "Price", 15.0, line="Fair. Compared with what?", objection="price", life=600.0))
    page.until("document.getElementById('cue-line').textContent === 'Fair. Compared with what?'")
    assert page.run("document.getElementById('cue-author').checkVisibility()") is False
    site.tell(SUGGESTED)
    page.until("document.getElementById('cue-author').textContent === 'Suggested by gpt-5-mini'")
    assert page.text("cue-text") == "Price", "the headline does not change under the reader's eye"
    assert page.text("cue-line") == SUGGESTED.lines[0]
    assert page.text("cue-ask") == SUGGESTED.question
    assert page.run("document.getElementById('cue-live').contains(document.getElementById('cue-author'))")
    page.press("x")
    page.until("document.getElementById('cue-text').textContent === 'On the beat'")
    assert page.text("cue-author") == page.text("cue-ask") == ""
    assert page.complaints == []


def test_a_suggestion_is_text_whatever_it_holds(on_call: Any, site: Any) -> None:
    page = on_call
    hostile = "<img src=x onerror=\"document.title='taken'\"><b>x</b>"
    site.tell(
        _cue("card", "Acknowledge, then ask", 15.0, life=600.0),
        replace(SUGGESTED, about="question", headline=hostile, lines=(hostile,), question="", author=hostile),
    )
    page.until(f"document.getElementById('cue-line').textContent === {json.dumps(hostile)}")
    assert page.text("cue-text") == hostile
    assert page.run("document.querySelectorAll('#cue img, #cue b').length") == 0
    assert page.run("document.title") != "taken"


def test_a_suggestion_for_a_card_that_is_gone_is_not_drawn(on_call: Any, site: Any) -> None:
    page = on_call
    gone = _cue("card", "Price", 15.0, objection="price", life=600.0)
    site.tell(gone, replace(gone, at=16.0, phase="expired"), SUGGESTED, _cue("book_it", "Book it now", 16.2))
    page.until("document.getElementById('cue-text').textContent === 'Book it now'")
    assert page.text("cue-author") == ""


@pytest.mark.parametrize(("width", "height"), [(1280, 860), (800, 900), (390, 844)])
def test_a_suggestion_of_full_length_fits_into_the_slot(
    on_call: Any, site: Any, width: int, height: int
) -> None:
    page = on_call
    page.size(width, height)
    full = "Understood, and most teams say the same before they have counted calls."[:70]
    site.tell(
        _cue("card", "Acknowledge, then ask", 15.0, life=600.0, why="They said: “What does it cost?”"),
        replace(
            SUGGESTED, about="question", headline="Compare the whole cost", lines=(full, full), question=""
        ),
    )
    page.until("document.getElementById('cue-author').textContent !== ''")
    inner = "document.querySelector('#cue .words').getBoundingClientRect()"
    outer = "document.getElementById('cue').getBoundingClientRect()"
    assert page.run(f"{inner}.top >= {outer}.top && {inner}.bottom <= {outer}.bottom"), page.run(
        f"{inner}.height"
    )


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 860)])
def test_a_long_reason_fits_into_the_slot_once_it_is_asked_for(
    on_call: Any, site: Any, width: int, height: int
) -> None:
    page = on_call
    page.size(width, height)
    said = (
        "Honestly we have been round this before, and for a shop of our size it is just far too expensive. "
        * 2
    )
    site.tell(
        _cue("card", "Acknowledge, then ask", 15.0, life=600.0, why=f"They said: “{said}”", line="Fair.")
    )
    page.until("document.getElementById('cue-text').textContent === 'Acknowledge, then ask'")
    page.run("document.getElementById('cue-why-open').click()")
    words = "document.querySelector('#cue .words').getBoundingClientRect()"
    slot = "document.getElementById('cue').getBoundingClientRect()"
    acts = "document.getElementById('cue-acts').getBoundingClientRect()"
    assert page.run(f"{words}.top >= {slot}.top && {words}.bottom <= {slot}.bottom")
    assert page.run(f"{words}.bottom <= {acts}.top || {words}.right <= {acts}.left")
