// SPDX-License-Identifier: MIT
/* Guest time and the wall clock, see pacing.h. */
#include "exec/pacing.h"

#include "core/host_clock.h"

#define NS_PER_MS 1000000

int pacing_ms_ahead(struct pacing *pacing, int64_t guest_ns)
{
    int64_t ahead;

    if (!pacing->on) {
        return 0;
    }
    if (pacing->start_ns == 0) {
        pacing->start_ns = host_monotonic_ns() - guest_ns;
    }
    ahead = guest_ns - (host_monotonic_ns() - pacing->start_ns);
    return ahead <= 0 ? 0 : (int)(ahead / NS_PER_MS);
}

void pacing_stop(struct pacing *pacing)
{
    if (pacing->on && pacing->stopped_ns == 0) {
        pacing->stopped_ns = host_monotonic_ns();
    }
}

void pacing_go(struct pacing *pacing)
{
    if (pacing->stopped_ns != 0 && pacing->start_ns != 0) {
        pacing->start_ns += host_monotonic_ns() - pacing->stopped_ns;
    }
    pacing->stopped_ns = 0;
}

void pacing_forget(struct pacing *pacing)
{
    pacing->start_ns = 0;
}
