"""The process that serves the made company: `python -m handraiser.edge.played.front_process HOST PORT`."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.text import Text

from handraiser.edge.database import database
from handraiser.edge.running import OUT, failing, now

__all__ = ["main"]


def main() -> None:
    """Say who may sign in, and serve until told to stop, with visitors who come by."""
    from handraiser.edge.serving import serve_with_workers, until_told

    host, port = sys.argv[1], int(sys.argv[2])
    url = f"http://{host}:{port}"
    with failing(), until_told():
        with database(new=False, say=lambda lines: None):
            key = _new_key()
            OUT.print(_invitation(url))
        with _trickling(url, key):
            serve_with_workers(host, port)


def _new_key() -> str:
    """Return a new key for the site; the one of the last time lets nobody in any more."""
    from handraiser.edge.played.cast import WHO
    from handraiser.flows.keys import make_key, revoke_key
    from handraiser.store.models import Key

    name = "the made company's site"
    for number in Key.objects.filter(name=name, revoked_at=None).values_list("pk", flat=True):
        revoke_key(str(number), who=WHO, now=now())
    return make_key("track", name=name, who=WHO, now=now()).text


def _invitation(url: str) -> Text:
    """Return what to open, and by whom to sign in."""
    from handraiser.edge.played.cast import DEMO_USERS, PASSWORD

    tool = "handraiser" if shutil.which("handraiser") else str(Path(sys.executable).with_name("handraiser"))
    folder = os.environ["HANDRAISER_FOLDER"]
    lines = [
        f"\nThe company lives at {url}",
        f"Sign in there with a click, or with the password `{PASSWORD}` as\n",
        *(f"  {each.email:<25} {each.role:<14} {each.name} {each.does}" for each in DEMO_USERS),
        "\nOther commands know it from another terminal, such as",
        f"  HANDRAISER_FOLDER={shlex.quote(folder)} {tool} agreement rules crm-software",
        "\nVisitors come by as you watch. Ctrl-C ends it; the next time it goes on from here.",
    ]
    return Text("\n".join(lines))


@contextmanager
def _trickling(url: str, key: str) -> Iterator[None]:
    """Have visitors come by within."""
    module = "handraiser.edge.played.trickle"
    command = [sys.executable, "-m", module, str(os.getpid()), url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603  our own module
    if process.stdin is not None:
        process.stdin.write(f"{key}\n".encode())
        process.stdin.close()
    try:
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
