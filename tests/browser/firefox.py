"""A visitor who has a Firefox: the one that people have, driven by the protocol that it speaks itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.ports import find_port, wait_for

from .bidi import Bidi, BidiError, read_value
from .internet import Internet
from .switchboard import Switchboard
from .visitor import PATIENCE, Cookie, Gone, Visitor

NAMES = ("firefox-esr", "firefox")
QUIET = 0.3  # seconds without a request after which a page is taken to ask nobody any more
# Firefox itself calls its maker, whatever the page does. No page here names them.
OF_THE_BROWSER = ("mozilla.com", "mozilla.org", "mozilla.net", "firefox.com")
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " "}
LOGGED, SENT, DONE = "log.entryAdded", "network.beforeRequestSent", ("network.responseCompleted", "network.fetchError")


def find_firefox() -> str | None:
    """The path of a Firefox: the one COOKIEGATE_FIREFOX names, else the first on PATH."""
    return os.environ.get("COOKIEGATE_FIREFOX") or next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """Whatever it asks for, it stays on this machine: `ports` are those of the websites, all others are `internet`."""

    def __init__(self, program: str, internet: Internet, ports: Mapping[str, int], folder: Path) -> None:
        self._program = program
        self._internet = internet
        self._ports = ports
        self._folder = folder
        self._switchboard = Switchboard(self._find)
        self._running: dict[bool, _Process] = {}

    def welcome(self, site: str, *, scripts: bool, width: int) -> Visitor:
        """With scripts off it is another Firefox: that is a setting of the whole browser."""
        if scripts not in self._running:
            self._running[scripts] = _Process(self._program, self._folder, self._switchboard.port, scripts)
        process = self._running[scripts]
        profile = process.bidi.ask("browser.createUserContext")["userContext"]
        return FirefoxVisitor(process, profile, self._internet, site, scripts, width)

    def close(self) -> None:
        for process in self._running.values():
            process.close()
        self._switchboard.close()

    def _find(self, host: str) -> int:
        if host.endswith(OF_THE_BROWSER):
            return 0
        if host not in self._ports:
            self._internet.reached.add(host)  # also where no TLS follows
        return self._ports.get(host, self._internet.port)


class _Process:
    """A Firefox with a profile folder of its own."""

    def __init__(self, program: str, folder: Path, proxy: int, scripts: bool) -> None:
        self.under_way: set[str] = set()
        self.last_asked = 0.0
        self.errors: dict[str, list[str]] = {}
        profile = folder / ("with-scripts" if scripts else "without-scripts")
        profile.mkdir()
        settings: dict[str, Any] = {
            "javascript.enabled": scripts,
            "intl.accept_languages": "fi-FI, fi",
            "media.gmp-manager.updateEnabled": False,  # asks Google for a part that plays films
            "network.proxy.type": 1,
            "network.proxy.socks": "127.0.0.1",
            "network.proxy.socks_port": proxy,
            "network.proxy.socks_remote_dns": True,
            "network.http.speculative-parallel-limit": 20,  # connects ahead of need, as it does when nobody drives it
        }
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items())
        (profile / "user.js").write_text("".join(lines))
        port = find_port()
        command = [program, "--headless", "--no-remote", "--profile", profile, f"--remote-debugging-port={port}"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(port)
        self.bidi = Bidi(port, self._heed)
        self.bidi.ask("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        self.bidi.ask("session.subscribe", events=[LOGGED, SENT, *DONE])

    def close(self) -> None:
        self.bidi.ask("browser.close")
        self.bidi.close()
        self._process.wait(30)

    def _heed(self, event: str, said: dict[str, Any]) -> None:
        if event == LOGGED:
            if said["level"] == "error":
                self.errors.setdefault(said["source"]["context"], []).append(said["text"])
            return
        self.last_asked = time.monotonic()
        if event == SENT:
            self.under_way.add(said["request"]["request"])
        else:
            self.under_way.discard(said["request"]["request"])


class FirefoxVisitor(Visitor):
    def __init__(
        self, process: _Process, profile: str, internet: Internet, site: str, scripts: bool, width: int
    ) -> None:
        super().__init__(internet, site, scripts)
        self._process = process
        self._profile = profile
        self._width = width
        self._partition = {"type": "storageKey", "userContext": profile}
        self._ask = process.bidi.ask
        self._tab = self._ask("browsingContext.create", type="tab", userContext=profile)["context"]
        self._ask("browsingContext.setViewport", context=self._tab, viewport={"width": width, "height": 800})
        self.errors = process.errors.setdefault(self._tab, [])

    def go(self, address: str) -> None:
        self._ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def go_back(self) -> None:
        self._ask("browsingContext.traverseHistory", context=self._tab, delta=-1)

    def reload(self) -> None:
        self._ask("browsingContext.reload", context=self._tab, wait="complete")

    def settle(self) -> None:
        self.await_true("document.readyState === 'complete'")
        end = time.monotonic() + PATIENCE
        while self._process.under_way or time.monotonic() < self._process.last_asked + QUIET:
            assert time.monotonic() < end, f"never at rest: {self.address}"
            time.sleep(0.02)

    def click(self, selector: str, *, inside: str = "") -> None:
        place = self._find_frame(inside) if inside else self._tab
        element = {"sharedId": self._locate(selector, place)}
        show = "element => element.scrollIntoView({block: 'nearest', behavior: 'instant'})"
        self._ask(
            "script.callFunction",
            functionDeclaration=show,
            arguments=[element],
            target={"context": place},
            awaitPromise=False,
        )
        there = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        button = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act("pointer", place, there, *button)

    def press_key(self, name: str) -> None:
        self.type(KEYS[name])

    def type(self, text: str) -> None:
        strokes = ({"type": way, "value": letter} for letter in text for way in ("keyDown", "keyUp"))
        self._act("key", self._tab, *strokes)

    def scroll(self, pixels: int) -> None:
        self._act("wheel", self._tab, {"type": "scroll", "x": 100, "y": 100, "deltaX": 0, "deltaY": pixels})

    def evaluate(self, expression: str, *, inside: str = "") -> Any:
        return read_value(self._evaluate(expression, self._find_frame(inside) if inside else self._tab))

    def list_cookies(self) -> list[Cookie]:
        return [
            Cookie(
                name=each["name"],
                value=each["value"]["value"],
                domain=each["domain"],
                path=each["path"],
                http_only=each["httpOnly"],
                secure=each["secure"],
                same_site=each["sameSite"].capitalize(),
                expires=each.get("expiry", -1),
            )
            for each in self._ask("storage.getCookies", partition=self._partition)["cookies"]
        ]

    def add_cookie(self, cookie: Cookie) -> None:
        told = {
            "name": cookie.name,
            "value": {"type": "string", "value": cookie.value},
            "domain": cookie.domain,
            "path": cookie.path,
            "httpOnly": cookie.http_only,
            "secure": cookie.secure,
        }
        self._ask("storage.setCookie", cookie=told, partition=self._partition)

    def open_tab(self) -> Visitor:
        return FirefoxVisitor(self._process, self._profile, self.internet, self.site, self.scripts, self._width)

    def leave(self) -> None:
        self._ask("browser.removeUserContext", userContext=self._profile)
        self._process.under_way.clear()

    def _find_frame(self, selector: str) -> str:
        window = self._evaluate(f"document.querySelector({json.dumps(selector)}).contentWindow", self._tab)
        return str(window["value"]["context"])

    def _locate(self, selector: str, place: str) -> str:
        """The browser's own name for the first of these elements, once there is one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                css = {"type": "css", "value": selector}
                if nodes := self._ask("browsingContext.locateNodes", context=place, locator=css)["nodes"]:
                    return str(nodes[0]["sharedId"])
            except BidiError:
                pass  # between two pages
            time.sleep(0.02)
        raise AssertionError(f"never: {selector} at {self.address}")

    def _evaluate(self, expression: str, place: str) -> dict[str, Any]:
        try:
            said = self._ask("script.evaluate", expression=expression, target={"context": place}, awaitPromise=True)
        except BidiError as error:
            raise Gone from error
        assert said["type"] == "success", said["exceptionDetails"]["text"]
        value: dict[str, Any] = said["result"]
        return value

    def _act(self, kind: str, place: str, *actions: dict[str, Any]) -> None:
        self._ask("input.performActions", context=place, actions=[{"type": kind, "id": kind, "actions": list(actions)}])
