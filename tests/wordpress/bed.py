"""A complete WordPress as a company runs it, tags and all, installed anew for each test run and removed after it.

`with WordPress() as site:` gives a website at `site.url` that believes itself to be at `site.public_url`: send that
host in `Host` (and `X-Forwarded-Proto: https` where the public URL is https), as a gateway in front of it does.
"""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from .database import STANDING_PORT, MariaDB, create_database, find_free_port, find_mariadb, find_program

HERE = Path(__file__).parent
DEBIAN_WORDPRESS = Path("/usr/share/wordpress")
THEME = "twentytwentythree"
LANGUAGE_FILES = ("fi.mo", "admin-fi.mo")
WORKERS = 4
START_SECONDS = 30.0
STOP_SECONDS = 10.0

PHP = ["php", "-d", "display_errors=0", "-d", "log_errors=1", "-d", "opcache.enable_cli=1"]


class WordPress:
    """The website of the invented Kivijoen Ikkuna Oy, served by PHP on this machine.

    `public_url` is an origin whose host has at least three labels, since the site sets a cookie for the parent domain.
    """

    page_path = "/yhteys/"  # video, map, reCAPTCHA, comment form
    post_path = "/ikkunoiden-syyshuolto/"  # an ordinary post with a comment and its Gravatar
    admin_user = "paakayttaja"

    def __init__(self, public_url: str = "http://www.kivijoki.example") -> None:
        self.public_url = public_url
        self.scheme, self.host = urlsplit(public_url)[:2]
        self.admin_password = secrets.token_urlsafe(12)
        self.url = ""  # http://127.0.0.1:PORT once entered
        self.folder = Path()  # WordPress' files, once entered
        self._cleanup = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            server = stack.enter_context(find_mariadb())
            database = stack.enter_context(create_database(server))
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wordpress-"))) / "site"
            _copy_wordpress(self.folder)
            environment = self._environment(server, database)
            _install(self.folder, environment)
            port = find_free_port()
            process, log = _serve(self.folder, port, environment)
            stack.callback(_stop, process)
            self._wait(process, port, log)
            self.url = f"http://127.0.0.1:{port}"
            self._cleanup = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def _wait(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"WordPress does not answer:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def _answers(self, port: int) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/", headers={"Host": self.host, "X-Forwarded-Proto": self.scheme})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _environment(self, server: MariaDB, database: str) -> dict[str, str]:
        """What wp-config.php, install.php and the web server read; nothing is written into PHP source."""
        return {
            **os.environ,
            "BED_DB_HOST": f"127.0.0.1:{server.port}",
            "BED_DB_NAME": database,
            "BED_SECRET": secrets.token_hex(32),
            "BED_PUBLIC_URL": self.public_url,
            "BED_THEME": THEME,
            "BED_ADMIN_USER": self.admin_user,
            "BED_ADMIN_PASSWORD": self.admin_password,
            "PHP_CLI_SERVER_WORKERS": str(WORKERS),
        }


def find_missing_parts() -> list[str]:
    """What this machine lacks to run the bed, each as a sentence that says what to install; empty when it can."""
    missing = []
    programs = {"php": "php-cli", "mariadb": "mariadb-client"}
    if not MariaDB(STANDING_PORT).answers():
        programs |= {"mariadbd": "mariadb-server", "mariadb-install-db": "mariadb-server"}
    for program, package in programs.items():
        if find_program(program) is None:
            missing.append(f"no program {program} (Debian package {package})")
    if not (DEBIAN_WORDPRESS / "wp-load.php").is_file():
        missing.append(f"no {DEBIAN_WORDPRESS} (Debian package wordpress)")
    if not (DEBIAN_WORDPRESS / "wp-content/themes" / THEME).is_dir():
        missing.append(f"no theme {THEME} (Debian package wordpress-theme-{THEME})")
    for catalogue in LANGUAGE_FILES:
        if not (DEBIAN_WORDPRESS / "wp-content/languages" / catalogue).is_file():
            missing.append(f"no Finnish {catalogue} (Debian package wordpress-l10n)")
    if find_program("php") and not _php_has("mysqli"):
        missing.append("PHP has no mysqli (Debian package php-mysql)")
    return missing


def _php_has(extension: str) -> bool:
    listing = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True, timeout=START_SECONDS)
    return extension in listing.stdout.split()


def _copy_wordpress(site: Path) -> None:
    """Debian's WordPress as plain files: its links lead into /var/lib and its wp-config.php into /etc, ours nowhere."""
    shutil.copytree(DEBIAN_WORDPRESS, site, ignore=shutil.ignore_patterns("wp-config.php", ".htaccess", "wp-content"))
    shutil.copytree(DEBIAN_WORDPRESS / "wp-content/themes" / THEME, site / "wp-content/themes" / THEME)
    languages = site / "wp-content/languages"
    languages.mkdir()
    for catalogue in LANGUAGE_FILES:
        shutil.copy(DEBIAN_WORDPRESS / "wp-content/languages" / catalogue, languages)
    shutil.copytree(HERE / "mu-plugins", site / "wp-content/mu-plugins")
    (site / "wp-content/plugins").mkdir()
    (site / "wp-content/uploads").mkdir()
    shutil.copy(HERE / "php/wp-config.php", site)


def _install(site: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*PHP, str(HERE / "php/install.php"), str(site)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"WordPress could not be installed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _serve(site: Path, port: int, environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], Path]:
    """Start PHP's own web server; returns its process and the log that it writes."""
    log = site.parent / "php.log"
    command = [*PHP, "-S", f"127.0.0.1:{port}", "-t", str(site), str(HERE / "php/router.php")]
    with log.open("wb") as output:
        # Its own process group: PHP does not stop its workers when only the parent is told to stop.
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    return process, log


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and its workers, which share the group that was made for them."""
    with suppress(ProcessLookupError):  # it never started
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
