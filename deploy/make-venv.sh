#!/bin/sh
# Build the virtual environment from the hashed lock; say what to type when the machine lacks something.
set -eu
python=$1
venv=$2

if ! command -v "$python" >/dev/null 2>&1; then
    python=python3
fi
if ! "$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or later is needed. On Debian or Ubuntu: apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "This Python has no venv module. On Debian or Ubuntu: apt-get install python3-venv" >&2
    exit 1
fi

echo "Building $venv from requirements/lock.txt (about a minute, once) ..."
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input \
    --require-hashes --no-deps -r requirements/lock.txt
"$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input \
    --no-deps --no-build-isolation --editable .
# An empty Prefect database spares the first run the slow migrations; without it the first run makes its own.
"$venv/bin/python" -m flows.server >/dev/null 2>&1 || :
