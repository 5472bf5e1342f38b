#!/bin/sh
# The report is checked in a real browser. Find Chromium, or install it where this user may.
set -eu
for name in "${OUTWEIGH_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium for the browser tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
else
    echo "No Chromium found: install it, or name one in OUTWEIGH_CHROMIUM, to run the browser tests" >&2
    [ "${CI:-}" != true ]
fi
