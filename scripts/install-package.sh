#!/bin/sh
# install-package.sh PACKAGE ADVICE: install a Debian package that tests need, where this user may; else say what to do.
set -eu
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing $1 for the tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null
else
    echo "No $1 found: $2" >&2
    [ "${CI:-}" != true ]
fi
