// SPDX-License-Identifier: MIT
/*
 * The floating-point state of the host's processor around calls of somebody else's code.
 *
 * Code of the program runs with the state that C begins with: round to nearest, no traps, no flushing to
 * zero, on x86 also the x87 unit in extended precision with an empty stack.  The guest's own state is in
 * effect inside generated code only.  A peripheral library may leave any state behind; host_fp_clean() makes
 * it that of C again.  So does it with other flags of the processor that C expects to be clear: on x86 the direction
 * flag and the alignment check.
 */
#ifndef HOST_FP_H
#define HOST_FP_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the calling thread's floating-point state, and such flags, that of C.  Exceptions that stick may be forgotten: the
 * guest's must have been taken over before (jit_fp_harvest()). */
void host_fp_clean(void);

/* Are there instructions in these bytes of machine code that change more of the state than the exceptions
 * that stick?  False positives are possible.  Where nobody knows the host's instructions the answer is
 * true. */
bool host_fp_is_changed_by(const void *code, size_t size);

#endif
