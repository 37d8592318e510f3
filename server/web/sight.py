"""What a caller may look at: the store asked in a thread, with the roles applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.outside.store import Store
from server.records import Call
from server.web.auth import Caller, require

P = ParamSpec("P")
R = TypeVar("R")


async def ask(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a short, blocking piece of work (a store method) in a thread."""
    return await anyio.to_thread.run_sync(lambda: function(*args, **kwargs))


def store_of(request: Request) -> Store:
    """The app's store."""
    store: Store = request.app.state.store
    return store


async def seen_call(request: Request) -> Call:
    """Find the call that the path names.

    Raises:
        HTTPException: 404; another rep's call is as unknown as one that never was.
    """
    caller = await require(request)
    call = await ask(store_of(request).call, request.path_params["id"])
    if call is None or not caller.sees(call):
        raise HTTPException(404, "There is no such call.")
    return call


async def current_call(request: Request, caller: Caller) -> Call | None:
    """Find the call to follow: the caller's own newest live one, for managers else anybody's."""
    live = await ask(store_of(request).live_calls)
    newest = sorted(live, key=lambda call: call.started_at or call.created_at, reverse=True)
    own = [call for call in newest if caller.answers_to(call.rep)]
    return next(iter(own or (newest if caller.may("manager") else [])), None)


async def desk_of(request: Request, caller: Caller, call: Call) -> bool:
    """Tell whether the caller's page is the desk of this call's rep.

    A rep who cannot sign in here (a demonstration, a call that a machine announced) has no desk of his own: whoever
    follows the call sits at it. A manager who looks over a rep's shoulder does not.
    """
    if caller.answers_to(call.rep):
        return True
    names = {
        name.casefold() for user in await ask(store_of(request).users) for name in (user.email, user.name)
    }
    return call.rep.casefold() not in names - {""}
