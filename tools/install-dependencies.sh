#!/bin/sh
# Fetches the npm packages of this clone, Node 24 among them. Without --all only what running the program needs.
# As root on Debian it also installs npm when that is missing. Does nothing when all is there.
set -eu
cd "$(dirname "$0")/.."

wanted=node_modules/commander/package.json
omit=--omit=dev
if [ "${1:-}" = --all ]; then
  wanted=node_modules/vitest/package.json
  omit=--include=dev
fi
is_current() {
  [ -x node_modules/.bin/node ] && [ -f "$wanted" ] &&
    [ -n "$(find node_modules/.package-lock.json -newer package-lock.json 2>/dev/null)" ]
}
if is_current; then exit 0; fi

if ! command -v npm >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "proxsave: installing npm (once)" >&2
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >&2
  else
    echo "proxsave: npm is needed once to fetch the dependencies; install it, for example: apt-get install npm" >&2
    exit 3
  fi
fi
echo "proxsave: fetching dependencies (once)" >&2
npm ci "$omit" --no-audit --no-fund --loglevel=error >&2
touch node_modules/.package-lock.json
