"""What services are told by this site's own server, so that no script of theirs runs: events, targets, and sending."""

from __future__ import annotations

from .forwarder import Forwarder, Place
from .occasion import Occasion, begin, end, report

__all__ = ["Forwarder", "Occasion", "Place", "begin", "end", "report"]
