"""The demo: a whole server, a carrier's stand-in in a process of its own, and the call in this terminal."""

from __future__ import annotations

import json
import os
import secrets
import sys
import webbrowser
from collections.abc import AsyncIterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx2
import uvicorn
from pydantic import SecretStr
from rich.console import Console
from rich.live import Live as Screen
from rich.panel import Panel

from server.announce import Announced, announce
from server.app import House, open_house, wall_clock
from server.errors import Rejected
from server.files import samples_folder, twin_header
from server.logs import log_to
from server.serve import config_of, port_at
from server.settings import load_settings
from server.show import Desk, line_of
from server.web.auth import first_admin

HOST = "127.0.0.1"

AFTERWARDS = 20.0
"""Seconds to wait for the summary and the CRM entry once the call has ended."""

A_LOOK = 3.0
"""Seconds for a browser to show the desk before the call begins."""


async def run_demo(sample: str, port: int, browser: bool | None, stay: bool | None) -> None:
    """Serve, play one sample call in real time, show it, and say where everything was put.

    Raises:
        Misconfigured: something is missing; the message says what to set.
        Rejected: the call did not go through to its end.
    """
    console = Console(highlight=False)
    file = samples_folder() / f"{sample}.flac"
    port = port_at(HOST, port)
    settings = load_settings().below("demo", api_token=SecretStr(secrets.token_urlsafe()))
    settings.make_data_dir()
    with (settings.data_dir / "server.log").open("a", encoding="utf-8") as log:
        log_to(log, settings.log_level)
        with console.status("Starting: database, speech model …"):
            house = await anyio.to_thread.run_sync(open_house, settings, console.print)
        password = first_admin(house.store, wall_clock())
        server = uvicorn.Server(config_of(house, HOST, port))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve)
            while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
                await anyio.sleep(0.02)
            reason = await _play(console, house, f"http://{HOST}:{port}", file, password, browser)
            interrupted = server.should_exit
            if stay if stay is not None else sys.stdout.isatty():
                console.print("Serving until you press Ctrl-C.")
            else:
                server.should_exit = True
    if reason != "hangup" and not interrupted:
        raise Rejected(f"the call ended by “{reason}”, not by a hang-up: {log.name} says why")


async def _play(
    console: Console, house: House, origin: str, file: Path, password: str | None, browser: bool | None
) -> str:
    """Play the call and show it; say why it ended."""
    admin = house.store.users()[0]
    link = f"{origin}/login/once/{house.tickets.issue(admin.id, wall_clock())}"
    console.print(Panel.fit(
        f"Desk: [link={link}]{link}[/link]\n(this link signs you in once)"
        + (f"\nLater: {origin}/desk as {admin.email}, password {password}" if password else ""),
        title="Beatline demo",
    ))  # fmt: skip
    if browser if browser is not None else bool(os.environ.get("DISPLAY")) or sys.platform == "darwin":
        await anyio.to_thread.run_sync(webbrowser.open, link)
        await anyio.sleep(A_LOOK)
    token = house.settings.api_token
    assert token
    header = {k: v for k, v in twin_header(file).items() if k not in ("id", "date", "level")}
    call = await announce(origin, token.get_secret_value(), header)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_carrier, call, origin, file)
        desk = await _watch(console, origin, token.get_secret_value(), call)
    console.print(_where(house, origin, call, desk.summary))
    return desk.reason


async def _carrier(call: Announced, origin: str, file: Path) -> None:
    """Run the carrier's stand-in in a process of its own, as carriers do."""
    url = f"{origin.replace('http', 'ws', 1)}/media/twilio"
    command = [sys.executable, "-m", "server", "simulate", str(file), "--to", url, "--call", call.id]
    env = {**os.environ, "BEATLINE_STREAM_TOKEN": call.parameters["token"]}
    # A session of its own: Ctrl-C is for us, and the server then hangs up on it.
    done = await anyio.run_process(command, env=env, check=False, start_new_session=True)
    if done.returncode:
        raise Rejected(f"the carrier's stand-in failed: {done.stderr.decode(errors='replace').strip()}")


async def _watch(console: Console, origin: str, token: str, call: Announced) -> Desk:
    """Show the call as its events come; return the desk as it was at the end."""
    desk = Desk()
    moving = (
        Screen(desk, console=console, transient=True, refresh_per_second=8)
        if console.is_terminal
        else nullcontext()
    )
    with moving, anyio.CancelScope() as patience:
        async for event in follow(origin, token, call.id):
            desk.take(event)
            if line := line_of(event):
                console.print(line)
            if event["type"] == "call_ended":
                patience.deadline = anyio.current_time() + AFTERWARDS
            if event["type"] == "synced":
                break
    return desk


async def follow(origin: str, token: str, call_id: str) -> AsyncIterator[dict[str, Any]]:
    """Follow a call's server-sent events, as the desk does."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(base_url=origin, headers=headers, timeout=None, trust_env=False) as client,
        client.stream("GET", f"/live/{call_id}/events") as answer,
    ):
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def _where(house: House, origin: str, call: Announced, summary: Mapping[str, Any]) -> Panel:
    step = summary.get("next_step") or {}
    words = " ".join(str(step[name]) for name in ("kind", "date", "time") if step.get(name)) or "none"
    lines = [
        f"Outcome:    {summary.get('outcome', 'unknown')}",
        f"Next step:  {words}",
        f"Record:     {origin}/calls/{call.id}",
        f"Recording:  {house.recordings / f'{call.id}.wav'}",
        f"CRM entry:  {house.settings.data_dir / 'crm.jsonl'}",
        f"Server log: {house.settings.data_dir / 'server.log'}",
    ]
    return Panel.fit("\n".join(lines), title="After the call")
