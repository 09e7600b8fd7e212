/* SPDX-License-Identifier: MIT */
/*
 * Where things lie in the guest: shared by the executor (assembly) and the generator (C).
 *
 * Bases that random code reaches by one SETHI are multiples of 1024.
 */
#ifndef DIFF_LAYOUT_H
#define DIFF_LAYOUT_H

#define TRAP_TABLE    0x40000000 /* and a second one behind it, for WRTBR */
#define TRAP_TABLE_2  0x40001000
#define AREA          0x40010000 /* the executor's variables and the dump of a case */
#define LOG           0x40012000 /* traps of a case, 4 words each */
#define LOG_SIZE      0x2000
#define FSR_AREA      0x40016000 /* where random code stores %fsr: FSR.ver is masked there */
#define FSR_AREA_SIZE 16

/* Memory that random code may touch: around a page boundary, and at the end of RAM. */
#define SCRATCH_SIZE  256
#define SCRATCH_1     0x40021000
#define SCRATCH_1_LOW -128
#define SCRATCH_2     0x47fffc00
#define SCRATCH_2_LOW 768

/* First file of a batch: this header, floating-point operands, initial states. */
#define HEAD         0x41000000
#define HEAD_SLOTS   0  /* address of the first case */
#define HEAD_COUNT   4  /* cases */
#define HEAD_GROUP   8  /* cases that share a line of output */
#define HEAD_RAW     12 /* not 0: print the state itself */
#define HEAD_QUIET   64 /* singles that are no signaling NaN */
#define QUIET_COUNT  32
#define HEAD_SINGLES 192 /* singles that are no NaN */
#define SINGLE_COUNT 64
#define HEAD_DOUBLES 448 /* doubles that are no NaN */
#define DOUBLE_COUNT 64
#define HEAD_IMAGES  1024
#define IMAGE_COUNT  256

/* An initial state. */
#define IMAGE_GLOBALS 0
#define IMAGE_WINDOWS 32 /* locals and ins of each window */
#define IMAGE_F       544
#define IMAGE_SCRATCH 672
#define IMAGE_SIZE    1184

/* Second file: the cases. */
#define SLOTS      0x42000000
#define SLOT_IMAGE 0 /* address */
#define SLOT_PSR   4 /* before the RETT that starts the case */
#define SLOT_WIM   8
#define SLOT_FSR   12
#define SLOT_Y     16
#define SLOT_TBR   20
#define SLOT_CODE  32
#define SLOT_SIZE  512
#define SLOT_COUNT 65536

/* The software trap that ends a case, and its tt. */
#define END_TRAP 126
#define END_TT   0xfe

/* The dump, from AREA on; DUMP_NAMES in diff.py must match. */
#define DUMP_GLOBALS 0
#define DUMP_WINDOWS 32
#define DUMP_F       544
#define DUMP_FSR     672
#define DUMP_PSR     676
#define DUMP_WIM     680
#define DUMP_TBR     684
#define DUMP_Y       688
#define DUMP_PC      692
#define DUMP_LOG     696 /* bytes in the trap log */
#define DUMP_ZERO    700
#define DUMP_FSRS    704
#define DUMP_SIZE    720

/* The executor's variables, from AREA on. */
#define VAR_SLOT    1024
#define VAR_COUNT   1028
#define VAR_GROUP   1032
#define VAR_HASH    1036
#define VAR_FIRST   1040
#define VAR_LOG_END 1044
#define VAR_L3      1052
#define VAR_L4      1056
#define VAR_L6      1064
#define VAR_FSR     1072
#define VAR_FQ      1080
#define VAR_ZEROS   1088 /* two words */

#endif
