"""The staff dashboard: an ASGI application of its own, at a port of its own, on loopback by default."""

from __future__ import annotations

from .app import Dashboard
from .office import Office

__all__ = ["Dashboard", "Office"]
