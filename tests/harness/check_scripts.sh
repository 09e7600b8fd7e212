#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Shell scripts pass shellcheck; skipped (77) without it.
#
#     check_scripts.sh ROOT

set -u
cd "${1:?usage: check_scripts.sh ROOT}" || exit 1
command -v shellcheck >/dev/null || exit 77
find . \( -path ./build -o -path ./.git \) -prune -o \( -name '*.sh' -o -path './.ci/*' \) \
    -type f -print0 | xargs -0 shellcheck
