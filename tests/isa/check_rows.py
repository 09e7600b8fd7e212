#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that every row of insns.def has an instruction test, and no test names a row that is not there.

    check_rows.py INSNS_DEF FILE.S...
"""
import sys

import isa_source


def main():
    rows = isa_source.rows_of_table(sys.argv[1])
    sources = [isa_source.Source(path) for path in sys.argv[2:]]
    tested = {row for source in sources for row in source.rows()}
    problems = [f"{row}: no test has it in its line \"! rows:\"" for row in rows if row not in tested]
    problems += [f"{source.path}: there is no row {row}" for source in sources
                 for row in source.rows() if row not in rows]
    print("\n".join(problems + [f"{len(rows)} rows, {len(sources)} tests, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
