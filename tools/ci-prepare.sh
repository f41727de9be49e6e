#!/usr/bin/env bash
# Installs what the end-to-end tests use when this machine lacks it and allows it. Without it those tests are skipped, visibly.
set -euo pipefail
command -v chromium >/dev/null || command -v google-chrome >/dev/null && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null
else
  echo 'No browser here and no way to install one: browser tests will be skipped.'
fi
