"""A website elsewhere as an ASGI application: `CookieGate(Upstream("http://127.0.0.1:8080"), policy=…)`.

The one door to aiohttp. Bytes pass both ways as they arrive, over HTTP and WebSocket; only what a gateway must change
is changed.
"""

from cookiegate.gateway.upstream import Upstream

__all__ = ["Upstream"]
