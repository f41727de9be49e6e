#!/usr/bin/env bash
# Installs what the end-to-end tests use when this machine lacks it and allows it.
set -euo pipefail
packages=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || packages+=(chromium)
[ -n "${DATABASE_URL:-}" ] || command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ||
  packages+=(postgresql)
[ ${#packages[@]} = 0 ] && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
else
  echo "No way to install ${packages[*]} here. Without a browser its tests are skipped; without PostgreSQL they fail."
fi
