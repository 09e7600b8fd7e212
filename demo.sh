#!/bin/sh
# SPDX-License-Identifier: MIT
#
# From a fresh Debian 12 to firmware running with a peripheral of one's own:
#
#   * install what is missing (root or sudo, only if something is)
#   * build leon3emu, the peripheral plugins-api/examples/uart.c, and the firmware tests/demo
#   * run  leon3emu demo.elf --periph uart.so
#
# The exit status is that of the run: 0 when the firmware found the peripheral.

set -eu
cd "$(dirname "$0")"

.ci/install-packages demo
mkdir -p build
cmake --preset release >build/release.log 2>&1 || { cat build/release.log; exit 1; }
cmake --build --preset release --target demo

cd build/release/demo
echo
echo '$ cd build/release/demo'
echo '$ leon3emu demo.elf --periph uart.so'
PATH=..:$PATH
exec leon3emu demo.elf --periph uart.so "$@"
