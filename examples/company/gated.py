"""The same website with the gate in front of it: the whole integration is the one line that makes `app`.

python examples/company/gated.py --port 8000
granian --interface asgi examples/company/gated.py:app
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

from cookiegate import CookieGate
from cookiegate.settings import demo_settings

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # so that the website is found however this file is started

import website  # noqa: E402

# Your own site takes its secret from the environment and leaves `settings` out; the demonstration makes one in data/.
app = CookieGate(website.app, policy=HERE / "cookiegate.toml", settings=demo_settings(HERE / "data"))

WELCOME = """
  Koivurannan Saha, behind its gate:  http://127.0.0.1:{port}/

  What to look at, with the network panel of your browser open:
    1. The front page asks. Until you answer, no request leaves for Google or Meta.
    2. /mokit/ has a video and /yhteys/ a map: both wait, and say whose they are.
    3. Refuse, then look again: the site works, and the answer is remembered.
    4. Accept, and the same pages load everything. Withdraw, and it is gone again, cookies too.
    5. Switch JavaScript off and do it all once more.

  The cookie table: /_cookiegate/notice    Your own choices: /_cookiegate/settings
  The policy behind it: {policy}
  What is recorded: {data}
  Stop with Ctrl-C.
"""


def main() -> None:
    """Serve on this machine only, over plain http."""
    parser = argparse.ArgumentParser(description="Serve the demonstration site behind its gate.")
    parser.add_argument("--port", type=int, default=8000)
    port = str(parser.parse_args().port)
    with socket.socket() as trial:  # granian itself would share a taken port with whoever listens there
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", int(port)))
        except OSError as error:
            sys.exit(f"Port {port} cannot be used ({error.strerror}): choose another with --port.")
    print(WELCOME.format(port=port, policy=HERE / "cookiegate.toml", data=HERE / "data"), flush=True)
    # In place of this process: the gate above goes with it, and the one that granian makes is the only one.
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", port, "--log-level", "warning"]
    os.execv(sys.executable, [*command, f"{HERE / 'gated.py'}:app"])


if __name__ == "__main__":
    main()
