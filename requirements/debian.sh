#!/usr/bin/env bash
# Installs the Debian packages named: as root, or with a sudo that asks for no password; elsewhere it says what to do.
set -euo pipefail
if ! command -v apt-get >/dev/null; then
    echo "Please install, with this system's own package manager: $*" >&2
    exit 1
elif [ "$(id -u)" -eq 0 ]; then
    privileged=(env)
elif sudo -n true 2>/dev/null; then
    privileged=(sudo env)
else
    echo "Please run, as root: apt-get update && apt-get install $*" >&2
    exit 1
fi
echo "Installing from Debian: $* ..." >&2
"${privileged[@]}" apt-get update -qq >/dev/null
"${privileged[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
