"""Signing in and out, and who may pass."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.outside.store import Store
from server.records import User
from server.web.auth import COOKIE, Caller, first_admin, hash_password
from server.web.login import local
from server.web.patience import FREE

WRONG = {"email": "alex@x.example", "password": "wrong"}
RIGHT = {**WRONG, "password": "correct horse battery staple"}


def test_a_stranger_meets_the_sign_in_page(world: Any) -> None:
    client = world.client()
    assert client.get("/").headers["location"] == "/desk"
    assert client.get("/desk").headers["location"] == "/login?next=/desk"
    assert client.get("/calls?q=a b").headers["location"] == "/login?next=/calls%3Fq%3Da%2520b"
    shown = client.get("/login?next=/calls")
    assert shown.status_code == 200
    assert 'value="/calls"' in shown.text


def test_every_door_but_the_sign_in_page_is_shut(world: Any) -> None:
    """A new address that forgets `require` is caught here; on loopback it is no different."""
    from server.web.pages import routes

    client = world.client(client=("127.0.0.1", 1))
    tried = 0
    for route in routes:
        path = getattr(route, "path", "")
        if path in ("/", "/login", "/logout", "/static"):
            continue
        for method in sorted(route.methods - {"HEAD"}):
            tried += 1
            answer = client.request(method, path.replace("{id}", "c1"))
            if path.startswith("/api/"):
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.headers["content-type"] == "application/problem+json"
            else:
                assert answer.headers["location"].startswith("/login"), (method, path)
    assert tried >= 12


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream", "application/json"])
@pytest.mark.parametrize("path", ["/calls/c1/recording", "/desk"])
def test_a_machine_at_a_shut_door_is_told_so_and_sent_nowhere(world: Any, path: str, accept: str) -> None:
    """A redirect to a page that answers 200 would look like success to it."""
    answer = world.client(headers={"Accept": accept}).get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_signing_in_sets_a_careful_cookie(world: Any) -> None:
    client = world.client()
    answer = client.post("/login", data={**RIGHT, "email": " Alex@X.example "})
    assert answer.headers["location"] == "/desk"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert client.get("/desk").status_code == 200
    assert client.get("/login?next=/calls").headers["location"] == "/calls"


def test_the_cookie_is_secure_when_the_site_is(world: Any) -> None:
    world.app.state.settings.public_url = "https://desk.example"
    answer = world.client().post("/login", data=RIGHT)
    assert "Secure" in answer.headers["set-cookie"]


def test_signing_out_ends_the_session_on_the_server(world: Any) -> None:
    client = world.person("alex@x.example")
    kept = client.cookies[COOKIE]
    assert client.post("/logout").headers["location"] == "/login"
    again = world.client(cookies={COOKIE: kept})
    assert again.get("/desk").status_code == 303


def test_a_session_ends_by_itself(world: Any) -> None:
    client = world.person("alex@x.example")
    world.now += timedelta(days=400)
    assert client.get("/desk").status_code == 303


@pytest.mark.parametrize(
    "form",
    [
        WRONG,
        {"email": "nobody@x.example", "password": "x"},
        {"email": "alex@x.example"},
        {},
        {"password": "x" * 5000},
    ],
)
def test_a_wrong_password_says_no_more_than_that(world: Any, form: dict[str, str]) -> None:
    answer = world.client().post("/login", data=form)
    assert answer.status_code == 401
    assert "E-mail or password is wrong." in answer.text
    assert "set-cookie" not in answer.headers


def test_too_many_wrong_passwords_wait(world: Any) -> None:
    client = world.client()
    for _ in range(FREE):
        assert client.post("/login", data=WRONG).status_code == 401
    refused = client.post("/login", data=RIGHT)
    assert refused.status_code == 429
    wait = int(refused.headers["retry-after"])
    assert f"{wait} seconds" in refused.text
    world.now += timedelta(seconds=wait)
    assert client.post("/login", data=RIGHT).status_code == 303


def test_a_long_form_is_refused(world: Any) -> None:
    assert world.client().post("/login", data={"email": "x" * 100_000}).status_code == 413
    many = "&".join(f"a{number}=1" for number in range(60))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert world.client().post("/login", content=many, headers=headers).status_code == 422


def test_another_site_cannot_sign_somebody_in(world: Any) -> None:
    answer = world.client(headers={"Origin": "https://evil.example"}).post("/login", data=WRONG)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/calls?q=1", "/calls?q=1"),
        ("/", "/"),
        ("", "/desk"),
        ("//evil.example", "/desk"),
        ("/\\evil.example", "/desk"),
        ("https://evil.example", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/a\r\nSet-Cookie: x", "/desk"),
        ("/a b", "/desk"),
    ],
)
def test_where_to_go_is_always_here(path: str, target: str) -> None:
    assert local(path) == target


@pytest.mark.parametrize(
    "shown", ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "machine-token-for-tests"]
)
def test_a_token_that_is_not_known_is_refused(world: Any, shown: str) -> None:
    client = world.client(headers={"Authorization": shown})
    assert client.get("/api/v1/calls").status_code == 401


def test_no_token_in_the_settings_means_no_token_fits(world: Any) -> None:
    world.app.state.settings.api_token = None
    for shown in ("Bearer ", "Bearer None", "Bearer machine-token-for-tests"):
        assert world.client(headers={"Authorization": shown}).get("/api/v1/calls").status_code == 401


def test_a_wrong_token_is_not_saved_by_a_good_cookie(world: Any) -> None:
    client = world.person("alex@x.example")
    assert client.get("/api/v1/calls").status_code == 200
    assert client.get("/api/v1/calls", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_the_first_admin_is_made_once_and_can_sign_in(world: Any, tmp_path: Path) -> None:
    assert first_admin(world.store, world.now) is None, "there are people already"
    empty = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    empty.migrate()
    password = first_admin(empty, world.now)
    assert password is not None
    assert first_admin(empty, world.now) is None
    world.app.state.store = empty
    answer = world.client().post("/login", data={"email": "admin@localhost", "password": password})
    assert answer.headers["location"] == "/desk"
    empty.close()


def test_roles() -> None:
    rep = Caller(name="Alex", email="alex@x.example", role="rep", kind="person")
    manager = Caller(name="Mo", role="manager", kind="person")
    assert rep.may("rep")
    assert not rep.may("manager")
    assert manager.may("manager")
    assert not manager.may("admin")
    assert rep.answers_to("ALEX@x.example")
    assert rep.answers_to("alex")
    assert not rep.answers_to("")
    assert not Caller(name="", role="rep", kind="machine").answers_to("")


def test_a_user_without_a_password_cannot_sign_in(world: Any) -> None:
    world.store.add_user(User(email="none@x.example"), world.now)
    for password in ("", "x"):
        answer = world.client().post("/login", data={"email": "none@x.example", "password": password})
        assert answer.status_code == 401


def test_hashes_are_salted_and_hide_the_password() -> None:
    one, two = hash_password("secret"), hash_password("secret")
    assert one != two
    assert "secret" not in one
