#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs the demo as demo.sh does, and compares status and output:
#
#     check_demo.sh loaded|builtin PROGRAM DIRECTORY     loaded: with --periph uart.so
#
# Skipped (77) where there is no compiler for the firmware.

set -u
case=$1
program=$2
cd "$3" 2>/dev/null || exit 77
[ -f demo.elf ] || exit 77

case $case in
loaded)
    want=0
    output=$("$program" demo.elf --periph uart.so </dev/null 2>&1)
    status=$?
    expected='uart.so | Hello from firmware on a LEON3.
uart.so | Plug&play says: UART at 0x80000100, interrupt 3.
uart.so | Its identity register, offset 0x20, reads 0x4c334d55:
uart.so | this is the peripheral that --periph loaded.
uart.so | It has sent 192 characters so far.'
    ;;
builtin)
    want=1
    output=$("$program" demo.elf </dev/null 2>&1)
    status=$?
    expected="Hello from firmware on a LEON3.
Plug&play says: UART at 0x80000100, interrupt 3.
Its identity register, offset 0x20, reads 0x00000000:
this is the board's own UART.  Try --periph uart.so"
    ;;
*)
    exit 64
    ;;
esac
if [ "$status" -ne "$want" ] || [ "$output" != "$expected" ]; then
    echo "status $status instead of $want, or other output than expected:"
    echo "$output"
    exit 1
fi
