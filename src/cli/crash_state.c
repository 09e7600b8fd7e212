// SPDX-License-Identifier: MIT
/* What the files of crash.h share, see crash_state.h. */
#include "cli/crash_state.h"

#include <time.h>

struct crash_state crash_state = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool crash_is_library_thread(void)
{
    return !pthread_equal(pthread_self(), crash_state.thread) &&
           !pthread_equal(pthread_self(), crash_state.watchdog);
}

long long crash_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
