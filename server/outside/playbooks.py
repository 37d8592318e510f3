"""Playbooks from their folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from server.call.playbook import Playbook, parse_playbook
from server.errors import Misconfigured


def prompts() -> Path:
    """The shipped prompts: beside the packages in a checkout, inside `server` in an installed wheel."""
    server = Path(__file__).parents[1]
    inside = server / "prompts"
    return inside if inside.is_dir() else server.parent / "prompts"


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.yaml"))


def load_playbooks(folder: Path | None = None) -> dict[str, Playbook]:
    """Read every playbook of a folder (the shipped one when none is given), by name.

    Raises:
        Misconfigured: there is none.
        Malformed: one is wrong; the message names file, line and field.
    """
    folder = folder or prompts() / "playbooks"
    found = {file.stem: parse_playbook(file.read_text("utf-8"), str(file)) for file in _files(folder)}
    if not found:
        raise Misconfigured(
            f"no playbook (*.yaml) in {folder}: set BEATLINE_PLAYBOOKS to a folder that has one"
        )
    return {playbook.name: playbook for playbook in found.values()}
