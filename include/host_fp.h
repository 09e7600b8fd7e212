// SPDX-License-Identifier: MIT
/*
 * The floating-point state of the host's processor around calls of code that is not the emulator's own.
 *
 * Code of the program runs with the state that C begins with: round to nearest, no traps, no flushing to
 * zero, on x86 also the x87 unit in extended precision with an empty stack.  The guest's own state is in
 * effect inside generated code only.  A peripheral library may leave any state behind; host_fp_clean() makes
 * it that of C again.  It also clears other flags of the processor that C expects to be clear: on x86 the
 * direction flag and the alignment check.
 */
#ifndef HOST_FP_H
#define HOST_FP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes the calling thread's floating-point state, and such flags, that of C.  It may clear the sticky exceptions, so
 * the caller must have taken the guest's before (jit_fp_harvest()). */
void host_fp_clean(void);

/* Does the processor's flags register, as a signal handler finds it in its ucontext_t, have a flag set that C expects
 * to be clear, and that host_fp_clean() clears?  False on a host that has none. */
bool host_fp_flags_are_odd(uint64_t flags);

/* Do these bytes of machine code have instructions that change more of the state than the sticky exceptions?
 * False positives are possible.  For a host whose instructions are not known here the answer is true. */
bool host_fp_is_changed_by(const void *code, size_t size);

#endif
