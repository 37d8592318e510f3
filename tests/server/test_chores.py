"""What follows a call, over a real store: the language model's summary, checked, and the entry in the CRM's log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from media.audio import Word
from server.chores import kinds_of
from server.envelope import Envelope
from server.errors import Malformed
from server.events import CallStarted, Final, Summary
from server.outside.bus import Bus
from server.outside.store import Store
from server.records import Call, Chore
from server.settings import Settings

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
RULES = Summary(at=60.0, outcome="connect", sentiment="positive", meeting=True)
SAID = (Word("Thursday", 1, 1.5), Word("at", 1.5, 1.6), Word("two.", 1.6, 2))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with one ended call of one sentence."""
    made = Store(f"sqlite:///{tmp_path / 'b.db'}")
    made.migrate()
    made.add_call(Call(id="c1", rep="a@x.example", contact="Sarah Kim", playbook="post-demo", created_at=NOW))
    made.start_call("c1", NOW, "twilio", "CA1", "")
    events = [
        CallStarted(at=0.0, playbook="post-demo"),
        Final(at=3, track="prospect", turn=1, start=1, end=2, words=SAID),
    ]
    made.append("c1", [Envelope("c1", number, event) for number, event in enumerate(events, 1)])
    made.finish("c1", NOW, "hangup", 60.0, RULES, [])
    yield made
    made.close()


def work(store: Store, tmp_path: Path, **more: Any) -> Any:
    settings = Settings(data_dir=tmp_path, **more)
    return kinds_of(settings, store, Bus(), lambda: NOW)


def chore(kind: str, about: str = "c1") -> Chore:
    return Chore(kind=kind, about=about, key=f"{kind}:{about}", payload={}, due_at=NOW)


def with_key(cloud: Any) -> dict[str, Any]:
    return {"openai_api_key": SecretStr("sk-test"), "openai_base_url": cloud.url}


async def test_without_a_key_the_rules_summary_stands(store: Store, tmp_path: Path) -> None:
    await work(store, tmp_path)["summarise"](chore("summarise"))
    assert store.summary("c1") == RULES


async def test_a_summary_that_holds_replaces_the_sentences_only(
    store: Store, tmp_path: Path, cloud: Any
) -> None:
    cloud.content = json.dumps({"sentences": [{"text": "They meet on Thursday.", "cites": [1]}]})
    await work(store, tmp_path, **with_key(cloud))["summarise"](chore("summarise"))
    kept = store.summary("c1")
    assert kept is not None
    assert (kept.author, kept.outcome, kept.meeting) == ("model", "connect", True)
    assert [sentence.text for sentence in kept.sentences] == ["They meet on Thursday."]
    assert store.events("c1")[-1].event == kept


async def test_a_summary_that_is_made_up_is_not_kept(store: Store, tmp_path: Path, cloud: Any) -> None:
    cloud.content = json.dumps({"sentences": [{"text": "They signed for 90 seats.", "cites": [1]}]})
    with pytest.raises(Malformed):
        await work(store, tmp_path, **with_key(cloud))["summarise"](chore("summarise"))
    assert store.summary("c1") == RULES


async def test_a_call_is_written_to_the_crm_once(store: Store, tmp_path: Path) -> None:
    push = work(store, tmp_path)["push_to_crm"]
    await push(chore("push_to_crm"))
    await push(chore("push_to_crm"))
    lines = (tmp_path / "crm.jsonl").read_text().splitlines()
    assert len(lines) == 1
    assert "Sarah Kim" in lines[0]


async def test_a_call_that_is_not_there_is_not_tried_again(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="c9"):
        await work(store, tmp_path)["push_to_crm"](chore("push_to_crm", "c9"))
