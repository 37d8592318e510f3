"""Cues in a real browser: seen once, dismissed, marked wrong and muted by keyboard; found again by the manager."""

from __future__ import annotations

from typing import Any

import pytest

from server.events import CallEnded, CallStarted, Cue, Evidence, Order, Summary
from server.records import User
from tests.browser.conftest import HASH

pytestmark = pytest.mark.browser

TEXT = "document.getElementById('cue-text').textContent"
MUTED = "document.getElementById('muted')"


def cue(kind: str, at: float, phase: str = "raised", **more: Any) -> Cue:
    given = {"text": kind.replace("_", " ").capitalize(), "since": at - 0.7, "heard": at - 0.1, "life": 600.0}
    return Cue(at=at, kind=kind, phase=phase, why="It is time.", **{**given, **more})  # type: ignore[arg-type]


def test_a_cue_is_told_as_seen_once(on_call: Any, site: Any) -> None:
    page = on_call
    site.tell(cue("make_ask", 21.0))
    assert site.ordered(page, 1) == [("see_cue", "make_ask")]
    site.tell(Order(at=21.2, action="see_cue", target="make_ask"))
    page.open(f"{site.address}/desk")
    page.until(f"{TEXT} === 'Make ask'")
    site.tell(cue("make_ask", 27.0, "expired"), cue("book_it", 40.0))
    assert site.ordered(page, 2) == [("see_cue", "make_ask"), ("see_cue", "book_it")]
    assert page.complaints == []


def test_wrong_and_mute_by_keyboard_and_the_way_back(on_call: Any, site: Any) -> None:
    page = on_call
    place = "JSON.stringify(document.getElementById('cue').getBoundingClientRect())"
    page.until("document.getElementById('desk').dataset.phase === 'live'")
    before = page.run(place)
    site.tell(cue("make_ask", 21.0))
    page.until(f"{TEXT} === 'Make ask'")
    assert page.run(place) == before, "the slot stays in place"
    assert site.ordered(page, 1) == [("see_cue", "make_ask")]
    page.press("w")
    page.until(f"{TEXT} === 'On the beat'")
    page.until("document.getElementById('said').textContent === '“Make ask” marked wrong.'")
    site.tell(cue("make_ask", 21.5, "wrong"), cue("slow_down", 40.0))
    page.until(f"{TEXT} === 'Slow down'")
    assert site.ordered(page, 3)[1:] == [("mark_wrong", "make_ask"), ("see_cue", "slow_down")]
    page.press("m")
    page.until(f"{TEXT} === 'On the beat' && !{MUTED}.hidden")
    assert site.ordered(page, 4)[3:] == [("mute_kind", "slow_down")]
    page.until("document.getElementById('said').textContent.startsWith('Slow down is muted.')")
    assert site.store.muted_kinds("alex@x.example") == ["slow_down"]
    site.tell(Order(at=40.5, action="mute_kind", target="slow_down"), cue("slow_down", 40.5, "dismissed"))
    page.run(f"{MUTED}.querySelector('button').click()")
    page.until("document.getElementById('said').textContent === 'Slow down is back.'")
    assert site.ordered(page, 5)[4:] == [("unmute_kind", "slow_down")]
    assert site.store.muted_kinds("alex@x.example") == []
    assert page.run(f"document.activeElement === {MUTED}"), "the keyboard keeps its place"
    assert page.complaints == []


def test_buttons_do_what_keys_do_when_keys_are_off(signed_in: Any, site: Any) -> None:
    page = signed_in
    page.run("document.getElementById('pref-keys').click()")
    site.ring()
    site.tell(cue("make_ask", 21.0))
    page.until(f"{TEXT} === 'Make ask'")
    for key in "wmx":
        page.press(key)
    assert site.ordered(page, 1) == [("see_cue", "make_ask")]
    page.run("document.getElementById('cue-wrong').click()")
    assert site.ordered(page, 2)[1:] == [("mark_wrong", "make_ask")]


