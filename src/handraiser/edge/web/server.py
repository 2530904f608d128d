"""How is the web front started?"""

from __future__ import annotations

import argparse

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from handraiser.edge.database import set_up

__all__ = ["main", "serve"]

_CONNECTIONS = 8_192  # of a process; they cost little, and idle ones would keep others out
_IDLE = 30_000  # milliseconds until one that asks for nothing is closed
_FAREWELL = 10  # seconds for requests to be answered when it is stopped


def serve(*, host: str, port: int, processes: int) -> None:
    """Serve until told to stop (SIGTERM, SIGINT), then answer what has arrived and return.

    Raises Unavailable where what pages load is not there.
    """
    set_up()
    from handraiser.edge.web.assets import have_assets
    from handraiser.edge.web.signing.secret import settle_secret

    settle_secret()
    have_assets()
    Server(
        "handraiser.edge.web.application:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=processes,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_IDLE),
        websockets=False,
        backpressure=_CONNECTIONS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=_FAREWELL,
    ).serve()


def main() -> None:
    """Serve what the command line says: `python -m handraiser.edge.web.server`."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8000)
    asked.add_argument("--processes", type=int, default=1, help="only PostgreSQL serves more than one")
    serve(**vars(asked.parse_args()))


if __name__ == "__main__":
    main()
