"""For the Jinja templates of a site: what was agreed to by the visitor whose page is being rendered.

install(environment)
{% if consent_given("youtube") %}…{% endif %}
"""

from __future__ import annotations

from jinja2 import Environment

from .. import current


def install(environment: Environment) -> None:
    """Gives every template of this environment `consent_given(purpose or service)`.

    A global, no test: Jinja works out a test of a constant once, when it compiles the template.
    """
    environment.globals["consent_given"] = consent_given


def consent_given(purpose_or_service: str) -> bool:
    """Whether the purpose (all of it) or the single service was given; never outside a request."""
    return current().allows(purpose_or_service)
