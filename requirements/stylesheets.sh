#!/usr/bin/env bash
# Brings the stylesheets of Designsystemet (MIT), the Norwegian public sector's design system, from npm into
# prom/static/designsystemet: designsystemet.css (the components) and theme.css (colours and sizes). They are somebody
# else's distribution files, so they are fetched by hash (package-lock.json) and not kept in this repository.
set -euo pipefail
cd "$(dirname "$0")/.."
build=.venv/stylesheets
package="$build/node_modules/@digdir/designsystemet-css"
target=prom/static/designsystemet

mkdir -p "$build" "$target"
if ! cmp --silent requirements/package-lock.json "$build/installed.json"; then
    cp requirements/package.json requirements/package-lock.json "$build/"
    (cd "$build" && ../../requirements/npm.sh ci --ignore-scripts --no-audit --no-fund --no-update-notifier \
        --loglevel=error >/dev/null)
    cp requirements/package-lock.json "$build/installed.json"
fi

# Nothing may be loaded from another host, nor from a file that is not copied: only data: addresses are allowed.
for sheet in "$package/dist/src/index.css" "$package/dist/theme/designsystemet.css"; do
    if grep -Eio "@import|url\([^)]{0,8}" "$sheet" | grep -Evi "^url\(['\"]?(data:|#)" >&2; then
        echo "$sheet refers to another file or host; requirements/stylesheets.sh must learn how to bring it." >&2
        exit 1
    fi
done
cp "$package/LICENSE" "$package/dist/src/index.css" "$target/"
cp "$package/dist/theme/designsystemet.css" "$target/theme.css"
mv "$target/index.css" "$target/designsystemet.css"
