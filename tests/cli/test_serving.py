"""What `serve` and `admin` say on a terminal: where they are, what the policy lacks, and nothing of what serves.

And that they stop as they are told to, on a machine that has other things to do as well.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cookiegate.cli.serving import leads_back
from tests.cli.folder import SECRET, prepare
from tests.giving_up import give_up
from tests.ports import find_port, wait_for


def start(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "cookiegate", *command],
        env=os.environ | {"COOKIEGATE_SECRET": SECRET}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as trial:
            trial.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("serve", "--upstream", "http://127.0.0.1:9"), ["http://127.0.0.1:9 is behind http://127.0.0.1:{port}/"]),
        (("admin",), ["Nobody can sign in yet", "the dashboard is at http://127.0.0.1:{port}/"]),
    ],
    ids=["serve", "admin"],
)
def test_a_start_and_a_stop_say_nothing_else(
    command: tuple[str, ...], says: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)
    port = find_port()
    process = start(*command, "--port", str(port))
    try:
        wait_for(port)
        process.send_signal(signal.SIGTERM)
        said, complained = process.communicate(timeout=30)
    finally:
        process.kill()
    assert [line for line in complained.splitlines() if line[:1] != " " and "WARNING cookiegate " not in line] == []
    lines = said.splitlines()
    assert len(lines) == len(says)
    for line, part in zip(lines, says, strict=True):
        assert part.format(port=port) in line
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("host", "url"), [("localhost", "http://localhost:{port}/"), ("::1", "http://[::1]:{port}/")], ids=["name", "IPv6"]
)
@pytest.mark.parametrize("command", [("serve", "--upstream", "http://127.0.0.1:9"), ("admin",)], ids=["serve", "admin"])
def test_a_name_or_an_ipv6_address_is_listened_on_and_written_as_a_url(
    command: tuple[str, ...], host: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if host == "::1" and not has_ipv6():
        give_up("IPv6", "this machine has none")
    prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)
    port = find_port()
    process = start(*command, "--host", host, "--port", str(port))
    try:
        wait_for(port, host=host)
        process.send_signal(signal.SIGTERM)
        said, complained = process.communicate(timeout=30)
    finally:
        process.kill()
    assert url.format(port=port) in said
    assert "Traceback" not in complained
    assert process.returncode == 0


def test_where_nobody_listens_to_what_it_says_it_stops_as_quietly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)
    port = find_port()
    words = [sys.executable, "-m", "cookiegate", "admin", "--port", str(port)]
    process = subprocess.Popen(
        ["sh", "-c", 'exec "$@" >&-', "sh", *words],
        env=os.environ | {"COOKIEGATE_SECRET": SECRET}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for(port)
        process.send_signal(signal.SIGTERM)
        complained = process.communicate(timeout=30)[1]
    finally:
        process.kill()
    assert (complained, process.returncode) == ("", 0)


@pytest.mark.torture
def test_every_stop_is_a_quiet_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight at a time: where the machine is busy, threads of the server outlive the interpreter."""
    prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)
    ends = []
    for _ in range(20):
        ports = [find_port() for _ in range(8)]
        processes = [start("admin", "--port", str(port)) for port in ports]
        for port, process in zip(ports, processes, strict=True):
            wait_for(port)
            process.send_signal(signal.SIGTERM)
        ends += [(process.communicate(timeout=60)[1], process.returncode) for process in processes]
    assert ends == [("", 0)] * 160


@pytest.mark.parametrize("command", [("serve", "--upstream", "http://127.0.0.1:9"), ("admin",)], ids=["serve", "admin"])
def test_a_port_that_somebody_has_is_refused_in_one_line(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it be another of ours, which shares its port with whoever wants it too."""
    prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(*command, "--port", str(port))
        said, complained = process.communicate(timeout=30)
    assert process.returncode == 2
    assert f"127.0.0.1:{port}" not in said
    assert complained.splitlines()[-1] == f"nothing can listen at 127.0.0.1, port {port}: Address already in use"
    assert "Traceback" not in complained


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_that_is_not_this_machines_is_refused_in_one_line(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(f"sqlite:///{tmp_path}/site.db", tmp_path, monkeypatch)
    process = start("serve", "--upstream", "http://127.0.0.1:9", "--host", host)
    _, complained = process.communicate(timeout=30)
    assert process.returncode == 2
    assert complained.splitlines()[-1].startswith(f"nothing can listen at {host}, port 8000: ")
    assert "Traceback" not in complained


@pytest.mark.parametrize(
    ("upstream", "host", "expected"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", True),
        ("http://127.0.0.1:8000/", "0.0.0.0", True),
        ("http://LOCALHOST:8000", "127.0.0.1", True),
        ("http://0.0.0.0:8000", "127.0.0.1", True),
        ("http://0.0.0.0:8000", "0.0.0.0", True),
        ("http://127.1:8000", "localhost", True),
        ("http://[::ffff:127.0.0.1]:8000", "127.0.0.1", True),
        ("http://[::]:8000", "::1", True),
        ("http://127.0.0.1:8001", "127.0.0.1", False),
        ("http://127.0.0.1", "127.0.0.1", False),
        ("http://127.0.0.2:8000", "127.0.0.1", False),
        ("http://192.0.2.1:8000", "0.0.0.0", False),
        ("http://192.0.2.1:8000", "127.0.0.1", False),
        ("http://[::1]:8000", "0.0.0.0", False),
        ("http://nowhere.invalid:8000", "127.0.0.1", False),
        ("http://127.0.0.1:8000", "nowhere.invalid", False),
    ],
)
def test_an_upstream_that_leads_back_to_the_gateway_is_found(upstream: str, host: str, expected: bool) -> None:
    assert leads_back(upstream, host, 8000) is expected


@pytest.mark.parametrize("upstream", ["http://[::1]:8000", "http://127.0.0.1:8000"])
def test_what_listens_at_every_ipv6_address_is_reached_by_ipv4_too(upstream: str) -> None:
    if not has_ipv6():
        give_up("IPv6", "this machine has none")
    assert leads_back(upstream, "::", 8000)


def test_a_website_at_the_usual_port_is_found_too() -> None:
    assert leads_back("http://127.0.0.1", "0.0.0.0", 80)
