"""Stand-ins for clouds: they keep the vendor's published contract and refuse what it refuses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

KEY = "sk-test"
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


@dataclass
class Cloud:
    """What the next answers are, and what was asked."""

    url: str = ""
    status: int = 200
    content: str | None = json.dumps(ANSWER)
    asked: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    made = Cloud()

    class Door(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.asked.append(body)
            status, answer = self.judge(body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def judge(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            def error(status: int, message: str) -> tuple[int, dict[str, Any]]:
                return status, {"error": {"message": message, "type": "invalid_request_error"}}

            if self.path != "/v1/chat/completions":
                return error(404, "no such path")
            if self.headers["Authorization"] != f"Bearer {KEY}":
                return error(401, "Incorrect API key provided")
            if made.status != 200:
                return error(made.status, "told to")
            form = body["response_format"]
            if form["type"] != "json_schema" or form["json_schema"]["strict"] is not True:
                return error(400, "not strict")
            if fault := fault_of(form["json_schema"]["schema"]):
                return error(400, f"Invalid schema for response_format: {fault}")
            message = {
                "role": "assistant",
                "content": made.content,
                "refusal": None if made.content else "No.",
            }
            choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
            return 200, {
                "id": "x", "object": "chat.completion", "created": 0, "model": body["model"], "choices": [choice],
            }  # fmt: skip

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    made.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()
