"""cookiegate: nothing that needs a visitor's consent passes before it was given."""

from .consent import Consent
from .errors import CookiegateError, PolicyError
from .middleware import CookieGate, current
from .policy import Policy, load_policy

__version__ = "0.1.0"

__all__ = ["Consent", "CookieGate", "CookiegateError", "Policy", "PolicyError", "__version__", "current", "load_policy"]
