"""Both doors, around an application and before a website elsewhere: what the tests of this folder share."""

from __future__ import annotations

import pytest

from tests.stories.site import MODES

both = pytest.mark.parametrize("mode", MODES)
PATIENCE = 20  # seconds until a test that hangs fails; nothing is measured with it
DOCUMENT = ("sec-fetch-dest", "document")
