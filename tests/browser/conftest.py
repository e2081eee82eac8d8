"""The browsers, the websites that they visit, and a stand-in for everybody else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import find_chromium
from tests.giving_up import give_up

from .chromium import Chromium
from .conformance import tell_criteria
from .firefox import Firefox, find_firefox
from .gates import COMPANY_HOST, Gates
from .internet import Internet, make_certificate
from .tags import PLACES
from .visitor import Visitor


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            tell_criteria(item)
            item.add_marker(pytest.mark.xdist_group(find_group(item)))


def find_group(item: pytest.Function) -> str:
    """What is tested by one worker, since each starts browsers of its own: four groups of about the same length."""
    if item.get_closest_marker("chromium"):
        return "chromium-alone-1" if item.path.name < "test_k" else "chromium-alone-2"
    asked: str = item.callspec.params.get("browser", "chromium") if hasattr(item, "callspec") else "chromium"
    return asked


@pytest.fixture(scope="package")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if not shutil.which("openssl"):
        give_up("the banner", "no openssl on PATH")
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="package")
def internet(certificate: tuple[Path, Path]) -> Iterator[Internet]:
    everybody = Internet(*certificate)
    yield everybody
    everybody.close()


@pytest.fixture
def stand_ins(internet: Internet) -> Iterator[None]:
    """Code of services that notes what it is told, in place of what trackers have everywhere else."""
    internet.scripts |= PLACES
    yield
    internet.scripts.clear()


@pytest.fixture(scope="package")
def gates(certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gates]:
    gates = Gates(tmp_path_factory.mktemp("gates"), certificate)
    yield gates
    gates.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A story is told in both browsers; what is about more than a visitor sees (styles, sizes, axe) in Chromium."""
    if "browser" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("chromium")
        metafunc.parametrize(
            "browser", ["chromium"] if alone else ["chromium", "firefox"], indirect=True, scope="package"
        )


@pytest.fixture(scope="package")
def browser(
    request: pytest.FixtureRequest, internet: Internet, gates: Gates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium | Firefox]:
    browser: Chromium | Firefox
    if request.param == "chromium":
        program = find_chromium() or give_up("the banner", "no Chromium on PATH, and COOKIEGATE_BROWSER names none")
        browser = Chromium(program, internet, gates.ports)
    else:
        program = find_firefox() or give_up("the banner", "no Firefox on PATH, and COOKIEGATE_FIREFOX names none")
        browser = Firefox(program, internet, gates.ports, tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.close()


@pytest.fixture
def visitor(browser: Chromium | Firefox, internet: Internet) -> Iterator[Callable[..., Visitor]]:
    """`visitor(site, scripts=True, width=1280)`: somebody with a browser profile of their own. In Chromium also what
    else its contexts take, such as color_scheme="dark"."""
    internet.forget()
    open_ones: list[Visitor] = []

    def come(site: str = COMPANY_HOST, *, scripts: bool = True, width: int = 1280, **manner: Any) -> Visitor:
        address = site if "://" in site else f"https://{site}"
        open_ones.append(browser.welcome(address, scripts=scripts, width=width, **manner))
        return open_ones[-1]

    yield come
    for each in open_ones:
        each.leave()
