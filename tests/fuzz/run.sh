#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs libFuzzer targets, each for SECONDS, under ASan and UBSan; fails if one finds something.
#
#     tests/fuzz/run.sh SECONDS [TARGET ...]      default: every target
#
# The build goes to build/fuzz, or to $FUZZ_BUILD.  What was found lies in <build>/findings, the grown
# corpora in <build>/corpora; the seeds are tests/fuzz/corpus/<target>, or corpus/device for a device.
set -eu

usage() {
    echo "usage: tests/fuzz/run.sh SECONDS [TARGET ...]" >&2
    exit 64
}

case ${1-} in '' | *[!0-9]*) usage ;; esac
seconds=$1
shift

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
build=${FUZZ_BUILD:-$root/build/fuzz}

if ! command -v clang >/dev/null; then
    echo "run.sh: clang is not installed: nothing was run" >&2
    exit 77
fi
if [ ! -f "$build/build.ninja" ]; then
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug \
        -DCMAKE_C_FLAGS_DEBUG="-O1 -g" -DLEON3EMU_FUZZ=ON >/dev/null
fi
if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # names have no blanks
    set -- $(ninja -C "$build" -t targets all |
        sed -n 's/^libfuzzer_\([a-z0-9_]*\): phony$/\1/p' | sort)
fi

# shellcheck disable=SC2046
ninja -C "$build" -j 2 $(printf 'libfuzzer_%s ' "$@") >/dev/null

failed=
for target in "$@"; do
    grown=$build/corpora/$target
    found=$build/findings
    seeds=$here/corpus/$target
    [ -f "$here/fuzz_$target.c" ] || seeds=$here/corpus/device
    mkdir -p "$grown" "$found"
    echo "== $target: $seconds s"
    program=$(find "$build" -name "libfuzzer_$target" -type f | head -n 1)
    if "$program" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -max_len=8192 \
        -artifact_prefix="$found/$target-" -print_final_stats=1 "$grown" "$seeds" \
        >"$build/$target.log" 2>&1; then
        grep -E 'number_of_executed_units|average_exec_per_sec|^Done' "$build/$target.log"
        grep ' cov: ' "$build/$target.log" | tail -n 1
    else
        tail -n 40 "$build/$target.log"
        failed="$failed $target"
    fi
done

if [ -n "$failed" ]; then
    echo "findings in:$failed (see $build/findings)" >&2
    exit 1
fi
echo "no findings"
