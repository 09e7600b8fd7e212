#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs what is missing, builds, runs the tests:
#
#     ./test.sh            the everyday set, a few minutes
#     ./test.sh --all      everything; so does CI=true, where a skipped test is a failure
#
# Tests run in two builds, debug (ASan, UBSan) and release, as one run of ctest with one summary; their
# names there are debug.TEST and release.TEST.  --all also builds with clang, and fuzzes for some seconds.

set -euo pipefail
cd "$(dirname "$0")"

builds=(debug release)
select=(--label-exclude slow)
fuzz_seconds=0
if [[ $# -gt 1 || ${1---all} != --all ]]; then
    echo "usage: $0 [--all]" >&2
    exit 64
fi
if [[ $# -eq 1 || ${CI-} == true ]]; then
    builds=(clang debug release)
    select=()
    fuzz_seconds=5
fi
jobs=$(nproc)

.ci/install-packages test
mkdir -p build
for build in "${builds[@]}"; do
    cmake --preset "$build" -DLEON3EMU_WERROR=ON >"build/$build.log" 2>&1 || { cat "build/$build.log"; exit 1; }
    cmake --build --preset "$build" --parallel "$jobs"
done

if ((fuzz_seconds > 0)); then
    tests/fuzz/run.sh "$fuzz_seconds"
fi

tests/harness/all_builds.py build debug release
ctest --test-dir build --output-on-failure --parallel "$jobs" "${select[@]}" | tee build/test.log
if [[ ${CI-} == true ]] && grep -q '(Skipped)$' build/test.log; then
    echo 'CI: these tests were skipped, which is a failure here:'
    grep '(Skipped)$' build/test.log
    exit 1
fi
