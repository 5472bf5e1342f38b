#!/bin/sh
# The store is tested on a real PostgreSQL. Find its server, or install it where this user may.
set -eu
if [ -n "${OUTWEIGH_TEST_POSTGRES:-}" ] || command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing PostgreSQL for the store's tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
else
    echo "No PostgreSQL found: install its server, or name one in OUTWEIGH_TEST_POSTGRES, to test the store on it" >&2
    [ "${CI:-}" != true ]
fi
