"""The store on a real SQLite file: order, once-only, together or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, select

from media.audio import Word
from server.envelope import Envelope
from server.errors import Misconfigured, Refused, Unreachable
from server.events import CallEnded, CallStarted, Cue, Final, NextStep, Summary, Synced
from server.outside.store import Store, tables
from server.outside.store.database import MIGRATIONS
from server.records import Call, Chore

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SUMMARY = Summary(at=9.0, outcome="connect", next_step=NextStep(kind="call", date="2026-11-26"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'beatline.db'}")
    made.migrate()
    yield made
    made.close()


def call(id: str = "c1", minutes: int = 0, **more: str) -> Call:
    return Call(id=id, playbook="post-demo", created_at=NOW + timedelta(minutes=minutes), **more)


def chore(key: str = "k1", about: str = "c1", at: datetime = NOW) -> Chore:
    return Chore(kind="push", about=about, key=key, payload={"n": 1}, due_at=at)


FINAL = Final(
    at=3.0,
    track="rep",
    turn=1,
    start=1.0,
    end=2.0,
    words=(Word("Hi", 1.0, 1.5, 0.9), Word("Sarah.", 1.5, 2.0, 0.8)),
)


def test_migrations_make_exactly_the_tables(store: Store) -> None:
    made = inspect(store._db.engine)
    assert set(made.get_table_names()) == {*tables.metadata.tables, "alembic_version"}
    for name, table in tables.metadata.tables.items():
        assert {column["name"] for column in made.get_columns(name)} == {
            column.name for column in table.columns
        }
    store.migrate()


def test_an_older_database_is_brought_to_this_version_with_its_calls(store: Store) -> None:
    store.add_call(call())
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store._db.writing() as conn:
        config.attributes["connection"] = conn
        command.downgrade(config, "0001")
    assert "playbooks" not in inspect(store._db.engine).get_table_names()
    store.migrate()
    assert store.call("c1") == call()
    assert store.running_playbooks() == {}


def test_a_call_comes_back_as_it_was(store: Store) -> None:
    store.add_call(call(contact="Sarah Kim", tz="Asia/Tokyo"))
    assert store.call("c1") == call(contact="Sarah Kim", tz="Asia/Tokyo")
    assert store.call("c2") is None


def test_lists_are_newest_first_and_page_by_page(store: Store) -> None:
    for number in range(5):
        store.add_call(call(f"c{number}", number))
    first = store.calls(limit=2)
    assert [one.id for one in first] == ["c4", "c3"]
    assert [one.id for one in store.calls(limit=9, before="c3")] == ["c2", "c1", "c0"]
    assert store.calls(limit=9, before="gone") == []


def test_search_takes_every_word_as_it_is(store: Store) -> None:
    store.add_call(call("c1", contact="Sarah Kim", contact_company="Acme 100%"))
    store.add_call(call("c2", 1, contact="Bo Kim", contact_company="Globex"))
    assert [one.id for one in store.calls(limit=9, query="kim acme")] == ["c1"]
    assert [one.id for one in store.calls(limit=9, query="100%")] == ["c1"]
    assert store.calls(limit=9, query="%") == store.calls(limit=9, query="100%")


def test_a_stream_token_works_once_in_time_and_for_its_call(store: Store) -> None:
    store.add_call(call("c1"))
    store.add_call(call("c2", 1))
    token, late = store.new_stream_token("c1", NOW), store.new_stream_token("c2", NOW)
    with pytest.raises(Refused):
        store.take_stream_token("c2", token, NOW)
    assert store.take_stream_token("c1", token, NOW).id == "c1"
    with pytest.raises(Refused):
        store.take_stream_token("c1", token, NOW)
    with pytest.raises(Refused):
        store.take_stream_token("c2", late, NOW + timedelta(hours=1))


def test_tokens_are_not_in_the_file(store: Store, tmp_path: Path) -> None:
    store.add_call(call())
    token = store.new_stream_token("c1", NOW)
    api = store.new_api_token("pbx", "manager", NOW)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert token.encode() not in kept
    assert api.encode() not in kept
    found = store.api_token(api)
    assert found is not None
    assert (found.name, found.role) == ("pbx", "manager")
    assert store.api_token("guess") is None


def test_a_log_is_kept_in_order_and_twice_is_once(store: Store) -> None:
    store.add_call(call())
    log = [
        Envelope("c1", 1, CallStarted(at=0.0, playbook="post-demo")),
        Envelope("c1", 4, FINAL),
        Envelope("c1", 5, Cue(at=3.1, kind="stay_silent", text="Stay silent")),
    ]
    store.append("c1", log)
    store.append("c1", log[1:])
    assert store.events("c1") == log
    assert store.events("c1", after=4) == log[2:]
    assert store.append_event("c1", Synced(at=9.0, crm="local", id="x")).number == 6


def test_an_end_is_one_transaction(store: Store) -> None:
    store.add_call(call())
    store.start_call("c1", NOW, "twilio", "CA1", "c1.wav")
    store.append(
        "c1", [Envelope("c1", 1, FINAL), Envelope("c1", 2, CallEnded(at=9.0, reason="hangup", duration=9.0))]
    )
    assert [one.id for one in store.live_calls()] == ["c1"]
    store.finish("c1", NOW, "hangup", 9.0, SUMMARY, [chore()], {"talk_share": 0.5})
    ended = store.call("c1")
    assert ended is not None
    assert (ended.state, ended.duration, ended.end_reason) == ("ended", 9.0, "hangup")
    assert store.live_calls() == []
    assert store.summary("c1") == SUMMARY
    assert store.figures("c1") == {"talk_share": 0.5}
    assert [one.key for one in store.chores("c1")] == ["k1"]
    with store._db.reading() as conn:
        counted = conn.execute(select(tables.tracks).where(tables.tracks.c.track == "rep")).one()
    assert (counted.channel, counted.carrier_track, counted.turns, counted.words) == (1, "inbound", 1, 2)


def test_nothing_of_an_end_stays_when_a_part_fails(store: Store) -> None:
    store.add_call(call())
    store.start_call("c1", NOW, "twilio", "CA1", "")
    with pytest.raises(TypeError):
        store.finish(
            "c1",
            NOW,
            "hangup",
            9.0,
            SUMMARY,
            [Chore(kind="x", about="c1", key="k", payload={"a": {1}}, due_at=NOW)],
        )
    assert [one.id for one in store.live_calls()] == ["c1"]
    assert store.summary("c1") is None


def test_the_newest_summary_is_shown(store: Store) -> None:
    store.add_call(call())
    store.save_summary("c1", SUMMARY, NOW)
    other = Summary(at=9.0, outcome="voicemail", author="model")
    store.save_summary("c1", other, NOW + timedelta(seconds=1))
    assert store.summary("c1") == other


def test_a_wrapup_replaces_the_one_before(store: Store) -> None:
    store.add_call(call())
    for outcome in ("connect", "voicemail"):
        step = NextStep(kind="meeting", date="2026-11-26", time="14:00", with_="Sarah")
        store.save_wrapup("c1", outcome=outcome, sentiment="positive", next_step=step, note="n", now=NOW)
    kept, row = store.wrapup("c1"), store.call("c1")
    assert kept is not None
    assert row is not None
    assert (kept.outcome, kept.next_step.with_) == ("voicemail", "Sarah")
    assert row.outcome == "voicemail"


def test_a_chore_is_taken_once(store: Store) -> None:
    store.enqueue([chore(f"k{n}", about=f"c{n}") for n in range(40)])

    def work(_: int) -> list[str]:
        taken = []
        while found := store.take(NOW, 60):
            assert store.finish_chore(found)
            taken.append(found.key)
        return taken

    with ThreadPoolExecutor(4) as pool:
        keys = [key for part in pool.map(work, range(4)) for key in part]
    assert sorted(keys) == sorted(f"k{n}" for n in range(40))


def test_chores_about_one_thing_keep_their_order(store: Store) -> None:
    store.enqueue([chore("first"), chore("second"), chore("other", about="c2")])
    first = store.take(NOW, 60)
    assert first is not None
    assert first.key == "first"
    assert store.take(NOW, 60).key == "other"  # type: ignore[union-attr]
    assert store.take(NOW, 60) is None
    store.retry_chore(first, NOW + timedelta(seconds=5), "no answer")
    assert store.take(NOW, 60) is None
    again = store.take(NOW + timedelta(seconds=5), 60)
    assert again is not None
    assert (again.key, again.attempts, again.error) == ("first", 2, "no answer")
    store.bury_chore(again, "never")
    assert store.take(NOW, 60).key == "second"  # type: ignore[union-attr]


def test_a_lease_that_ran_out_lets_another_take_it(store: Store) -> None:
    store.enqueue([chore()])
    lost = store.take(NOW, 10)
    assert store.take(NOW + timedelta(seconds=9), 10) is None
    taken = store.take(NOW + timedelta(seconds=10), 10)
    assert lost is not None
    assert taken is not None
    assert taken.attempts == 2
    assert not store.finish_chore(lost)
    assert store.finish_chore(taken)


def test_the_same_work_is_enqueued_once(store: Store) -> None:
    store.enqueue([chore()])
    store.enqueue([chore()])
    assert len(store.chores("c1")) == 1


def test_what_is_no_database_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="BEATLINE_DATABASE_URL"):
        Store("not a url")
    with pytest.raises(Misconfigured, match="driver"):
        Store("oracle+nothing://x")
    file = tmp_path / "file.db"
    file.write_bytes(b"this is no database, it is a text of some length" * 50)
    with pytest.raises((Unreachable, Exception), match="database"):
        Store(f"sqlite:///{file}").migrate()
