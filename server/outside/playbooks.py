"""Playbooks: from their folder, and from the store, where people change them and every version stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import structlog

from server.call.playbook import Playbook, base_of, check_playbook, parse_playbook
from server.call.playbook_versions import changes, saved, sound, standing
from server.errors import Malformed, Misconfigured, Unreachable
from server.outside.store import Store
from server.records import Call, PlaybookText

log = structlog.get_logger("beatline.playbooks")

TRIES = 5
"""Two processes that start at one time both seed the store; one of them looks again."""


def prompts() -> Path:
    """The shipped prompts: beside the packages in a checkout, inside `server` in an installed wheel."""
    server = Path(__file__).parents[1]
    inside = server / "prompts"
    return inside if inside.is_dir() else server.parent / "prompts"


def load_playbooks(folder: Path | None = None) -> dict[str, Playbook]:
    """Read every playbook of a folder (the shipped one when none is given), by name.

    Raises:
        Misconfigured: there is none.
        Malformed: one is wrong; the message names file, line and field.
    """
    return {name: playbook for name, (playbook, _) in _from_files(folder).items()}


def _from_files(folder: Path | None) -> dict[str, tuple[Playbook, str]]:
    folder = folder or prompts() / "playbooks"
    found = {file.stem: (file, file.read_bytes()) for file in sorted(folder.glob("*.yaml"))}
    if not found:
        raise Misconfigured(
            f"no playbook (*.yaml) in {folder}: set BEATLINE_PLAYBOOKS to a folder that has one"
        )
    texts = {name: raw.decode("utf-8", "replace") for name, (_, raw) in found.items()}
    return {
        name: (parse_playbook(raw, str(file), texts, name), texts[name])
        for name, (file, raw) in found.items()
    }


def read_playbook(file: Path, folder: Path | None = None) -> Playbook:
    """Read a playbook from a file of its own; it may extend those of the folder.

    Raises:
        Malformed: it is wrong; the message names file, line and field.
    """
    others = {name: text for name, (_, text) in _from_files(folder).items()}
    return parse_playbook(file.read_bytes(), str(file), others)


def open_playbooks(store: Store, folder: Path | None, now: datetime) -> dict[str, Playbook]:
    """The playbooks that run: what people saved, over the folder's files, whose texts are kept too.

    A saved text that this program does not take gives way to its file until somebody mends it.

    Raises:
        Misconfigured, Malformed: as `load_playbooks`.
        Unreachable: other processes change playbooks all the time.
    """
    files = {name: text for name, (_, text) in _from_files(folder).items()}
    for _ in range(TRIES):
        rows = store.running_playbooks()
        made, broken = sound(standing(files, rows), files)
        for name, why in broken.items():
            log.error("a saved playbook does not fit: mend it on its page", playbook=name, why=why)
        for name, row in rows.items():
            if not row.author and name not in files:
                store.retire_playbook(name)
        new = _unsaved(store, files, rows, made, broken, now)
        expected = {one.name: rows[one.name].version if one.name in rows else "" for one in new if one.active}
        if store.save_playbooks(new, expected):
            return {name: playbook for name, (playbook, _) in made.items()}
    raise Unreachable("playbooks change faster than they can be read: start again")


def _unsaved(
    store: Store,
    files: Mapping[str, str],
    rows: Mapping[str, PlaybookText],
    made: Mapping[str, tuple[Playbook, str]],
    broken: Mapping[str, str],
    now: datetime,
) -> list[PlaybookText]:
    """What must be kept so that any call can be folded again: all that runs, and the files beneath."""
    versions = {name: playbook.version for name, (playbook, _) in made.items()}
    texts = {name: text for name, (_, text) in made.items()}
    new: dict[tuple[str, str], PlaybookText] = {}
    for name, (playbook, text) in made.items():
        row = rows.get(name)
        if row is None or row.version != playbook.version:
            author = row.author if row and name not in broken else ""
            note = "What it extends has changed" if author else ""
            one = saved(playbook, text, versions, now, author=author, note=note, active=name not in broken)
            new[name, one.version] = one
    for name, text in files.items():
        beneath = check_playbook(text, {**texts, name: text}, name).playbook
        if beneath is not None and (name, beneath.version) not in new:
            one = saved(beneath, text, versions, now, note="From the playbook folder", active=False)
            new[name, one.version] = one
    return [one for one in new.values() if one.active or store.playbook_text(one.name, one.version) is None]


def save_playbook(
    store: Store, name: str, text: str, *, replaces: str, author: str, note: str, now: datetime
) -> dict[str, Playbook] | None:
    """Let a text run, if it is right and `replaces` is the version that runs ("" for a new playbook).

    Gives the playbooks that changed (those that extend it too), or None when another version runs by now.

    Raises:
        Malformed: it is wrong, or would break one that extends it; what runs stays.
    """
    rows = store.running_playbooks()
    parse_playbook(text, name, {other: row.text for other, row in rows.items()}, name)
    changed, why = changes(name, text, rows)
    if why:
        raise Malformed(f"{name}, line 1, playbook: {why}")
    versions = {
        **{other: row.version for other, row in rows.items()},
        **{other: playbook.version for other, playbook in changed.items()},
    }
    new: list[PlaybookText] = []
    for other, playbook in changed.items():
        if other == name:
            new.append(saved(playbook, text, versions, now, author=author, note=note))
        else:
            # Its words are still those of whoever wrote them: one from the folder goes on following its file.
            row, why = rows[other], f"{name}, which it extends, has changed"
            new.append(saved(playbook, row.text, versions, now, author=row.author, note=why))
    expected = {name: replaces, **{other: rows[other].version for other in changed if other != name}}
    return changed if store.save_playbooks(new, expected) else None


def newer_playbooks(store: Store, running: Mapping[str, Playbook]) -> dict[str, Playbook]:
    """Those that another process has changed since."""
    versions = store.running_versions()
    stale = [
        name for name, version in versions.items() if name not in running or running[name].version != version
    ]
    made: dict[str, Playbook] = {}
    for name in stale:
        try:
            made[name] = stored_playbook(store, name, versions[name])
        except Malformed as problem:
            log.error("a saved playbook does not fit: mend it on its page", playbook=name, why=str(problem))
    return made


def stored_playbook(store: Store, name: str, version: str) -> Playbook:
    """A playbook exactly as it was in a version, so that a call is folded again as it was.

    Raises:
        Malformed: that version is not kept, or this program does not take it any more.
    """
    row = store.playbook_text(name, version)
    if row is None:
        raise Malformed(f"version {version} of the playbook {name} is not kept here")
    bases: dict[str, str] = {}
    child = row
    while (base := base_of(child.text)) and base not in bases:
        found = store.playbook_text(base, child.base)
        if found is None:
            raise Malformed(
                f"version {child.base} of the playbook {base}, which {child.name} extends, is not kept here"
            )
        bases[base], child = found.text, found
    return parse_playbook(row.text, f"{name}, version {version}", bases, name)


def playbook_of(call: Call, running: Mapping[str, Playbook], store: Store) -> Playbook:
    """The playbook of a call, in the version that it was announced with.

    Raises:
        Malformed: there is none of that name.
    """
    current = running.get(call.playbook)
    if current is not None and call.playbook_version in ("", current.version):
        return current
    try:
        return stored_playbook(store, call.playbook, call.playbook_version)
    except Malformed as problem:
        if current is None:
            raise
        # Announced before versions were kept: the call is worth more than the exact cue.
        log.warning("a call runs on the present version", call=call.id, why=str(problem))
        return current
