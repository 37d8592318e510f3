"""Cues at the doors: figures and lists by role, marks after the call, kinds that a rep muted, the managers' page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from server.call.fates import Trace
from server.events import CallStarted, Cue, Evidence, Order
from server.web.look import trace_line

PROOF = Evidence(track="rep", start=8.2, end=9.0, text="Just <checking> in.")


def cue(kind: str, at: float, phase: str = "raised", **more: Any) -> Cue:
    given = {
        "text": kind.replace("_", " "),
        "since": at - 0.7,
        "heard": at - 0.1,
        "why": f"Why {kind}",
        **more,
    }
    return Cue(at=at, kind=kind, phase=phase, **given)  # type: ignore[arg-type]


@pytest.fixture
def told(world: Any) -> Any:
    """A call of Alex with three cues, one of Bo with one."""
    world.call("c1", contact_company="Acme & Sons")
    world.begin("c1")
    world.happen(
        "c1",
        CallStarted(at=0.0, playbook="post-demo"),
        cue("give_reason", 9.0, evidence=PROOF),
        Order(at=9.2, action="see_cue", target="give_reason"),
        cue("give_reason", 15.0, "expired"),
        cue("make_ask", 40.0),
        cue("make_ask", 41.0, "followed"),
        cue("slow_down", 50.0),
        cue("slow_down", 51.0, "wrong"),
    )
    world.end("c1")
    world.call("c2", rep="bo@x.example")
    world.begin("c2")
    world.happen("c2", cue("make_ask", 4.0), cue("make_ask", 10.0, "expired"))
    world.end("c2")
    return world


def test_a_manager_sees_everybodys_figures_and_a_rep_the_own(told: Any) -> None:
    mo = told.person("mo@x.example").get("/api/v1/cues/quality").json()
    assert (mo["all"]["raised"], mo["all"]["calls"], mo["since"], mo["until"]) == (
        4, 2, "2026-10-25", "2026-11-23",
    )  # fmt: skip
    assert [(row["of"], row["expired"] + row["wrong"]) for row in mo["kinds"]] == [
        ("give_reason", 1), ("make_ask", 1), ("slow_down", 1),
    ]  # fmt: skip
    assert mo["kinds"][0]["total"] == {"count": 1, "p50": 0.9, "p95": 0.9}
    assert [row["of"] for row in mo["reps"]] == ["alex@x.example", "bo@x.example"]
    bo = told.person("bo@x.example").get("/api/v1/cues/quality?rep=alex@x.example").json()
    assert (bo["all"]["raised"], [row["of"] for row in bo["reps"]]) == (1, ["bo@x.example"])


def test_cues_are_listed_by_kind_fate_rep_and_page(told: Any) -> None:
    mo = told.person("mo@x.example")
    found = mo.get("/api/v1/cues?kind=give_reason&fate=expired").json()["cues"]
    assert [(one["call"], one["n"], one["why"], one["page"]) for one in found] == [
        ("c1", 2, "Why give_reason", 9.2)
    ]
    assert [one["call"] for one in mo.get("/api/v1/cues?rep=Bo@x.example").json()["cues"]] == ["c2"]
    first = mo.get("/api/v1/cues?limit=3").json()
    rest = mo.get(f"/api/v1/cues?limit=3&skip={first['next']}").json()
    assert [one["call"] for one in first["cues"] + rest["cues"]] == ["c2", "c1", "c1", "c1"]
    assert rest["next"] is None
    own = told.person("bo@x.example").get("/api/v1/cues").json()["cues"]
    assert [one["call"] for one in own] == ["c2"]
    assert mo.get("/api/v1/cues?until=2026-11-22").json()["cues"] == []


@pytest.mark.parametrize(
    "query",
    ["since=soon", "until=2026-13-01", "since=2026-11-02&until=2026-11-01", "kind=shout", "fate=lost",
     "limit=x", "skip=-1", "until=9999-12-31", "since=0001-01-01"],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(told: Any, query: str) -> None:
    answer = told.machine().get(f"/api/v1/cues?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_cue_is_marked_wrong_after_the_call(told: Any) -> None:
    alex, mo, bo = (told.person(f"{name}@x.example") for name in ("alex", "mo", "bo"))
    where = "/api/v1/calls/c1/cues/5/wrong"
    assert alex.put(where).json() == {"call": "c1", "n": 5, "wrong_by": ["alex@x.example"]}
    assert mo.put(where).json()["wrong_by"] == ["alex@x.example", "mo@x.example"]
    assert bo.put(where).status_code == 404, "another rep's call"
    assert told.client().put(where).status_code == 401
    for nothing in ("6", "99"):
        assert alex.put(f"/api/v1/calls/c1/cues/{nothing}/wrong").status_code == 404
    assert alex.put("/api/v1/calls/c1/cues/x/wrong").status_code == 422
    text = mo.get("/calls/c1").text
    assert "Marked wrong by alex@x.example, mo@x.example" in text
    asked = [row for row in mo.get("/api/v1/cues/quality").json()["kinds"] if row["of"] == "make_ask"]
    assert (asked[0]["followed"], asked[0]["wrong"]) == (0, 1)
    assert alex.delete(where).json()["wrong_by"] == ["mo@x.example"], "one takes back one's own"
    assert alex.delete(where).status_code == 200


def test_a_person_mutes_kinds(told: Any) -> None:
    alex = told.person("alex@x.example")
    assert alex.get("/api/v1/muted").json() == {"kinds": []}
    assert alex.put("/api/v1/muted/slow_down").json() == {"kinds": ["slow_down"]}
    for kind in ("do_not_call", "shout"):
        assert alex.put(f"/api/v1/muted/{kind}").status_code == 422
    assert told.store.muted_kinds("alex@x.example") == ["slow_down"]
    assert told.person("bo@x.example").get("/api/v1/muted").json() == {"kinds": []}
    assert alex.delete("/api/v1/muted/slow_down").json() == {"kinds": []}
    assert told.machine().put("/api/v1/muted/slow_down").status_code == 403
    forged = alex.put("/api/v1/muted/card", headers={"Origin": "http://elsewhere.example"})
    assert forged.status_code == 403


def test_the_record_says_what_a_cue_carried(told: Any) -> None:
    text = told.person("alex@x.example").get("/calls/c1").text
    for words in (
        'id="cue-2"',
        "Why give_reason",
        "“Just &lt;checking&gt; in.”",
        "sound 8.3 s · heard +0.6 · rule +0.1 · page +0.2",
        "sound 39.3 s · heard +0.6 · rule +0.1 · page –",
        "– ignored",
        "✓ followed",
        "! marked wrong",
    ):
        assert words in text.replace("\N{NO-BREAK SPACE}", " "), words


def test_the_managers_page(told: Any) -> None:
    alex, mo = told.person("alex@x.example"), told.person("mo@x.example")
    assert alex.get("/cues").status_code == 403
    assert 'href="/cues"' not in alex.get("/calls").text
    assert 'href="/cues" ' in mo.get("/calls").text
    text = mo.get("/cues").text
    assert "4 cues in 2 calls: 25 % followed, 50 % ignored, 25 % marked wrong." in text
    assert "half within 0.9 s, 95 of 100 within 0.9 s (1 cue that a page showed)" in text
    assert 'id="list"' not in text
    [link] = re.findall(r'href="([^"]+kind=give_reason&amp;fate=expired)#list"', text)
    listed = mo.get(link.replace("&amp;", "&")).text
    assert "Ignored: Give reason" in listed
    assert 'href="/calls/c1#cue-2"' in listed
    assert "Acme &amp; Sons" in listed
    assert "/calls/c2" not in listed
    assert "There are none." in mo.get("/cues?kind=card").text
    assert "No cue was shown in this period." in mo.get("/cues?until=2026-01-01").text
    assert mo.get("/cues?since=x").status_code == 422


def test_the_page_keeps_what_was_asked(told: Any) -> None:
    text = told.person("mo@x.example").get("/cues?rep=bo@x.example&since=2026-11-01&until=2026-11-23").text
    assert 'name="since" value="2026-11-01"' in text
    assert '<input type="hidden" name="rep" value="bo@x.example">' in text
    assert "1 cue in 1 call of bo@x.example" in text
    assert "Raised: bo@x.example" in text


def test_a_trace_in_a_line() -> None:
    line = trace_line(Trace(sound=31.2, heard=31.8, rule=31.8, page=31.9))
    assert line.replace("\N{NO-BREAK SPACE}", " ") == "sound 31.2 s · heard +0.6 · rule +0.0 · page +0.1"
