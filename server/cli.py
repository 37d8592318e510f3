"""The commands. Exit codes: 0 done, 1 the work failed, 2 bad usage or input (one line on stderr says what to do)."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anyio
import click
from rich.console import Console

from server.announce import announce, origin_of
from server.errors import BeatlineError, Malformed, Misconfigured, Refused

WIDE = 122
"""Columns that the tables of a score need; a narrower terminal wraps their lines."""

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


def main() -> None:
    """Run a command; the top, where anything unforeseen becomes a report instead of a crash."""
    # NumPy's BLAS keeps a second core spinning between our small products and gains nothing (measured on a replay:
    # twice the processor time in the same wall time). It reads this when it is first imported, which is later.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        sys.exit(cli(standalone_mode=False))
    except click.ClickException as problem:
        problem.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as problem:
        sys.exit(_told(problem))


def _told(problem: Exception) -> int:
    """Say what went wrong: one line for our own errors, a report for a bug; give the exit code."""
    while isinstance(problem, ExceptionGroup) and len(problem.exceptions) == 1:
        problem = problem.exceptions[0]  # task groups wrap what their tasks raise
    if isinstance(problem, BeatlineError):
        click.echo(f"beatline: {problem}", err=True)
        return 2 if isinstance(problem, Malformed | Misconfigured | Refused) else 1
    traceback.print_exception(problem)
    click.echo("beatline: this is a bug; please report it with the lines above", err=True)
    return 1


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="beatline", prog_name="beatline")
def cli() -> None:
    """Beatline: live help for people who sell by phone."""


@cli.command()
@click.option("--sample", type=click.Choice(["good", "bad", "voicemail"]), default="good", show_default=True)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8717, show_default=True, help="0 takes a free one."
)
@click.option(
    "--browser/--no-browser", default=None, help="Open the desk; by default where there is a screen."
)
@click.option("--stay/--exit", default=None, help="Keep serving afterwards; by default in a terminal.")
def demo(sample: str, port: int, browser: bool | None, stay: bool | None) -> None:
    """Play a sample call through a whole server and watch it being helped."""
    from server.demo import run_demo

    anyio.run(run_demo, sample, port, browser, stay)


@cli.command()
@click.option("--host", help="Address to listen on [default: BEATLINE_HOST, 127.0.0.1].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port [default: BEATLINE_PORT, 8717].")
def serve(host: str | None, port: int | None) -> None:
    """Serve the desk, the API and the media websocket."""
    from server.serve import run_server

    run_server(host, port)


@cli.command()
def migrate() -> None:
    """Bring the database to this version's shape."""
    from server.outside.store import Store
    from server.settings import load_settings

    settings = load_settings()
    settings.make_data_dir()
    store = Store(settings.database_url)
    store.migrate()
    store.close()
    click.echo("The database is up to date.")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to", "url", default="ws://127.0.0.1:8717/media/twilio", show_default=True, help="Media websocket."
)
@click.option("--carrier", type=click.Choice(["twilio"]), default="twilio", show_default=True)
@click.option(
    "--playbook", help="Playbook of the call [default: what the file's scripted twin says, post-demo]."
)
@click.option("--contact", help="Whom the rep calls [default: what the twin says].")
@click.option("--fast", is_flag=True, help="As fast as the line takes it, not in real time.")
@click.option(
    "--call", "call_id", help="Use a call announced before; its token comes in BEATLINE_STREAM_TOKEN."
)
@click.option("--loss", type=click.FloatRange(0, 1), default=0.0, help="Share of frames that never come.")
@click.option(
    "--reorder", type=click.FloatRange(0, 1), default=0.0, help="Share that comes after the next one."
)
@click.option("--duplicate", type=click.FloatRange(0, 1), default=0.0, help="Share that comes twice.")
@click.option("--late", type=click.FloatRange(0, 1), default=0.0, help="Share that comes half a second late.")
@click.option("--gap", type=float, nargs=2, help="Send nothing between these two media seconds.")
@click.option("--cut-after", type=float, help="Break the socket here, without a stop.")
@click.option("--seed", type=int, default=0, help="Another bad line.")
def simulate(file: Path, **options: object) -> None:
    """Play a two-channel recording into a server, as the carrier would.

    BEATLINE_API_TOKEN must be the server's.
    """
    report = anyio.run(_simulate, file, options)
    click.echo(report)


