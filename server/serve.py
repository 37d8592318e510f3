"""Serving: uvicorn around the app."""

from __future__ import annotations

import socket
import sys

import click
import uvicorn

from server.app import House, app_of, open_house, wall_clock
from server.errors import Misconfigured
from server.logs import log_to
from server.settings import load_settings
from server.web.auth import first_admin

LONGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes of a websocket message that are read at all; what is too large for a carrier is counted, not obeyed."""

PARTING = 3
"""Seconds that open connections get when the server stops; pages come back by themselves."""


def config_of(house: House, host: str, port: int) -> uvicorn.Config:
    """Configure uvicorn for an open house."""
    return uvicorn.Config(
        app_of(house),
        host=host,
        port=port,
        ws="websockets-sansio",
        ws_max_size=LONGEST_MESSAGE,
        ws_per_message_deflate=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=PARTING,
    )


def port_at(host: str, port: int) -> int:
    """The port asked for, or a free one for 0.

    Raises:
        Misconfigured: it cannot be listened on; the message says why.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise Misconfigured(
                f"{host} port {port} cannot be listened on ({problem.strerror}): choose another with --port"
            ) from problem
        return int(probe.getsockname()[1])


def run_server(host: str | None, port: int | None) -> None:
    """Open everything, say where the desk is, serve until told to stop.

    Raises:
        Misconfigured, Unreachable: something is missing; the message says what to set.
    """
    settings = load_settings()
    log_to(sys.stderr, settings.log_level)
    host, port = (
        host or settings.host,
        port_at(host or settings.host, settings.port if port is None else port),
    )
    house = open_house(settings, lambda words: click.echo(words, err=True))
    password = first_admin(house.store, wall_clock())
    click.echo(f"Desk: {settings.public_url or f'http://{host}:{port}'}/desk", err=True)
    if password:
        click.echo(f"First sign-in: admin@localhost, password {password} (shown only now)", err=True)
    uvicorn.Server(config_of(house, host, port)).run()
