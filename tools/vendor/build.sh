#!/usr/bin/env bash
# Rebuilds promptassay/static/vendor and tests/browser/vendor from the lock file. Needs Node 20 or newer. The output is
# byte-identical every time, so after a run `git diff --exit-code` proves the committed files.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
node build.mjs
