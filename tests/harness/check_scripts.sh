#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Shell scripts pass shellcheck, but for word splitting that is meant; the kit for a Linux image
# (tests/guest/linux) is left out.  Skipped (77) without shellcheck.
#
#     check_scripts.sh ROOT

set -u
cd "${1:?usage: check_scripts.sh ROOT}" || exit 1
command -v shellcheck >/dev/null || exit 77
find . \( -path ./build -o -path ./.git -o -path ./tests/guest/linux \) -prune -o \
    \( -name '*.sh' -o -path './.ci/*' \) -type f -print0 | xargs -0 shellcheck --severity=warning --exclude=SC2046
