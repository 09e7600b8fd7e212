#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Proves the soft-float, or what executors make of it, with Berkeley TestFloat 3e: every operation in the four rounding directions,
# tininess detected before rounding.
#
#   run.sh OUTDIR [--level 1|2] [--driver PROGRAM] [FUNCTION...]
#
# OUTDIR     keeps the built TestFloat; a second run needs neither network nor compiler for it
# --level    TestFloat's level: 1 (default) takes seconds, 2 half an hour
# --driver   testfloat_driver, already built, or "testfloat_machine EXECUTOR"; without it, the first is
#            compiled here
# FUNCTION   only these, named as in driver.c
#
# TestFloat is in Debian's source package of qemu. It is fetched by apt-get, with signatures checked,
# into OUTDIR: neither root nor a change in /etc/apt is needed. DEBIAN_MIRROR and DEBIAN_SUITE name
# another archive or release. Offline: unpack that source anywhere below OUTDIR/source.
#
# Exit status: 0 all cases agree, 1 some do not or a build failed, 2 usage, 77 TestFloat can't be had.
set -euo pipefail

readonly USAGE="usage: run.sh OUTDIR [--level 1|2] [--driver PROGRAM] [FUNCTION...]"
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly HERE
readonly SOFTFLOAT=$HERE/../../src/sparc
readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# TestFloat's options for FSR.RD = 0, 1, 2, 3
readonly ROUNDINGS=(-rnear_even -rminMag -rmax -rmin)

readonly TWO_OPERANDS="add sub mul div eq le lt eq_signaling le_quiet lt_quiet"
readonly CONVERSIONS="f32_to_f64 f64_to_f32 i32_to_f32 i32_to_f64 f32_to_i32 f64_to_i32"

fail() {
    echo "testfloat: $2" >&2
    exit "$1"
}

all_functions() {
    local op
    for op in $TWO_OPERANDS sqrt; do
        echo "f32_$op f64_$op"
    done
    echo "fsmuld $CONVERSIONS"
}

# ---- Having TestFloat

apt_private() {
    apt-get -o Dir::Etc::sourcelist="$OUTDIR/apt/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$OUTDIR/apt/lists" -o Dir::Cache="$OUTDIR/apt/cache" \
        -o Acquire::Retries=1 -o Acquire::http::Timeout=30 "$@"
}

fetch_source() {
    local mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian} suite=${DEBIAN_SUITE:-bookworm}
    command -v apt-get >/dev/null || fail 77 "skipped: no apt-get to fetch TestFloat with"
    [ -r "$KEYRING" ] || fail 77 "skipped: no $KEYRING to check TestFloat's source with"

    mkdir -p "$OUTDIR/apt/lists/partial" "$OUTDIR/apt/cache/archives/partial" "$OUTDIR/source"
    echo "deb-src [signed-by=$KEYRING] $mirror $suite main" >"$OUTDIR/apt/sources.list"
    (cd "$OUTDIR/apt" && apt_private update &&
        apt_private source --download-only --tar-only qemu) >"$OUTDIR/fetch.log" 2>&1 ||
        fail 77 "skipped: the source of qemu can't be had from $mirror; see $OUTDIR/fetch.log"
    tar -C "$OUTDIR/source" --wildcards -xf "$OUTDIR"/apt/qemu_*.orig.tar.* \
        '*/berkeley-softfloat-3/*' '*/berkeley-testfloat-3/*' || {
        rm -rf "$OUTDIR/source"
        fail 1 "the source of qemu in $OUTDIR/apt does not unpack, or has no TestFloat inside"
    }
    rm -rf "$OUTDIR/apt"
}

source_folder() {
    find "$OUTDIR/source" -type d -name "$1" -print -quit 2>/dev/null
}

build_testfloat() {
    local make=(nice make -j2) here=build/Linux-x86_64-GCC softfloat testfloat
    [ -n "$(source_folder berkeley-testfloat-3)" ] || fetch_source
    softfloat=$(source_folder berkeley-softfloat-3)
    testfloat=$(source_folder berkeley-testfloat-3)
    {
        "${make[@]}" -C "$softfloat/$here" &&
            "${make[@]}" -C "$testfloat/$here" SOFTFLOAT_DIR="$softfloat" \
                testfloat_gen testfloat_ver
    } >"$OUTDIR/build.log" 2>&1 || fail 1 "TestFloat does not build; see $OUTDIR/build.log"
    mkdir -p "$OUTDIR/bin"
    mv "$testfloat/$here/testfloat_gen" "$OUTDIR/bin/"
    mv "$testfloat/$here/testfloat_ver" "$OUTDIR/bin/" # last: its presence means both are there
}

