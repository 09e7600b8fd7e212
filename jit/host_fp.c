// SPDX-License-Identifier: MIT
/* The host's floating-point state, see include/host_fp.h: of a known host in its instructions, else in standard C. */
#include "host_fp.h"

#include <fenv.h>

#include "backend.h"

#if defined(__x86_64__)

void host_fp_clean(void)
{
    x64_fp_clean();
}

bool host_fp_flags_are_odd(uint64_t flags)
{
    return x64_fp_flags_are_odd(flags);
}

bool host_fp_is_changed_by(const void *code, size_t size)
{
    return x64_fp_is_changed_by(code, size);
}

#else

void host_fp_clean(void)
{
    fesetenv(FE_DFL_ENV);
}

bool host_fp_flags_are_odd(uint64_t flags)
{
    (void)flags;
    return false;
}

bool host_fp_is_changed_by(const void *code, size_t size)
{
    (void)code;
    (void)size;
    return true;
}

#endif
