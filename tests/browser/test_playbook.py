"""The editor of a playbook in a real browser: checked while it is written, compared, saved, restored; by keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.outside.playbooks import open_playbooks, save_playbook
from server.records import User
from tests.browser.conftest import HASH

pytestmark = pytest.mark.browser

WIDTHS = ((1280, 860), (390, 844))


@pytest.fixture
def editor(page: Any, site: Any) -> Iterator[Any]:
    """The tab, at the editor of post-demo, signed in as a manager."""
    open_playbooks(site.store, None, site.now)
    manager = User(email="mo@x.example", name="Mo", role="manager", password_hash=HASH)
    site.store.add_user(manager, site.now)
    page.open(f"{site.address}/admin/playbooks/post-demo")
    page.run("document.querySelector('[name=email]').value = 'mo@x.example'")
    page.run("document.querySelector('[name=password]').value = 'secret'")
    page.run("document.querySelector('.sign-in').submit()")
    page.until("location.pathname.startsWith('/admin') && document.querySelector('#preview .slot')")
    yield page
    # A page with unsaved text asks before it is left, and the next test's page would wait for the answer.
    page.run("for (const field of document.querySelectorAll('#text')) field.value = field.defaultValue")


def select(page: Any, words: str) -> None:
    """Select words in the text, as somebody who drags over them."""
    page.run(
        f"""(() => {{
            const field = document.getElementById("text"), at = field.value.indexOf({json.dumps(words)});
            field.focus();
            field.setSelectionRange(at, at + {len(words)});
        }})()"""
    )


def write(page: Any, words: str) -> None:
    """Type over what is selected."""
    page.tell("Input.insertText", text=words)


def chord(page: Any, key: str, modifiers: int) -> None:
    code = ord(key.upper())
    for kind in ("rawKeyDown", "keyUp"):
        page.tell(
            "Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers, windowsVirtualKeyCode=code
        )


def verdict(page: Any) -> str:
    return str(page.text("verdict"))


def test_a_text_is_checked_while_it_is_written(editor: Any, site: Any) -> None:
    assert verdict(editor) == "✓ This is what runs"
    assert editor.run("document.getElementById('review-open').disabled") is True
    select(editor, "budget: 20")
    write(editor, "budget: soon")
    editor.until("document.querySelectorAll('#faults button').length === 1")
    assert verdict(editor) == "✕ 1 problem: it cannot be saved"
    line = site.store.running_playbooks()["post-demo"].text.partition("budget: 20")[0].count("\n") + 1
    assert editor.text("faults").startswith(f"Line {line}, beats.1.budget: ")
    assert editor.run(f"document.getElementById('gutter').children[{line - 1}].dataset.mark") == "grave"
    assert editor.run("document.getElementById('review-open').disabled") is True
    editor.run("document.getElementById('text').setSelectionRange(0, 0)")
    editor.press("F8")
    assert editor.run("getSelection().toString()").strip() == "budget: soon"
    select(editor, "budget: soon")
    write(editor, "budget: 25")
    editor.until("document.getElementById('verdict').textContent === '✓ Ready to be saved'")
    assert "25 s" in editor.text("preview")
    assert editor.complaints == []


def test_saving_by_keyboard_shows_the_change_first(editor: Any, site: Any) -> None:
    select(editor, "text: Price")
    write(editor, "text: Money")
    editor.until("!document.getElementById('review-open').disabled")
    chord(editor, "s", 2)
    editor.until("document.getElementById('review').open")
    changed = "document.querySelectorAll('#diff tr:is([data-kind=gone], [data-kind=new])')"
    shown = editor.run(f"[...{changed}].map((row) => row.innerText)")
    assert ["text: Price" in shown[0], "text: Money" in shown[1], len(shown)] == [True, True, 2]
    write(editor, "Money says it better")
    editor.run("window.before = true")
    editor.tell("Input.dispatchKeyEvent", type="keyDown", key="Enter", text="\r", windowsVirtualKeyCode=13)
    editor.until("!window.before && document.querySelector('#preview .slot')")
    newest = site.store.playbook_history("post-demo")[0]
    assert (newest.author, newest.note, newest.active) == ("mo@x.example", "Money says it better", True)
    assert "text: Money" in newest.text
    assert "Money says it better" in editor.run("document.querySelector('.history').innerText")
    assert editor.complaints == []


def test_an_older_version_comes_back(editor: Any, site: Any) -> None:
    was = site.store.running_playbooks()["post-demo"]
    text = was.text.replace("text: Price", "text: Money")
    more = {"replaces": was.version, "author": "mo@x.example", "note": "", "now": site.now}
    assert save_playbook(site.store, "post-demo", text, **more)
    editor.open(f"{site.address}/admin/playbooks/post-demo")
    editor.run("document.querySelector('.history a').click()")
    editor.until("location.search.includes('version=') && document.querySelector('.notice')")
    editor.until("!document.getElementById('review-open').disabled")
    editor.run("document.getElementById('review-open').click()")
    assert editor.run("document.getElementById('note').value") == f"Back to version {was.version}"
    editor.run("document.getElementById('save').click()")
    editor.until("!location.search && document.readyState === 'complete' && document.querySelector('.runs')")
    assert site.store.running_playbooks()["post-demo"].text == was.text
    assert len(site.store.playbook_history("post-demo")) == 3


def test_somebody_else_was_quicker(editor: Any, site: Any) -> None:
    was = site.store.running_playbooks()["post-demo"]
    select(editor, "text: Price")
    write(editor, "text: Money")
    editor.until("!document.getElementById('review-open').disabled")
    more = {"replaces": was.version, "author": "bo@x.example", "note": "", "now": site.now}
    assert save_playbook(site.store, "post-demo", was.text + "# mine\n", **more)
    editor.run("document.getElementById('review-open').click()")
    editor.run("document.getElementById('save').click()")
    editor.until("!document.getElementById('save-message').hidden")
    assert "another version meanwhile" in editor.text("save-message")
    assert site.store.running_playbooks()["post-demo"].author == "bo@x.example"


def test_a_new_line_keeps_the_indentation(editor: Any) -> None:
    select(editor, "    budget: 20")
    write(editor, "    budget: 21")
    editor.tell("Input.dispatchKeyEvent", type="keyDown", key="Enter", text="\r", windowsVirtualKeyCode=13)
    write(editor, "x")
    assert "    budget: 21\n    x\n" in editor.run("document.getElementById('text').value")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", WIDTHS)
def test_no_page_scrolls_sideways(
    editor: Any, site: Any, tmp_path: Path, theme: str, size: tuple[int, int]
) -> None:
    for path in ("/admin/playbooks", "/admin/playbooks/post-demo", "/admin/playbooks/voicemail"):
        editor.size(*size, theme)
        editor.open(f"{site.address}{path}")
        assert editor.run("document.documentElement.scrollWidth") <= size[0], path
        editor.shoot(tmp_path / f"{path.rpartition('/')[2]}.png")
    assert editor.complaints == []