async def _simulate(file: Path, options: dict[str, object]) -> str:
    from media.wav import read_call
    from server.files import twin_header
    from server.simulate import Impairments
    from server.simulate import simulate as play

    try:
        read_call(file)  # before a call is announced for it
    except ValueError as problem:
        raise Malformed(str(problem)) from problem
    url, call_id = str(options["url"]), options["call_id"]
    header = {k: v for k, v in twin_header(file).items() if k not in ("id", "date", "level", "rep")}
    header["playbook"] = str(options["playbook"] or header.get("playbook", "post-demo"))
    if options["contact"]:
        header["contact"] = str(options["contact"])
    shares = {name: options[name] for name in ("seed", "loss", "duplicate", "reorder", "late")}
    impair = Impairments(**shares, gap=options["gap"], cut_after=options["cut_after"])  # type: ignore[arg-type]
    if call_id:
        parameters = {"call_id": str(call_id), "token": os.environ.get("BEATLINE_STREAM_TOKEN", "")}
    else:
        announced = await announce(origin_of(url), os.environ.get("BEATLINE_API_TOKEN", ""), header)
        parameters, call_id = announced.parameters, announced.id
    report = await play(file, url, parameters=parameters, realtime=not options["fast"], impair=impair)
    worst = f"at worst {report.worst_lag * 1000:.0f} ms late"
    return f"call {call_id}: {report.seconds:.1f} s played, {report.sent} frames sent, {worst}"


@cli.command()
@FILES
@click.option("--playbook", help="Play through another playbook: a name, or a file.")
@click.option("--json", "as_json", is_flag=True, help="Print the envelopes, one a line.")
@click.option("--realtime", is_flag=True, help="As fast as it was spoken.")
def replay(files: tuple[Path, ...], playbook: str | None, as_json: bool, realtime: bool) -> None:
    """Play recordings or scripted calls (.jsonl) through the rules and print what the rep would have seen."""
    from server.files import Player

    player = Player(playbook)
    console = Console(highlight=False, soft_wrap=True)
    _each(files, lambda file: player.replay(file, console, as_json=as_json, realtime=realtime))


@cli.command()
@FILES
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an utterance, words with times.")
def transcribe(files: tuple[Path, ...], as_json: bool) -> None:
    """Write down two-channel recordings."""
    from server.files import Player

    player = Player(None)
    console = Console(highlight=False, soft_wrap=True)
    _each(files, lambda file: player.transcribe(file, console, as_json=as_json))


@cli.command()
@click.argument("playbook")
@click.option(
    "--calls",
    multiple=True,
    required=True,
    help="A folder of calls, one call, or `stored` for those of the store; may be given again.",
)
@click.option("--against", help="Compare with this playbook or version [default: each call's own].")
@click.option(
    "--of", default="", help="Of the stored calls, only those that ran on the playbook of this name."
)
@click.option("--html", "html_to", type=click.Path(path_type=Path), help="Write a page of it here.")
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Calls played at a time [default: as many as are worth their start].",
)
def backtest(playbook: str, html_to: Path | None, as_json: bool, workers: int | None, **options: Any) -> None:
    """Show what another playbook would have changed in calls that were (docs/backtest.md).

    PLAYBOOK is a name, a file or the beginning of a version.
    """
    from server.backtest import run_backtest
    from server.backtest_report import as_html, show, to_json

    progress = Console(stderr=True)
    report = run_backtest(playbook, console=progress, workers=workers, **options)
    if as_json:
        print(json.dumps(to_json(report), ensure_ascii=False, indent=2))
    else:
        show(Console(highlight=False, soft_wrap=True), report)
    for broken in report.broken:
        click.echo(f"beatline: {broken}", err=True)
    if html_to:
        try:
            html_to.write_text(as_html(report), "utf-8")
        except OSError as problem:
            raise Malformed(f"{html_to} cannot be written: {problem.strerror}") from problem
    if report.broken:
        sys.exit(1)


