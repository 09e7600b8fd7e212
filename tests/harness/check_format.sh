#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every .c, .h and .cpp file is laid out as .clang-format says (tables in .def files are free):
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
find include src jit devices plugins-api tests -name '*.c' -o -name '*.h' -o -name '*.cpp' >"$list"
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
