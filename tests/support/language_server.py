"""The real yaml-language-server over stdio, and what an editor asks of it."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE_S = 30


class LanguageServer:
    """One running server. Documents are given by text; positions count from 0, as the protocol does."""

    def __init__(self, command: list[str], root: Path) -> None:
        self._process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._diagnostics: queue.Queue[dict[str, Any]] = queue.Queue()
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        items = {"snippetSupport": True, "documentationFormat": ["markdown"]}
        editing = {"completion": {"completionItem": items}, "hover": {"contentFormat": ["markdown"]}}
        self._ask(
            "initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": {"textDocument": editing}}
        )
        self._tell("initialized", {})

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def open(self, folder: Path, text: str) -> tuple[str, list[dict[str, Any]]]:
        """Open a new document that would lie in `folder`: its address, and its red lines once they are there."""
        self._number += 1
        uri = (folder / f"lesson-{self._number}.yaml").as_uri()
        self._tell(
            "textDocument/didOpen", {"textDocument": {"uri": uri, "version": 1, "languageId": "yaml", "text": text}}
        )
        while True:
            told = self._diagnostics.get(timeout=PATIENCE_S)
            if told["uri"] == uri:
                found: list[dict[str, Any]] = told["diagnostics"]
                return uri, found

    def complete(self, uri: str, line: int, character: int) -> list[dict[str, Any]]:
        found = self._ask("textDocument/completion", self._at(uri, line, character))
        items: list[dict[str, Any]] = found["items"] if isinstance(found, dict) else found
        return items

    def hover(self, uri: str, line: int, character: int) -> str:
        found = self._ask("textDocument/hover", self._at(uri, line, character))
        return str(found["contents"]["value"]) if found else ""

    def _at(self, uri: str, line: int, character: int) -> dict[str, Any]:
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}

    # --- the protocol ---

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            answer = self._answers.get(timeout=PATIENCE_S)
            if answer["id"] == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                header = stream.readline()
            message = json.loads(stream.read(length))
            if "method" not in message:
                self._answers.put(message)
            elif message["method"] == "textDocument/publishDiagnostics":
                self._diagnostics.put(message["params"])
            elif "id" in message:  # it asks for settings or registers what it can do: nothing special here
                wanted = message.get("params") or {}
                settings: list[dict[str, Any]] = [{} for _ in wanted.get("items", ())]
                self._send({"id": message["id"], "result": settings or None})


@contextmanager
def running(command: str, root: Path) -> Iterator[LanguageServer]:
    server = LanguageServer([command, "--stdio"], root)
    try:
        yield server
    finally:
        server.close()
