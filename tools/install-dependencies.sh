#!/bin/sh
# Installs the npm packages of this clone, Node 24 among them. As root on Debian it also installs npm when missing.
set -eu
cd "$(dirname "$0")/.."
if ! command -v npm >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "proxsave: installing npm (once)" >&2
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm
  else
    echo "proxsave: npm is needed once to fetch the dependencies; install it, e.g. apt-get install npm" >&2
    exit 3
  fi
fi
echo "proxsave: fetching dependencies (once)" >&2
npm ci --no-audit --no-fund --loglevel=error "$@"
