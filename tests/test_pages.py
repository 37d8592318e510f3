"""The pages for people: their links lead somewhere, and the program that writes figures into one of them is right."""

from __future__ import annotations

import re
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "prompts").rglob("*.md"),
         *(ROOT / "tests" / "calls").rglob("*.md")]  # fmt: skip


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), link
        assert not anchor or there.suffix != ".md" or anchor in anchors(there), link


@pytest.fixture(scope="module")
def cue_quality() -> ModuleType:
    loader = SourceFileLoader("cue_quality", str(ROOT / "scripts" / "cue_quality"))
    spec = spec_from_loader("cue_quality", loader)
    assert spec
    module = module_from_spec(spec)
    sys.modules["cue_quality"] = module  # where dataclasses look for what an annotation means
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("value", "cell", "misses"),
    [(0.95, "0.950", False), (0.9, "0.900", False), (0.8996, "**0.900**", True), (None, "–", False)],
)
def test_what_misses_its_target_is_bold(
    cue_quality: ModuleType, value: float | None, cell: str, misses: bool
) -> None:
    target = cue_quality.Target("cue precision", "cue.all.precision.value", least=0.9)
    figures = {"cue": {"all": {"precision": {"value": value}}}}
    assert target.cell(figures, "held") == cell
    assert target.misses(figures, "held") is misses


def test_a_target_of_heard_calls_is_not_asked_of_written_ones(cue_quality: ModuleType) -> None:
    target = cue_quality.Target("time to cue", "cue.all.p95_s", most=1.2, only="heard")
    figures = {"cue": {"all": {"p95_s": 3.0}}}
    assert target.misses(figures, "heard/held")
    assert not target.misses(figures, "held")


def test_words_that_a_recogniser_got_wrong(
    cue_quality: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cue_quality, "CALLS", tmp_path)
    for name, errors in (("a", "1 of 4"), ("b", "2 of 8")):
        (tmp_path / f"{name}.heard.jsonl").write_text(f'{{"call": {{"word_errors": "{errors}"}}}}\n{{}}\n')
    assert cue_quality.word_errors(".") == "The recogniser got 3 of 12 words wrong (25 %)."


def test_the_page_has_the_figures_of_every_set(cue_quality: ModuleType) -> None:
    _, _, rest = cue_quality.PAGE.read_text("utf-8").partition(cue_quality.BEGIN)
    figures, end, _ = rest.partition(cue_quality.END)
    assert end
    assert re.findall(r"^### (.+)$", figures, re.MULTILINE) == [*cue_quality.SETS, "What it costs"]
    assert not re.search(r"\b(?:nan|inf|None)\b", figures)
