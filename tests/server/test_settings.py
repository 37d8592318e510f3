"""Settings: all problems at once, no secret shown, and a page that lists every one."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.errors import Misconfigured
from server.settings import Settings, load_settings

DOC = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment that says nothing."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"BEATLINE_{name.upper()}", raising=False)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_every_setting_is_described_on_the_page() -> None:
    page = DOC.read_text("utf-8")
    for name, field in Settings.model_fields.items():
        row = next((line for line in page.splitlines() if f"`BEATLINE_{name.upper()}`" in line), None)
        assert row is not None, f"docs/settings.md lacks BEATLINE_{name.upper()}"
        assert field.description
        assert field.description in row


def test_nothing_needs_to_be_set(bare: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.database_url == "sqlite:///beatline-data/beatline.db"
    assert settings.api_token is None


def test_all_problems_are_told_at_once_without_values(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("BEATLINE_PORT", "99999")
    bare.setenv("BEATLINE_API_TOKEN", "short-secret")
    bare.setenv("BEATLINE_PUBLIC_URL", "beatline.example")
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    said = str(caught.value)
    assert all(f"BEATLINE_{name}" in said for name in ("PORT", "API_TOKEN", "PUBLIC_URL"))
    assert "short-secret" not in said
    assert "\n" not in said


def test_secrets_do_not_show(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("OPENAI_API_KEY", "sk-very-secret")
    bare.setenv("BEATLINE_API_TOKEN", "a-token-of-some-length")
    settings = load_settings()
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-very-secret"
    assert "sk-very-secret" not in repr(settings)
    assert "a-token-of-some-length" not in repr(settings)


def test_a_folder_below_has_its_own_database(bare: pytest.MonkeyPatch) -> None:
    settings = load_settings().below("demo")
    assert settings.database_url == "sqlite:///beatline-data/demo/beatline.db"
