#!/usr/bin/env bash
# Prints the path of a Chromium that starts on this machine, and installs one where there is none: Playwright's own
# build if it can be fetched, else Debian's package. Everything but the path goes to standard error.
set -euo pipefail
cd "$(dirname "$0")/.."

# A build whose libraries are missing is there and still of no use, so each candidate has to say its version.
starts() {
    [ -n "$1" ] && "$1" --version >/dev/null 2>&1
}

first_that_starts() {
    local playwrights
    playwrights="$(.venv/bin/python -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)')"
    for candidate in "${PROM_TEST_CHROMIUM:-}" "$(command -v chromium || true)" "$playwrights"; do
        if starts "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

first_that_starts && exit 0
echo "Fetching Chromium ..." >&2
timeout 180 .venv/bin/playwright install chromium >/dev/null 2>&1 || true
first_that_starts && exit 0
# The fonts hold the letters of Norwegian and of the Sami languages.
requirements/debian.sh chromium fonts-liberation
first_that_starts
