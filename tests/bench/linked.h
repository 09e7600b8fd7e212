/* SPDX-License-Identifier: MIT */
/*
 * Device calls bound at link time: what an emulator could do if it knew its devices when it is built.
 *
 * The build of LEON3EMU_LINKED_DEVICES puts this before every file of src/sparc.  The classes of built-in
 * devices are constants, so the link-time optimizer sees through `->read`: each branch is a comparison with
 * an address and a direct call.  A device that is not in the list is called as always.
 */
#ifndef BENCH_LINKED_H
#define BENCH_LINKED_H

#include <leon3emu/device.h>

extern const struct l3_device_class *const l3_builtin_apbuart;
extern const struct l3_device_class *const l3_builtin_gptimer;

typedef int32_t linked_function(void *instance, struct l3_request *request);

static inline int32_t linked_call(void *instance, void *request, void *function)
{
    linked_function *known = (linked_function *)function;
    if (known == l3_builtin_apbuart->read) {
        return l3_builtin_apbuart->read(instance, request);
    }
    if (known == l3_builtin_gptimer->read) {
        return l3_builtin_gptimer->read(instance, request);
    }
    return known(instance, request);
}

#define MMIO_DISPATCH linked_call

#endif
