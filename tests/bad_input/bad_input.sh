#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Bad files, given to the program: each must end it with the right status and one sentence on standard
# error that names the file, and nothing on standard output.
#
#     bad_input.sh PROGRAM
#
# The unit tests check every sentence; here it is that the program gets them out.  The files are made
# on the spot, in a directory of their own that is removed in the end.

set -u

program=${1:?usage: bad_input.sh PROGRAM}
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1
failures=0
cases=0

# --- making files ---

# Integers, big-endian.
byte() {
    printf "\\$(printf %03o $(($1 & 255)))"
}
half() {
    byte $(($1 >> 8))
    byte "$1"
}
word() {
    half $(($1 >> 16 & 65535))
    half $(($1 & 65535))
}

# make_elf NAME [field=value ...]: a good ELF file with one segment, but for the fields given.
make_elf() {
    file=$1
    shift
    class=1 order=2 type=2 machine=2 entry=0x40000000 phoff=52 flags=0 phnum=1
    offset=84 address=0x40000000 filesz=8 memsz=8
    for field in "$@"; do
        eval "$field"
    done
    {
        printf '\177ELF'
        byte $class; byte $order; byte 1
        word 0; word 0; byte 0
        half $type; half $machine; word 1; word $entry; word $phoff; word 0; word $flags
        half 52; half 32; half $phnum; half 0; half 0; half 0
        word 1; word $offset; word $address; word $address
        word $filesz; word $memsz; word 5; word 4
        word 0x01000000; word 0x01000000
    } >"$file"
}

# --- running the program ---

# check STATUS TEXT ARGUMENT...: the program ends with STATUS and its message holds TEXT.
check() {
    status=$1
    text=$2
    shift 2
    cases=$((cases + 1))
    timeout 20 "$program" "$@" >out 2>err </dev/null
    got=$?
    if [ $got -ne "$status" ]; then
        echo "FAILED: $*: status $got instead of $status"
    elif ! grep -qF -- "$text" err; then
        echo "FAILED: $*: no \"$text\" in its message"
    elif [ "$(wc -l <err)" -ne 1 ]; then
        echo "FAILED: $*: more than one line on standard error"
    elif [ -s out ]; then
        echo "FAILED: $*: something on standard output"
    else
        return 0
    fi
    sed 's/^/    /' err
    failures=$((failures + 1))
}

IMAGE=65
FILE=66
BOARD=67

# --- files that cannot be read ---

check $FILE 'missing.elf: No such file' missing.elf
mkdir directory
check $FILE 'directory is a directory' directory
mkfifo fifo
check $FILE 'fifo is a pipe' fifo
: >empty
check $IMAGE 'empty: the file is empty' empty
echo 'hello world' >text
check $IMAGE 'text: neither an ELF, S-record, Intel HEX nor uImage' text

# --- ELF ---

refuse_elf() {
    text=$1
    shift
    make_elf bad.elf "$@"
    check $IMAGE "bad.elf: $text" bad.elf
}

refuse_elf 'V8+ code needs an UltraSPARC' machine=18
refuse_elf 'V8+ code needs an UltraSPARC' flags=0x100
refuse_elf 'this is 64-bit SPARC code' class=2 machine=43
refuse_elf 'this ELF file is little-endian' order=1 machine=0x200
refuse_elf 'this ELF file is for i386' machine=3
refuse_elf 'this is an object file' type=1
refuse_elf 'this is a shared library' type=3
refuse_elf 'there are no program headers' phnum=0
refuse_elf '1 program headers at offset 0xffffffe0 reach past the end' phoff=0xffffffe0
refuse_elf 'segment 0 (9 bytes at offset 0x54) reaches past the end' filesz=9 memsz=9
refuse_elf 'segment 0 has 8 bytes in the file but only 4' memsz=4
refuse_elf 'segment 0 (4294967280 bytes at address 0x40000000) reaches past' memsz=0xfffffff0
refuse_elf 'segment 0 (0x20000000-0x20000007) lies outside the board' address=0x20000000 entry=0x20000000
refuse_elf 'the entry point 0x40000002 is not a multiple of 4' entry=0x40000002
refuse_elf 'the entry point 0x50000000 lies in no loadable segment' entry=0x50000000
make_elf good.elf
head -c 40 good.elf >short.elf
check $IMAGE 'short.elf: an ELF file of 40 bytes' short.elf
head -c 88 good.elf >cut.elf
check $IMAGE 'cut.elf: segment 0 (8 bytes' cut.elf

# --- S-record ---

first=S3094000000001000000B5
second=S3094000000401000000B1
end=S70540000000BA

# refuse_srec TEXT LINE...
refuse_srec() {
    text=$1
    shift
    printf '%s\n' "$@" >bad.srec
    check $IMAGE "bad.srec: $text" bad.srec
}

refuse_srec 'line 2: checksum is 0x00 where 0xb1 is right' \
    "$first" "${second%B1}00" "$end"
refuse_srec 'line 1, column 12: not a hexadecimal digit' "S3094000000x01000000B5" "$end"
refuse_srec 'line 2 has 20 characters where its count 0x09 makes 22' \
    "$first" "${second%B1}" "$end"
refuse_srec 'line 2 is not an S-record' "$first" 'end of file' "$end"
refuse_srec 'no end record' "$first" "$second"
refuse_srec 'the data from line 1 (0x40000000-0x40000003) and the data from line 2' "$first" "$first" "$end"

# --- raw ---

check $IMAGE 'good.elf: 92 bytes from address 0xfffffff0 on reach past the end' \
    --load good.elf@0xfffffff0
check $FILE 'missing.bin: No such file' --load missing.bin@0x40000000

# --- board files; the mistake is in line 7 ---

# refuse_board TEXT LINE...: LINE... from line 7 on.
refuse_board() {
    text=$1
    shift
    printf '%s\n' '[board]' 'clock = 40M' '[memory]' 'ram = base=0x40000000, size=64M' \
        '[cpu]' 'fpu = on' "$@" >bad.board
    check $BOARD "bad.board:7: $text" --board bad.board good.elf
}

refuse_board 'this is neither [section] nor key = value' 'nwin'
refuse_board 'unknown section [cpus]' '[cpus]' 'nwin = 8'
refuse_board 'unknown key "windows" in [cpu]' 'windows = 8'
refuse_board 'nwin (register windows) of 99 is out of range; give 2 to 32' 'nwin = 99'
refuse_board 'casa (compare-and-swap instruction CASA) is "maybe"' 'casa = maybe'
refuse_board 'fpu is given twice, first in line 6' 'fpu = off'
check $FILE 'cannot open ./missing.board: No such file' --board ./missing.board good.elf
check $FILE 'there is no board file leon4, and none of this name is built in (gr712rc, ' \
    --board leon4 good.elf
printf '[board]\nclock=40M\n' >bad.board
check $BOARD 'bad.board: the board has no RAM' --board bad.board good.elf
printf '[memory]\nram = base=0x40000000, size=64M\n' >bad.board
check $BOARD 'bad.board: the board has no clock' --board bad.board good.elf

echo "bad_input: $cases cases, $failures failed"
[ "$failures" -eq 0 ]
