/* SPDX-License-Identifier: MIT */
/*
 * Where things lie in the guest: shared by the executor (assembly) and the generator (Python, which reads
 * the lines `#define NAME number`, however aligned).
 *
 * In every context 0x40000000 to 0x40ffffff and the UART's 16 MiB are themselves and open to all: there
 * are the executor, the cases, the log and the tables.
 */
#ifndef MMU_LAYOUT_H
#define MMU_LAYOUT_H

#define LOG      0x40040000
#define LOG_SIZE 0x20000

/* The tables of the case that runs. */
#define TABLES      0x40080000
#define TABLES_SIZE 0x2000

/* The file of a batch: this header, the list of frames, the cases. */
#define BATCH        0x40100000
#define BATCH_CASES  0  /* how many */
#define BATCH_RAW    4  /* not 0: print all words of each case */
#define BATCH_FRAMES 8  /* how many */
#define BATCH_LIST   16 /* their addresses; behind them the first case */

/* A case: its size in bytes, the number of pairs (table entry's address, value), the pairs, the code. */
#define CASE_SIZE  0
#define CASE_PAIRS 4
#define CASE_FIRST 8

/* What a frame, 4 KiB of RAM that pages lead to, has that cases may touch: code at its start, data, data
 * and code at its end.  Numbered n, it starts as
 *
 *     STUB_START     mov 8n, %o2; retl; mov 8n+1, %o2
 *     STUB_PATCHED   mov 8n+2, %o2; retl; nop            cases write the first of these
 *     STUB_LOAD      ld [%o0], %o3; retl; mov 8n+3, %o2
 *     STUB_STORE     st %o1, [%o0]; retl; mov 8n+4, %o2
 *     STUB_END       mov 8n+5, %o2; then, by n mod 4: retl, nop, ba,a STUB_PATCHED, bcs,a STUB_PATCHED
 *     data           the words' addresses turned by n
 */
#define STUB_START     0x000
#define STUB_PATCHED   0x010
#define STUB_LOAD      0x020
#define STUB_STORE     0x030
#define DATA_LOW       0x040
#define DATA_HIGH      0xfc0
#define DATA_HIGH_SIZE 0x38
#define STUB_END       0xff8
/* What is compared of a frame: so many bytes at its start, half as many at its end. */
#define PART 0x80

/* Software traps of a case. */
#define TRAP_SUPERVISOR 0x10
#define TRAP_USER       0x11
#define TRAP_END        0x7e

#endif