def test_a_request_not_to_call_again_cannot_be_muted(on_call: Any, site: Any) -> None:
    page = on_call
    site.tell(cue("do_not_call", 21.0))
    page.until(f"{TEXT} === 'Do not call'")
    page.press("m")
    assert page.run("document.getElementById('cue-mute').hidden") is True
    assert page.run("document.getElementById('cue-dismiss').hidden") is False
    assert page.text("cue-text") == "Do not call"
    assert site.ordered(page, 1) == [("see_cue", "do_not_call")]


def _become(page: Any, site: Any, path: str) -> None:
    """Go on as Mo, a manager."""
    site.store.add_user(User(email="mo@x.example", name="Mo", role="manager", password_hash=HASH), site.now)
    page.tell("Network.clearBrowserCookies")
    page.open(f"{site.address}/login?next={path}")
    page.run("document.querySelector('[name=email]').value = 'mo@x.example'")
    page.run("document.querySelector('[name=password]').value = 'secret'")
    page.run("document.querySelector('.sign-in').submit()")
    page.until(f"location.pathname === '{path}' && document.readyState === 'complete'")


def test_a_manager_who_looks_on_touches_nothing(signed_in: Any, site: Any) -> None:
    page = signed_in
    _become(page, site, "/desk")
    site.ring()
    site.tell(cue("make_ask", 21.0))
    page.until(f"{TEXT} === 'Make ask'")
    for key in "wmx":
        page.press(key)
    page.run("new Promise(done => setTimeout(done, 100))")
    assert page.text("cue-text") == "Make ask"
    assert page.text("cue-acts").strip() == "Why?"
    assert site.orders == []


@pytest.fixture
def kept(site: Any) -> Any:
    """A call of Alex that ended, with an ignored cue."""
    site.ring()
    proof = Evidence(track="rep", start=8.2, end=9.0, text="Just checking in.")
    site.tell(
        CallStarted(at=0.0, playbook="post-demo"),
        cue("give_reason", 9.0, evidence=proof),
        Order(at=9.2, action="see_cue", target="give_reason"),
        cue("give_reason", 15.0, "expired"),
        CallEnded(at=40, reason="hangup", duration=40.0),
    )
    site.store.finish("c1", site.now, "hangup", 40.0, Summary(at=40, outcome="connect"), [])
    return site


def test_from_a_figure_to_the_moment_and_a_mark(signed_in: Any, kept: Any) -> None:
    page = signed_in
    _become(page, kept, "/cues")
    page.run("document.querySelector('#by-kind ~ div a[href*=expired]').click()")
    page.until("document.getElementById('list') && document.readyState === 'complete'")
    page.run("document.querySelector('#list .kept a').click()")
    page.until("location.pathname === '/calls/c1' && document.readyState === 'complete'")
    assert page.run("document.querySelector(':target').id") == "cue-2"
    page.until("parseFloat(document.getElementById('playhead').getAttribute('x1')) === 22.5")
    mark = "document.querySelector('#cue-2 [data-mark]')"
    page.run(f"{mark}.click()")
    page.until(f"{mark}.getAttribute('aria-pressed') === 'true'")
    assert page.run("document.querySelector('#cue-2 .marked').textContent") == "Marked wrong by mo@x.example"
    assert kept.store.cue_marks("c1") == {2: ["mo@x.example"]}
    page.run(f"{mark}.click()")
    page.until(f"{mark}.getAttribute('aria-pressed') === 'false'")
    assert kept.store.cue_marks("c1") == {}


@pytest.mark.parametrize("path", ["/cues?kind=give_reason", "/calls/c1"])
def test_narrow_pages_do_not_scroll_sideways(signed_in: Any, kept: Any, path: str) -> None:
    page = signed_in
    _become(page, kept, "/cues")
    page.open(f"{kept.address}{path}")
    page.size(380, 800, "dark")
    assert page.run("document.documentElement.scrollWidth") <= 380
    small = """[...document.querySelectorAll('.cues a, .cues button, .cue-head button, .mark button')].filter(one => {
        const { width, height } = one.getBoundingClientRect();
        return width < 24 || height < 24;
    }).map(one => one.outerHTML)"""
    assert page.run(small) == [], "WCAG 2.2, 2.5.8: a target is 24 by 24 at least"
