#!/bin/bash
# SPDX-License-Identifier: MIT
#
# boot.sh EMULATOR DIRECTORY: boots Linux to its self-checking init and power-off.
#
# The image is built in DIRECTORY (build.sh: some minutes, 1.5 GB) and kept there.  Exit status 77: it
# cannot be built here, because a tool is missing or Debian's sources cannot be fetched.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
emulator=$1
directory=$2

if [[ ! -f $directory/image.elf ]]; then
    for tool in sparc64-linux-gnu-gcc flex bison bc make xz; do
        command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
    done
    mkdir -p "$directory"
    if [[ ! -d $directory/linux-source-6.1 ]] &&
        ! (cd "$directory" && apt-get download linux-source-6.1 >/dev/null 2>&1); then
        echo 'skipped: Debian package linux-source-6.1 cannot be fetched'
        exit 77
    fi
    "$here/build.sh" "$directory" >"$directory/build.out" 2>&1 ||
        { tail -20 "$directory/build.out"; exit 1; }
fi

status=0
"$emulator" --time-limit=100 "$directory/image.elf" </dev/null >"$directory/console.txt" || status=$?
failures=$(grep -ac '\[FAIL\]' "$directory/console.txt" || true)
passed=$(grep -ac '\[ ok \]' "$directory/console.txt" || true)
echo "exit status $status, $passed checks passed, $failures failed"
[[ $status == 0 && $passed == 19 ]] &&
    grep -aq '\*\*\* leon-linux init: 0 failures' "$directory/console.txt"
