"""Playbooks from their folder."""

from __future__ import annotations

from pathlib import Path

from server.call.playbook import Playbook, parse_playbook
from server.errors import Misconfigured


def prompts() -> Path:
    """The shipped prompts: beside the packages in a checkout, inside `server` in an installed wheel."""
    server = Path(__file__).parents[1]
    inside = server / "prompts"
    return inside if inside.is_dir() else server.parent / "prompts"


def playbook_texts(folder: Path | None = None) -> dict[str, tuple[Path, bytes]]:
    """Every playbook's file and bytes in a folder (the shipped one when none is given), by name.

    Raises:
        Misconfigured: there is none.
    """
    folder = folder or prompts() / "playbooks"
    found = {file.stem: (file, file.read_bytes()) for file in sorted(folder.glob("*.yaml"))}
    if not found:
        raise Misconfigured(
            f"no playbook (*.yaml) in {folder}: set BEATLINE_PLAYBOOKS to a folder that has one"
        )
    return found


def load_playbooks(folder: Path | None = None) -> dict[str, Playbook]:
    """Read every playbook of a folder (the shipped one when none is given), by name.

    Raises:
        Misconfigured: there is none.
        Malformed: one is wrong; the message names file, line and field.
    """
    found = playbook_texts(folder)
    texts = {name: raw.decode("utf-8", "replace") for name, (_, raw) in found.items()}
    return {name: parse_playbook(raw, str(file), texts, name) for name, (file, raw) in found.items()}