build_driver() {
    DRIVER=("$OUTDIR/bin/testfloat_driver")
    "${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Werror -I "$SOFTFLOAT" -o "${DRIVER[0]}" \
        "$HERE/driver.c" "$HERE/cases.c" "$SOFTFLOAT"/softfloat*.c || fail 1 "the driver does not build"
}

# ---- Running it

# What testfloat_gen is to generate for a function: type, and how many if not one.
operands_of() {
    case $1 in
    fsmuld) echo "f32 2" ;;
    *_to_* | *_sqrt) echo "${1%%_*}" ;;
    *) echo "${1%%_*} 2" ;;
    esac
}

# verify FUNCTION RD ARGUMENT...: the pipe; ARGUMENTs and a log are testfloat_ver's
verify() {
    local function=$1 rd=$2 operands
    shift 2
    read -ra operands <<<"$(operands_of "$function")"
    "$OUTDIR/bin/testfloat_gen" -level "$LEVEL" "${operands[@]}" |
        "${DRIVER[@]}" "$function" "$rd" |
        "$OUTDIR/bin/testfloat_ver" -tininessbefore "$@" >"$LOG" 2>&1
}

# check FUNCTION: all roundings, one line
check() {
    local function=$1 rd rounding cases total=0 oracle=$1
    [ "$function" != fsmuld ] || oracle=f64_mul
    for rd in 0 1 2 3; do
        rounding=${ROUNDINGS[rd]}
        # to integer SPARC rounds towards zero whatever RD says, and signals inexact
        case $function in *_to_i32) rounding=-rminMag ;; esac
        if ! verify "$function" "$rd" "$rounding" -exact "$oracle"; then
            tr '\r' '\n' <"$LOG" | tail -n 45
            echo "FAIL $function RD=$rd"
            return 1
        fi
        cases=$(sed -n 's/.*In \([0-9]*\) tests, no errors.*/\1/p' "$LOG")
        if [ "${cases:-0}" -eq 0 ]; then
            echo "FAIL $function RD=$rd: no case was verified"
            return 1
        fi
        total=$((total + cases))
    done
    printf 'ok   %-17s %10d cases in 4 roundings\n' "$function" "$total"
}

# The pipe must be able to fail: results rounded down are not those rounded to nearest.
check_that_errors_show() {
    if verify f64_mul 3 -rnear_even f64_mul 2>/dev/null; then
        fail 1 "wrongly rounded results were accepted: the check itself is broken"
    fi
}

# ---- Command line

case ${1:--} in -*) fail 2 "$USAGE" ;; esac
mkdir -p "$1"
OUTDIR=$(cd "$1" && pwd)
shift
LEVEL=1
DRIVER=()
FUNCTIONS=()
while [ $# -gt 0 ]; do
    case $1 in
    --level | --driver)
        [ $# -ge 2 ] || fail 2 "$USAGE"
        if [ "$1" = --level ]; then LEVEL=$2; else read -ra DRIVER <<<"$2"; fi
        shift
        ;;
    -*) fail 2 "$USAGE" ;;
    *) FUNCTIONS+=("$1") ;;
    esac
    shift
done
case $LEVEL in 1 | 2) ;; *) fail 2 "$USAGE" ;; esac
[ ${#FUNCTIONS[@]} -gt 0 ] || read -ra FUNCTIONS <<<"$(all_functions | tr '\n' ' ')"

[ -x "$OUTDIR/bin/testfloat_ver" ] || build_testfloat
[ ${#DRIVER[@]} -gt 0 ] || build_driver
LOG=$OUTDIR/verify-$$.log # several may run at a time
trap 'rm -f "$LOG"' EXIT

check_that_errors_show
failures=0
for function in "${FUNCTIONS[@]}"; do
    check "$function" || failures=$((failures + 1))
done
[ "$failures" -eq 0 ] || fail 1 "$failures of ${#FUNCTIONS[@]} functions differ"
echo "testfloat: all ${#FUNCTIONS[@]} functions agree at level $LEVEL"
