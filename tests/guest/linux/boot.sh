#!/bin/bash
# SPDX-License-Identifier: MIT
#
# boot.sh EMULATOR DIRECTORY [all]: boots Linux to its self-checking init and power-off, with `all` in
# every way there is to execute; each must come to the same output and number of instructions, and those that
# translate from the start (but for single instructions) retire 99 % in generated code.
#
# The image is built in DIRECTORY (build.sh: some minutes, 1.5 GB) and kept there until what it is made of
# changes.  Exit status 77: it cannot be built here, because a tool is missing or Debian's sources cannot be
# fetched.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
emulator=$1
directory=$2
modes=('')
[[ ${3-} != all ]] || modes=(
    ''
    '--exec=interp'
    '--jit-threshold=0'
    '--jit-threshold=0 --jit-cache=1M'
    '--jit-threshold=0 --one-insn'
    '--jit-threshold=0 --no-chain'
    '--jit-threshold=0 --passes=-all --plain-cpu'
    '--jit-threshold=0 --stress=ra,tlb,cache,exit'
    '--jit-threshold=0 --exec=ir'
    '--verify-jit'
)

build() {
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
}

# boot OPTION...: 19 checks, no failure, power-off, status 0; sets $outcome: output and instructions.
boot() {
    local status=0 passed failures instructions generated
    "$emulator" --time-limit=100 --stats "$@" "$directory/image.elf" </dev/null \
        >"$directory/console.txt" 2>"$directory/stats.txt" || status=$?
    failures=$(grep -ac '\[FAIL\]' "$directory/console.txt" || true)
    passed=$(grep -ac '\[ ok \]' "$directory/console.txt" || true)
    instructions=$(awk '$1 == "instructions" {print $2}' "$directory/stats.txt")
    generated=$(awk '$1 == "generated_percent" {print int($2)}' "$directory/stats.txt")
    outcome=$instructions:$(sha256sum <"$directory/console.txt")
    echo "[$*] status $status, $passed checks passed, $failures failed, $instructions instructions," \
        "${generated:-0} % generated"
    [[ $* != *threshold=0* || $* == *one-insn* || $generated -ge 99 ]] || return 1
    [[ $status == 0 && $passed == 19 && $failures == 0 ]] &&
        grep -aq '\*\*\* leon-linux init: 0 failures' "$directory/console.txt" &&
        grep -aq 'reboot: Power down' "$directory/console.txt"
}

stamp=$(cd "$here" && find . -type f ! -name boot.sh ! -name CMakeLists.txt -exec sha256sum {} + | sort)
if [[ ! -f $directory/image.elf || $stamp != "$(cat "$directory/stamp" 2>/dev/null)" ]]; then
    build
    echo "$stamp" >"$directory/stamp"
fi
expected=
for mode in "${modes[@]}"; do
    read -ra options <<<"$mode"
    boot "${options[@]}"
    [[ -z $expected || $expected == "$outcome" ]]
    expected=$outcome
done
