"""cookiegate: nothing that needs a visitor's consent passes before it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .consent import Consent
from .errors import CookiegateError, PolicyError
from .forwarding import report
from .middleware import CookieGate, current
from .policy import Policy, load_policy

if TYPE_CHECKING:
    from .gateway import Upstream

__version__ = "0.1.0"

__all__ = [
    "Consent",
    "CookieGate",
    "CookiegateError",
    "Policy",
    "PolicyError",
    "Upstream",
    "__version__",
    "current",
    "load_policy",
    "report",
]


def __getattr__(name: str) -> Any:
    """`Upstream` needs the packages of the gateway extra, which a drop-in gate does without."""
    if name != "Upstream":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from .gateway import Upstream
    except ImportError as error:
        message = f"Upstream needs more packages: pip install 'cookiegate[gateway]' ({error})"
        raise ImportError(message, name=error.name) from error
    return Upstream
