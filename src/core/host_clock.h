// SPDX-License-Identifier: MIT
/* The host's clock, for pacing and for measuring how long a run took; the guest never sees it. */
#ifndef CORE_HOST_CLOCK_H
#define CORE_HOST_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some moment before the process began. */
static inline int64_t host_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
