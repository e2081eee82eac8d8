"""Which rules apply on this site: the policy file, the catalogue of known services, and matching against both."""

from .catalogue import load_catalogue
from .forwarding import GOOGLE, MATOMO
from .hooks import ADVANCED, HOOKS, TAG_MANAGERS, Hook, list_consents, list_hooks
from .load import EEA, STANDARD_PURPOSES, compile_policy, find_doubts, load_policy
from .match import HostRules, shared_domain, split_url
from .model import (
    LANGUAGES,
    NECESSARY,
    OBJECTION_DAYS,
    Acknowledgement,
    Assessment,
    BannerRules,
    Colours,
    ConsentRules,
    Controller,
    Cookie,
    Forwarding,
    GateRules,
    Lifetime,
    Link,
    Necessary,
    Policy,
    Purpose,
    Service,
    SignalRules,
    Site,
    VisitRules,
)
from .names import compile_names
from .question import describe_question, digest_controller, digest_service
from .wording import load_words

__all__ = [
    "ADVANCED",
    "EEA",
    "GOOGLE",
    "HOOKS",
    "LANGUAGES",
    "MATOMO",
    "NECESSARY",
    "OBJECTION_DAYS",
    "STANDARD_PURPOSES",
    "TAG_MANAGERS",
    "Acknowledgement",
    "Assessment",
    "BannerRules",
    "Colours",
    "ConsentRules",
    "Controller",
    "Cookie",
    "Forwarding",
    "GateRules",
    "Hook",
    "HostRules",
    "Lifetime",
    "Link",
    "Necessary",
    "Policy",
    "Purpose",
    "Service",
    "SignalRules",
    "Site",
    "VisitRules",
    "compile_names",
    "compile_policy",
    "describe_question",
    "digest_controller",
    "digest_service",
    "find_doubts",
    "list_consents",
    "list_hooks",
    "load_catalogue",
    "load_policy",
    "load_words",
    "shared_domain",
    "split_url",
]
