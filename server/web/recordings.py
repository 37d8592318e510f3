"""A call's recording, for those who may see the call; players seek in it by HTTP Range."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.web.sight import ask, seen_call

FOLDER = "recordings"


def below(folder: Path, name: str) -> Path | None:
    """Find a file below a folder; a name that leads out of it finds nothing."""
    root = folder.resolve()
    file = (root / name).resolve()
    return file if name and file.is_relative_to(root) and file.is_file() else None


async def recording(request: Request) -> Response:
    """Send the recording, or the part of it that `Range` asks for (starlette answers 206 and 416)."""
    call = await seen_call(request)
    folder = Path(request.app.state.settings.data_dir) / FOLDER
    file = await ask(below, folder, call.recording)
    if file is None:
        raise HTTPException(404, "This call has no recording.")
    name = f"{call.id}{file.suffix}"
    # A private answer: no shared cache keeps it, and the browser asks again after signing out.
    headers = {"Cache-Control": "private, no-cache"}
    return FileResponse(file, filename=name, content_disposition_type="inline", headers=headers)
