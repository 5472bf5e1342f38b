#!/bin/sh
# The store is tested on a real PostgreSQL. Find its server, or install it where this user may.
set -eu
if [ -n "${OUTWEIGH_TEST_POSTGRES:-}" ] || command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    exit 0
fi
sh "$(dirname "$0")/install-package.sh" postgresql \
    "install its server, or name one in OUTWEIGH_TEST_POSTGRES, to test the store on it"
