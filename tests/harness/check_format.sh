#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every .c, .h and .cpp file is laid out as .clang-format says; tables in .def files are free, and so
# are assembler's headers (tests/isa/lib) and the kit for a Linux image (tests/guest/linux):
#
#     check_format.sh ROOT
#
# Repair with: clang-format -i FILE.  Skipped (77) without clang-format 14, whose taste counts.

set -u
cd "${1:?usage: check_format.sh ROOT}" || exit 1

formatter=$(command -v clang-format-14 || command -v clang-format) || exit 77
"$formatter" --version | grep -q 'version 14' || exit 77

list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT
for top in include src jit devices plugins-api tests; do
    [ -d "$top" ] && find "$top" \( -path tests/isa/lib -o -path tests/guest/linux \) -prune -o \
        \( -name '*.c' -o -name '*.h' -o -name '*.cpp' \) -type f -print
done >"$list"
files=$(wc -l <"$list")
bad=$(xargs "$formatter" --dry-run <"$list" 2>&1 | sed -n 's/:.*Wclang-format-violations.*//p' |
    sort | uniq -c)
if [ -n "$bad" ]; then
    echo "places that clang-format would change:"
    echo "$bad"
    exit 1
fi
echo "check_format: $files files"
[ "$files" -gt 0 ]
