"""Playbooks at the doors: who may, what a save does to new calls and to those that go on, and bad input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.outside.playbooks import open_playbooks, playbook_of, stored_playbook

API = "/api/v1/playbooks"
PATHS = (
    ("GET", API),
    ("GET", f"{API}/post-demo"),
    ("PUT", f"{API}/post-demo"),
    ("POST", f"{API}/post-demo/check"),
    ("GET", f"{API}/post-demo/versions"),
    ("GET", f"{API}/post-demo/versions/abc"),
    ("GET", "/admin/playbooks"),
    ("GET", "/admin/playbooks/new?name=x&from=post-demo"),
    ("GET", "/admin/playbooks/post-demo"),
)


@pytest.fixture
def seeded(world: Any) -> Any:
    """The world with all shipped playbooks in its store, and an admin."""
    world.app.state.playbooks = open_playbooks(world.store, None, world.now)
    manager = world.store.user_by_email("mo@x.example")
    admin = replace(manager, email="ada@x.example", name="Ada", role="admin")
    world.store.add_user(admin, world.now)
    return world


def text_of(world: Any, name: str = "post-demo") -> str:
    return str(world.store.running_playbooks()[name].text)


def saving(world: Any, text: str, name: str = "post-demo", **more: Any) -> dict[str, Any]:
    runs = world.store.running_versions().get(name, "")
    return {"url": f"{API}/{name}", "json": {"text": text, "replaces": runs, **more}}


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_rep_is_refused_and_a_stranger_too(seeded: Any, method: str, path: str) -> None:
    body = {"json": {"text": "name: x"}} if method != "GET" else {}
    assert seeded.person("alex@x.example").request(method, path, **body).status_code == 403
    assert seeded.client(headers={"Accept": "*/*"}).request(method, path, **body).status_code == 401


@pytest.mark.parametrize("path", ["/desk", "/calls"])
def test_the_way_there_is_shown_to_those_who_may(seeded: Any, path: str) -> None:
    assert 'href="/admin/playbooks"' in seeded.person("mo@x.example").get(path).text
    assert "/admin/playbooks" not in seeded.person("alex@x.example").get(path).text


def test_another_site_cannot_save(seeded: Any) -> None:
    person = seeded.person("mo@x.example")
    forged = person.put(
        **saving(seeded, text_of(seeded) + "# x\n"), headers={"Origin": "https://evil.example"}
    )
    assert forged.status_code == 403
    assert len(seeded.store.playbook_history("post-demo")) == 1


def test_reading(seeded: Any) -> None:
    machine = seeded.machine()
    rows = machine.get(API).json()["playbooks"]
    assert [row["name"] for row in rows] == sorted(seeded.app.state.playbooks)
    assert {row["kind"] for row in rows} == {"live", "voicemail"}
    one = machine.get(f"{API}/post-demo").json()
    assert one["text"] == text_of(seeded)
    assert (one["author"], one["wrong"]) == ("", "")
    (save,) = machine.get(f"{API}/post-demo/versions").json()["versions"]
    assert save["active"]
    again = machine.get(f"{API}/post-demo/versions/{save['version']}").json()
    assert again["text"] == one["text"]
    for path in (
        f"{API}/none",
        f"{API}/none/versions",
        f"{API}/post-demo/versions/none",
        "/admin/playbooks/none",
    ):
        assert machine.get(path).status_code == 404


@pytest.mark.parametrize("who", ["mo@x.example", "ada@x.example"])
def test_a_new_version_runs_for_new_calls_and_no_others(seeded: Any, who: str) -> None:
    person = seeded.person(who)
    new = {"playbook": "post-demo", "contact": "Sarah Kim"}
    before = seeded.machine().post("/api/v1/calls", json=new).json()["id"]
    text = text_of(seeded).replace("budget: 20", "budget: 25")
    answer = person.put(**saving(seeded, text, note="More time for why now"))
    assert answer.status_code == 200, answer.text
    after = seeded.machine().post("/api/v1/calls", json=new).json()["id"]
    running, store = seeded.app.state.playbooks, seeded.store
    budgets = [playbook_of(store.call(id), running, store).budgets["why_now"] for id in (before, after)]
    assert budgets == [20, 25]
    assert store.call(after).playbook_version == answer.json()["version"]
    assert stored_playbook(store, "post-demo", store.call(before).playbook_version).budgets["why_now"] == 20
    newest = store.playbook_history("post-demo")[0]
    assert (newest.author, newest.note) == (who, "More time for why now")
    beats = seeded.machine()
    store.start_call(before, seeded.now, "twilio", "CA1", "")
    shown = {beat["beat"]: beat["budget"] for beat in beats.get("/api/v1/calls/current").json()["beats"]}
    assert shown["why_now"] == 20


def test_what_another_process_saved_runs_for_the_next_call(seeded: Any) -> None:
    seeded.app.state.playbooks.pop("re-engagement")
    made = seeded.machine().post("/api/v1/calls", json={"playbook": "re-engagement", "contact": "Sarah"})
    assert made.status_code == 201


def test_a_bad_text_is_refused_with_all_its_faults_and_the_running_one_stays(seeded: Any) -> None:
    running = dict(seeded.app.state.playbooks)
    text = text_of(seeded).replace("budget: 20", "budget: soon").replace("trigger:", "triger:")
    answer = seeded.machine().put(**saving(seeded, text))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = {error["field"]: error for error in answer.json()["errors"]}
    assert told.keys() == {"beats.1.budget", "triger"}
    assert told["triger"]["line"] == text.partition("triger")[0].count("\n") + 1
    assert answer.json()["detail"].startswith(f"post-demo, line {told['triger']['line']}, triger: ")
    assert seeded.app.state.playbooks == running
    assert text_of(seeded) != text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 1_000_000, "bytes are more than"),
        ("name: post-demo\ntitle: <script>alert(1)</script>", "markup"),
        ("name: voicemail", "but this is the playbook 'post-demo'"),
        ("a: &a [x]\nb: *a", "anchors"),
        ("\n" * 60_000, "mapping"),
        ("", "mapping"),
    ],
)
def test_hostile_texts(seeded: Any, text: str, reason: str) -> None:
    machine = seeded.machine()
    found = machine.post(f"{API}/post-demo/check", json={"text": text}).json()
    assert any(reason in fault["reason"] and fault["grave"] for fault in found["faults"]), found["faults"]
    assert found["preview"] is None
    assert machine.put(**saving(seeded, text)).status_code == 422
    assert len(seeded.store.playbook_history("post-demo")) == 1


def test_a_body_that_is_none_at_all(seeded: Any) -> None:
    machine, path = seeded.machine(), f"{API}/post-demo/check"
    assert (
        machine.post(path, content=b"x" * 3_000_000, headers={"Content-Type": "application/json"}).status_code
        == 413
    )
    assert machine.post(path, data={"text": "x"}).status_code == 415
    assert machine.post(path, json={"text": 1}).status_code == 422
    assert machine.post(path, json={"text": "x", "more": 1}).status_code == 422


def test_checking_tells_faults_reading_and_change_and_keeps_nothing(seeded: Any) -> None:
    machine, text = seeded.machine(), text_of(seeded)
    same = machine.post(f"{API}/post-demo/check", json={"text": text}).json()
    assert (same["faults"], same["diff"], same["version"]) == ([], [], same["runs"])
    changed = machine.post(
        f"{API}/post-demo/check", json={"text": text.replace("text: Price", "text: Money")}
    ).json()
    assert changed["version"] != changed["runs"]
    kinds = [
        (line["kind"], line["text"].strip()) for line in changed["diff"] if line["kind"] in ("gone", "new")
    ]
    assert kinds == [("gone", "text: Price"), ("new", "text: Money")]
    preview = changed["preview"]
    assert [beat["title"] for beat in preview["beats"]] == ["Open", "Why now", "Ask", "Listen", "Book"]
    assert preview["reasons"][0].startswith("When we showed you [what they leaned in for], you said")
    assert preview["cards"][0] == {
        "kind": "price",
        "text": "Money",
        "line": "That's fair, it is real money. What were you comparing it with? "
        "What would it have to save you to be an easy yes?",
        "when": "",
    }
    assert preview["cues"][0]["kind"] == "do_not_call"
    assert len(seeded.store.playbook_history("post-demo")) == 1


def test_two_who_save_at_once(seeded: Any) -> None:
    machine, text = seeded.machine(), text_of(seeded)
    mine, other = saving(seeded, text + "# mine\n"), saving(seeded, text + "# other\n")
    assert machine.put(**mine).status_code == 200
    assert machine.put(**other).status_code == 409
    assert text_of(seeded).endswith("# mine\n")


def test_a_new_playbook_from_another(seeded: Any) -> None:
    person = seeded.person("mo@x.example")
    page = person.get("/admin/playbooks/new?name=post-webinar&from=post-demo")
    assert page.status_code == 200
    assert "extends: post-demo" in page.text
    text = "name: post-webinar\ntitle: After the webinar\nextends: post-demo\n"
    assert person.put(**saving(seeded, text, "post-webinar")).json()["changed"] == ["post-webinar"]
    made = seeded.machine().post("/api/v1/calls", json={"playbook": "post-webinar", "contact": "Sarah"})
    assert made.status_code == 201
    base = text_of(seeded).replace("budget: 20", "budget: 22")
    assert person.put(**saving(seeded, base)).json()["changed"] == ["post-demo", "post-webinar"]
    assert seeded.app.state.playbooks["post-webinar"].budgets["why_now"] == 22
    for query, status in (
        ("name=A b&from=post-demo", 422),
        ("name=x&from=none", 422),
        ("name=voicemail&from=post-demo", 409),
    ):
        assert person.get(f"/admin/playbooks/new?{query}").status_code == status


def test_the_pages(seeded: Any) -> None:
    person = seeded.person("mo@x.example")
    shown = person.get("/admin/playbooks").text
    for name, playbook in seeded.app.state.playbooks.items():
        assert f"/admin/playbooks/{name}" in shown
        assert playbook.version in shown
    was = seeded.app.state.playbooks["post-demo"].version
    person.put(**saving(seeded, text_of(seeded) + "# <b>&amp;'quoted'</b>\n", note="<i>why</i>"))
    page = person.get("/admin/playbooks/post-demo").text
    assert "# &lt;b&gt;&amp;amp;&#39;quoted&#39;&lt;/b&gt;" in page
    assert "<i>why</i>" not in page
    assert f"?version={was}" in page
    assert "<script>" not in page
    older = person.get(f"/admin/playbooks/post-demo?version={was}").text
    assert f"Back to version {was}" in older
    assert person.get("/admin/playbooks/post-demo?version=none").status_code == 404


def test_a_text_that_no_longer_fits_can_be_mended_on_its_page(seeded: Any) -> None:
    row = seeded.store.running_playbooks()["post-demo"]
    broken = replace(row, text=row.text + "mood: sunny\n", version="old", author="mo")
    assert seeded.store.save_playbooks([broken], {"post-demo": row.version})
    person = seeded.person("mo@x.example")
    assert "Does not run: mend it" in person.get("/admin/playbooks").text
    assert "mood: sunny" in person.get("/admin/playbooks/post-demo").text
    assert person.put(**saving(seeded, row.text)).status_code == 200
    assert "Does not run" not in person.get("/admin/playbooks").text
