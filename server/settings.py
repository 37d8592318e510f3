"""Settings: environment variables `BEATLINE_*`, or a `.env` file. `docs/settings.md` lists them all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.errors import Misconfigured

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Settings(BaseSettings):
    """Everything that can be set. Secrets do not show in `repr`."""

    model_config = SettingsConfigDict(
        env_prefix="BEATLINE_", env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True
    )

    data_dir: Path = Field(
        Path("beatline-data"), description="Folder of the database, recordings, models and the CRM log."
    )
    database_url: str = Field(
        "",
        description="SQLAlchemy URL, `sqlite:///FILE` or `postgresql+psycopg://…`. Empty: SQLite in the data folder.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8717, description="Port to listen on.")
    public_url: str = Field("", description="Address under which the world reaches this server, `https://…`.")
    api_token: SecretStr | None = Field(
        None, description="A first API token, for machines. At least 16 characters."
    )
    log_level: Level = Field("INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`.")
    playbooks: Path | None = Field(None, description="Folder of playbooks. Unset: those that ship.")
    speech_model: str = Field(
        "shipped",
        description="`shipped`, a folder, or a faster-whisper name such as `base.en` (downloaded once).",
    )
    speech_device: Literal["auto", "cpu", "cuda"] = Field(
        "auto",
        description="Where speech is written down: `cpu`, `cuda`, or `auto` for a GPU where there is one.",
    )
    speech_workers: Annotated[int, Field(ge=1, le=64)] = Field(
        2,
        description="Batches of speech worked on at a time, each on one core; a GPU works on one after the other.",
    )
    twilio_auth_token: SecretStr | None = Field(
        None, description="Twilio's auth token: signatures are then checked."
    )
    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("BEATLINE_OPENAI_API_KEY", "OPENAI_API_KEY", "openai_api_key"),
        description="Key of an OpenAI-compatible server: it writes summaries and suggestions. Also `OPENAI_API_KEY`.",
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias=AliasChoices("BEATLINE_OPENAI_BASE_URL", "OPENAI_BASE_URL", "openai_base_url"),
        description="Address of that server, if it is not OpenAI's. Also `OPENAI_BASE_URL`.",
    )
    llm_model: str = Field("gpt-5-mini", description="Name of the language model there.")
    suggestions: bool = Field(
        True,
        description="With a key: suggestions during the call. The last turns then go to that server as they are said.",
    )
    suggest_model: str = Field(
        "", description="Name of a faster model for them: it has less than 2 s. Empty: `BEATLINE_LLM_MODEL`."
    )
    suggest_effort: str = Field(
        "minimal",
        description="How much a model that reasons may do so (`reasoning_effort`). Left out where it is not taken.",
    )
    suggest_requests: Annotated[int, Field(ge=0)] = Field(
        30, description="Most suggestions that are asked for in one call."
    )
    suggest_tokens_in: Annotated[int, Field(ge=0)] = Field(
        60_000, description="Tokens sent in one call after which no more suggestions are asked for."
    )
    suggest_tokens_out: Annotated[int, Field(ge=0)] = Field(
        8_000, description="The same for tokens that came back."
    )
    suggest_price_in: Annotated[float, Field(ge=0)] = Field(
        0.0, description="Price of a million tokens sent, in your currency. 0: unknown."
    )
    suggest_price_out: Annotated[float, Field(ge=0)] = Field(
        0.0, description="Price of a million tokens that come back. 0: unknown."
    )
    suggest_cost: Annotated[float, Field(ge=0)] = Field(
        0.0,
        description="Cost, by these prices, after which a call asks for no more suggestions. 0: no limit.",
    )
    suggest_failures: Annotated[int, Field(ge=1)] = Field(
        3, description="Failed or slow answers in a row after which no call asks for suggestions for a while."
    )
    suggest_rest: Annotated[float, Field(ge=0)] = Field(60.0, description="Length of that while in seconds.")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("api_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("needs 16 characters or more: make one with `openssl rand -hex 24`")
        return value

    def model_post_init(self, context: object) -> None:
        """Put the database into the data folder when no other is named."""
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir / 'beatline.db'}")

    def make_data_dir(self) -> None:
        """Make the data folder if it is not there.

        Raises:
            Misconfigured: it cannot be made or is not ours to write.
        """
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            writable = os.access(self.data_dir, os.W_OK | os.X_OK)
        except OSError:
            writable = False
        if not writable:
            raise Misconfigured(
                f"{self.data_dir} cannot be made or written: set BEATLINE_DATA_DIR to another folder"
            )

    def below(self, folder: str, **changed: object) -> Self:
        """The same settings over a data folder of its own, with its own database."""
        data = self.data_dir / folder
        changes = {"data_dir": data, "database_url": f"sqlite:///{data / 'beatline.db'}", **changed}
        return self.model_copy(update=changes)


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        Misconfigured: some are wrong; the message names all of them, without their values.
    """
    try:
        return Settings()
    except ValidationError as problem:
        said = [
            f"{_variable(str(item['loc'][0]))} {item['msg'].removeprefix('Value error, ')}"
            for item in problem.errors()
        ]
        raise Misconfigured("; ".join(said)) from None


def _variable(name: str) -> str:
    return name if name.isupper() else f"BEATLINE_{name.upper()}"
