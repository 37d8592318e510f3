"""Logging: JSON lines on stderr, ours and the libraries' alike."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog


def log_to(stream: TextIO = sys.stderr, level: str = "INFO") -> None:
    """Send every log record to `stream`, one JSON object a line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    writer = logging.StreamHandler(stream)
    writer.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(level)
    # At INFO these say every statement, request and file; what matters of it we say ourselves.
    for name in ("alembic", "faster_whisper", "httpx2", "sqlalchemy.engine", "websockets", "uvicorn.access"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
