"""The text of a playbook: YAML becomes a tree, with the line of every field and everything that is wrong with it.

Plain YAML only: no anchors (a page of them unfolds into gigabytes), no tags, no key twice, no markup in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str, ...]

_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it, as its wheels are: the same grammar in a tenth of the time. What it
refuses is read again by PyYAML's own, whose faults name the line better."""

LARGEST = 64_000
"""Bytes; the longest that ships has a fifteenth of it."""

DEEPEST = 8
"""Levels of mappings and lists; a playbook has four."""

_MARKUP = re.compile(r"<\s*[A-Za-z/!?][^>]*>?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a playbook; one that is not `grave` may be saved all the same."""

    line: int
    """From 1."""
    field: str
    """Dotted; empty for the whole."""
    reason: str
    grave: bool = True

    def __str__(self) -> str:
        return f"line {self.line}, {self.field or 'playbook'}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Text:
    """What a text holds."""

    tree: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[Path, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def line(self, path: Path) -> int:
        """The line of a field, or of the nearest one around it."""
        return next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1)

    def fault(self, path: Path, reason: str, *, grave: bool = True) -> Fault:
        """Say that a field is wrong."""
        return Fault(self.line(path), ".".join(path), reason, grave)


def read(raw: str | bytes) -> Text:
    """Read a text; what cannot be read is told in `faults`, all of it where that is possible."""
    try:
        data = raw.encode() if isinstance(raw, str) else raw
        text = data.decode() if len(data) <= LARGEST else ""
    except UnicodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1 if isinstance(problem, UnicodeDecodeError) else 1
        return _refused(line, "this is not UTF-8: save the file as UTF-8")
    if len(data) > LARGEST:
        return _refused(1, f"{len(data):,} bytes are more than the {LARGEST:,} that a playbook may have")
    try:
        return _composed(text, _FAST)
    except (yaml.YAMLError, ValueError):
        return _explained(text)


def _explained(text: str) -> Text:
    """Read a text that has a fault, and say which."""
    try:
        return _composed(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        return _refused(mark.line + 1 if mark else 1, f"{problem.problem or problem.context}")
    except yaml.reader.ReaderError as problem:
        place = problem.position if isinstance(problem.position, int) else 0
        return _refused(
            text.count("\n", 0, place) + 1, f"the character {problem.character!r} may not stand here"
        )
    except ValueError as problem:  # a date such as 2026-13-45, a number that is none
        return _refused(1, f"a value cannot be read: {problem}")


def _composed(text: str, kind: Any) -> Text:
    if unsafe := tuple(_unsafe(text, kind)):
        return Text(faults=unsafe)
    loader = kind(text)
    node = loader.get_single_node()
    tree = loader.construct_document(node) if node else None
    if not isinstance(tree, dict) or node is None:
        return _refused(1, "a playbook is a mapping that begins with `name:`")
    lines, faults = dict[Path, int](), list[Fault]()
    _walk(node, (), lines, faults)
    return Text(tree, lines, tuple(faults))


def _refused(line: int, reason: str) -> Text:
    return Text(faults=(Fault(line, "", reason),))


def _unsafe(text: str, kind: Any) -> Iterator[Fault]:
    """What must not even be composed. The events come from a flat loop, however deep the text goes."""
    deep = 0
    for event in yaml.parse(text, Loader=kind):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield Fault(line, "", "anchors (&) and aliases (*) are not taken: write it out")
        elif tag := getattr(event, "tag", None):
            yield Fault(line, "", f"tags ({tag}) are not taken")
        if isinstance(event, yaml.CollectionStartEvent):
            deep += 1
            if deep > DEEPEST:
                yield Fault(line, "", f"nested deeper than {DEEPEST} levels")
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            deep -= 1


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int], faults: list[Fault]) -> None:
    """Note the line of every field; keys that come twice; texts with markup or control characters."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in seen:
                faults.append(
                    Fault(line, ".".join((*path, name)), f"stands twice; first in line {seen[name]}")
                )
            seen[name] = line
            lines[*path, name] = line
            _walk(value, (*path, name), lines, faults)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            _walk(value, (*path, str(place)), lines, faults)
    elif isinstance(node, yaml.ScalarNode):
        line = node.start_mark.line + 1
        if found := _MARKUP.search(node.value):
            faults.append(Fault(line, ".".join(path), f"markup is not taken: {found[0][:30]}"))
        if _CONTROL.search(node.value):
            faults.append(Fault(line, ".".join(path), "holds a control character"))
