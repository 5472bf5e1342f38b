#!/bin/sh
# The report is checked in a real browser. Find Chromium, or install it where this user may.
set -eu
for name in "${OUTWEIGH_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
sh "$(dirname "$0")/install-package.sh" chromium \
    "install it, or name one in OUTWEIGH_CHROMIUM, to run the browser tests"
