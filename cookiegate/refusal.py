"""Where a service hides under the site's own address: not given, the answer is nothing, and why; given, nothing that a
cache may go on giving when the consent is gone."""

from __future__ import annotations

from .exchange import Message, Receive, Scope, Send, write_refusal
from .gate import PASS, Allowance, Verdict, ask_each_time
from .requests import find_place

_MOST = 4096  # paths remembered
_LONGEST = 256  # characters of one worth remembering


class Places:
    """Which addresses of the site may be asked for. Remembers the paths where no service hides: nearly all."""

    def __init__(self) -> None:
        self._free: set[str] = set()

    def judge(self, scope: Scope, allowance: Allowance) -> Verdict:
        """The same as `allowance.judge_own_path` for path and query; allowances of one policy share the memory."""
        path: str = scope["path"]
        alone = not scope.get("query_string")
        if alone and path in self._free:
            return PASS
        verdict = allowance.judge_own_path(find_place(scope))
        # equal to it only where the path is nobody's, whatever was given
        if verdict == PASS and alone and len(path) <= _LONGEST:
            if len(self._free) >= _MOST:
                self._free.clear()
            self._free.add(path)
        return verdict


async def refuse_path(scope: Scope, receive: Receive, send: Send, verdict: Verdict) -> None:
    """403 and the reason; the site is not asked."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": write_refusal(verdict.service)})
    await send({"type": "http.response.body", "body": b""})


def keep_out_of_caches(send: Send) -> Send:
    """The way to the server for what a service that was given sends from the site's own address."""

    async def send_asked(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": ask_each_time([*message.get("headers", ())])}
        await send(message)

    return send_asked
