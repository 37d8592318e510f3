"""Stand-ins for clouds: they keep the vendor's published contract and refuse what it refuses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

KEY = "sk-test"
PARAMETERS = {
    "model", "messages", "response_format", "max_completion_tokens", "max_tokens", "reasoning_effort", "temperature",
}  # fmt: skip
"""Those of a chat completion that somebody here may use; any other is unknown to the server."""
ANSWER = {"sentences": [{"text": "They meet on Thursday.", "cites": [1, 2]}]}
TAKEN = {
    "$defs",
    "$ref",
    "additionalProperties",
    "items",
    "properties",
    "required",
    "title",
    "type",
    "description",
}
"""Keywords of a schema that every strict server takes; OpenAI's own refuses lengths of strings."""


def fault_of(schema: Any, top: bool = True) -> str:
    """Say what in a JSON schema strict mode refuses; nothing when it is taken."""
    if unknown := set(schema) - TAKEN:
        return f"{sorted(unknown)} is not permitted"
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return "additionalProperties must be false"
        if set(schema.get("required", [])) != set(schema["properties"]):
            return "every property must be required"
    elif top:
        return "the root must be an object"
    parts = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    parts += [schema["items"]] if "items" in schema else []
    return next((found for part in parts if (found := fault_of(part, top=False))), "")


def breach(body: dict[str, Any], unknown: set[str]) -> str:
    """Say what in a question breaks the published contract of chat completions; nothing when it is kept."""
    if strange := set(body) - (PARAMETERS - unknown):
        return f"Unrecognized request argument supplied: {sorted(strange)}"
    if not isinstance(body.get("model"), str) or not body["model"]:
        return "you must provide a model parameter"
    messages = body.get("messages")
    if not messages or any(
        set(one) != {"role", "content"}
        or one["role"] not in ("system", "user")
        or not isinstance(one["content"], str)
        for one in messages
    ):
        return "messages are objects with a role and content"
    if body.get("reasoning_effort", "low") not in ("none", "minimal", "low", "medium", "high"):
        return "Invalid value: reasoning_effort"
    form = body["response_format"]
    if form["type"] in unknown:
        return f"Invalid parameter: response_format of type {form['type']} is not supported with this model"
    if form["type"] == "json_object":
        said = " ".join(one["content"] for one in messages).lower()
        return "" if "json" in said else "messages must contain the word 'json'"
    if form["type"] != "json_schema" or form["json_schema"]["strict"] is not True:
        return "not strict"
    fault = fault_of(form["json_schema"]["schema"])
    return f"Invalid schema for response_format: {fault}" if fault else ""


@dataclass
class Cloud:
    """What the next answers are, and what was asked."""

    url: str = ""
    status: int = 200
    content: str | None = json.dumps(ANSWER)
    asked: list[dict[str, Any]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    """Parameters and kinds of response format that this server does not take."""
    usage: tuple[int, int] | None = None
    """Tokens in and out, as told with an answer."""
    raw: bytes | None = None
    """Bytes to send in place of a chat completion."""
    busy: threading.Event = field(default_factory=threading.Event)
    """Cleared while the server takes questions and answers none."""
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released with every question."""

    def __post_init__(self) -> None:
        self.busy.set()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    made = Cloud()

    class Door(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.asked.append(body)
            made.arrived.release()
            made.busy.wait()
            status, answer = self.judge(body)
            data = made.raw if made.raw is not None and status == 200 else json.dumps(answer).encode()
            with suppress(ConnectionError):  # whoever asked may have gone
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def judge(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            def error(status: int, message: str) -> tuple[int, dict[str, Any]]:
                kind = "invalid_request_error" if status < 500 else "server_error"
                return status, {"error": {"message": message, "type": kind, "param": None, "code": None}}

            if self.path != "/v1/chat/completions":
                return error(404, "no such path")
            if self.headers["Authorization"] != f"Bearer {KEY}":
                return error(401, "Incorrect API key provided")
            if made.status != 200:
                return error(made.status, "told to")
            if fault := breach(body, made.unknown):
                return error(400, fault)
            message = {
                "role": "assistant",
                "content": made.content,
                "refusal": None if made.content else "No.",
            }
            choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
            answer: dict[str, Any] = {
                "id": "x", "object": "chat.completion", "created": 0, "model": body["model"], "choices": [choice],
            }  # fmt: skip
            if made.usage:
                sent, came = made.usage
                answer["usage"] = {
                    "prompt_tokens": sent, "completion_tokens": came, "total_tokens": sent + came,
                }  # fmt: skip
            return 200, answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    made.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.busy.set()
    server.shutdown()
    server.server_close()
    thread.join()