@cli.command()
@click.argument("calls", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--playbook", help="Play all calls through one playbook [default: what each call names].")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@click.option("--misses", is_flag=True, help="List every miss and every false find, with the words there.")
def score(calls: tuple[Path, ...], playbook: str | None, as_json: bool, misses: bool) -> None:
    """Say how right cues, beats and summaries are on labelled calls (docs/score.md).

    CALLS are scripted calls (.call.jsonl), heard calls (.heard.jsonl), recordings with a scripted twin beside them,
    or folders of them.
    """
    from server.score import OTHERWISE, run_score

    console = Console(highlight=False, soft_wrap=True)
    console.width = max(WIDE, console.width)
    scored = run_score(calls, console, playbook=playbook, as_json=as_json, misses=misses)
    for name in scored.missing:
        click.echo(f"There is no playbook {name!r}: its calls were played with {OTHERWISE}.", err=True)
    for line in scored.refused:
        click.echo(f"beatline: {line}", err=True)
    if scored.refused:
        sys.exit(2)


def _each(files: Iterable[Path], work: object) -> None:
    """Do every file; those that cannot be used get a line each, and the exit code says so."""
    bad = False
    for file in files:
        try:
            work(file)  # type: ignore[operator]
        except (ValueError, Malformed) as problem:
            click.echo(f"beatline: {problem}", err=True)
            bad = True
    if bad:
        sys.exit(2)


@cli.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", default="", help="Name on pages and calls.")
@click.option("--role", type=click.Choice(["rep", "manager", "admin"]), default="rep", show_default=True)
@click.password_option(help="Asked for when left out.")
def user_add(email: str, name: str, role: str, password: str) -> None:
    """Add somebody."""
    from server.people import add_person

    add_person(email, name, role, password)
    click.echo(f"{email} can sign in as {role}.")


@cli.group()
def model() -> None:
    """Speech models."""


@model.command("list")
def model_list() -> None:
    """List the models at hand and those that can be fetched."""
    from server.speech import list_models

    list_models(Console(highlight=False))


@model.command("fetch")
@click.argument("name")
def model_fetch(name: str) -> None:
    """Download a model (any faster-whisper name) once; a broken download goes on where it stopped."""
    from server.speech import fetch_model

    fetch_model(name, Console(stderr=True, highlight=False))


@model.command("check")
@click.argument("name", default="")
@click.option(
    "--speech",
    type=click.Path(path_type=Path),
    help="Your own labelled recording (two channels), or a folder of such [default: the shipped speech].",
)
@click.option(
    "--words",
    type=click.Path(path_type=Path),
    help="Its words, as JSON lines [default: NAME.words.jsonl beside it].",
)
@click.option("--quick", is_flag=True, help="A rough look: fewer lengths, 150 words; stores nothing.")
@click.option("--json", "json_to", type=click.Path(path_type=Path), help="Write every figure here.")
@click.option("--png", "png_to", type=click.Path(path_type=Path), help="Draw the curve here.")
@click.option("--dry-run", is_flag=True, help="Measure and show, store nothing.")
def model_check(name: str, speech: Path | None, words: Path | None, **options: Any) -> None:
    """Measure which windows a speech model bears, and store it beside the model, where the engine looks.

    Hears labelled phrases filled up to 1 to 30 s in each way, and keeps the shortest filling that is as good as the
    best; then speech cut to windows of 1 to 30 s, and keeps the longest that loses no words.
    NAME is shipped, a folder or a faster-whisper name [default: BEATLINE_SPEECH_MODEL].
    The format of labelled speech: docs/model-check.md.
    """
    from server.app import wall_clock
    from server.speech import check_model, labelled

    check_model(name, labelled(speech, words), Console(highlight=False), today=wall_clock().date(), **options)
