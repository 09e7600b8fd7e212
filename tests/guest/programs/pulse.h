/* SPDX-License-Identifier: MIT */
/* Registers of the peripheral periph_pulse.c, for its driver. */
#ifndef PULSE_H
#define PULSE_H

#define PULSE_VENDOR   0x09
#define PULSE_DEVICE   0x7e5
#define PULSE_IDENTITY 0x50554c53 /* "PULS" */

/* Offsets; PULSE_SCRATCH is four registers. */
#define PULSE_ID      0x00
#define PULSE_SOURCE  0x04
#define PULSE_TARGET  0x08
#define PULSE_LENGTH  0x0c
#define PULSE_DELAY   0x10 /* ns from start to the transfer                    */
#define PULSE_CONTROL 0x14 /* writing START starts, writing CANCEL cancels     */
#define PULSE_STATUS  0x18 /* DONE and ERROR are cleared by writing 1          */
#define PULSE_RUNS    0x1c /* transfers so far                                 */
#define PULSE_KEY     0x20 /* property key: each byte is xor-ed with its low 8 */
#define PULSE_TIME    0x24 /* ns at the end of the last transfer, low word     */
#define PULSE_POP     0x28 /* counts up with each read                         */
#define PULSE_SCRATCH 0x40

#define PULSE_START  0x1
#define PULSE_CANCEL 0x2
#define PULSE_BUSY   0x1
#define PULSE_DONE   0x2
#define PULSE_ERROR  0x4

#endif
