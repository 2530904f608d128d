#!/bin/sh
# Makes .venv of what requirements/dev.txt names, by hash, and puts handraiser into it, editable.
# Does nothing where that has been done. PYTHON=… chooses the interpreter, 3.11 or later.
set -eu
cd "$(dirname "$0")/.."

# A virtual environment does not survive being moved, so its folder is part of what it is made of.
made_of=$( { pwd; cat requirements/dev.txt requirements/install.sh pyproject.toml hatch_build.py; } | sha256sum | cut -d ' ' -f 1)
if [ "$(cat .venv/made-of 2>/dev/null)" = "$made_of" ]; then exit 0; fi

fail() { printf '%s\n' "$@" >&2; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
makes_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# The system's own first: one that was built on the machine, as pyenv does, takes half as long again for everything.
python=
for candidate in ${PYTHON:-/usr/bin/python3.11 /usr/bin/python3.12 /usr/bin/python3.13 \
        python3.11 python3.12 python3.13 python3 python}; do
    if new_enough "$candidate"; then
        python=${python:-$candidate}
        if makes_environments "$candidate"; then python=$candidate; break; fi
    fi
done
[ -n "$python" ] || fail "handraiser needs Python 3.11 or later; ${PYTHON:-none on the PATH} is not." \
    "Install one (Debian: apt-get install python3 python3-venv), or name it: make check PYTHON=/path/to/python"

# Debian ships Python without the part that makes virtual environments.
if ! makes_environments "$python"; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "== setup: apt-get install $package"
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$package" >/dev/null
    else
        fail "$python cannot make virtual environments. Run this, then try again:" \
            "    sudo apt-get install $package"
    fi
fi

echo "== setup: .venv from requirements/dev.txt (once; a few minutes)"
grep -qsF "$PWD/.venv/bin/python" .venv/bin/pip || rm -rf .venv
[ -d .venv ] || "$python" -m venv .venv
pip() { .venv/bin/python -m pip --disable-pip-version-check "$@"; }
# The lock names all there is, so nothing is resolved; what is compiled is so below, by all processors.
pip install --quiet --quiet --require-hashes --only-binary :all: --no-deps --no-compile -r requirements/dev.txt
pip install --quiet --quiet --no-index --no-deps --no-build-isolation --editable .
# Once for all: where PYTHONDONTWRITEBYTECODE is set, every start would compile all of it again. Packages carry
# files that are for other versions of Python: those fail, and nobody misses them.
.venv/bin/python -m compileall -q -j 0 .venv/lib src >/dev/null || true
echo "$made_of" > .venv/made-of
