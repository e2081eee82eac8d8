"""The same website with the gate in front of it: the whole integration is the one line that makes `app`.

    python examples/company/gated.py --port 8000
    granian --interface asgi examples/company/gated.py:app
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

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
    """Serve on this machine only, over plain http, in this one process: so there is one gate and one writer."""
    parser = argparse.ArgumentParser(description="Serve the demonstration site behind its gate.")
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    print(WELCOME.format(port=port, policy=HERE / "cookiegate.toml", data=HERE / "data"), flush=True)
    asyncio.run(serve(port))


async def serve(port: int) -> None:
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_level=LogLevels.warning)
    await server.serve()


if __name__ == "__main__":
    main()
