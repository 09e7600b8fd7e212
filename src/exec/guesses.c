// SPDX-License-Identifier: MIT
/* Which wrong guesses count.  See guesses.h. */
#include "exec/guesses.h"

#define DEVICE_WEIGHT 5 /* of a guess that was wrong for a device; another one's is 1 */

/* How often a page of memory has got a TLB entry, of any CPU. */
static uint32_t count_fills(const struct cpu *cpus, unsigned count)
{
    uint32_t fills = 0;

    for (unsigned i = 0; i < count; i++) {
        fills += cpus[i].tlb.fills;
    }
    return fills;
}

static unsigned weigh(struct guesses *g, uint64_t calls)
{
    bool device = calls != g->calls;

    g->calls = calls;
    return device ? DEVICE_WEIGHT : 1;
}

/* If pages of memory have got entries since the code's last wrong guess, the count begins anew: on its way through memory
 * the code meets one page after the other that has none. */
void guesses_count(struct guesses *g, const struct cpu *cpus, unsigned cpu_count,
                   struct hotness *hotness)
{
    uint32_t fills = count_fills(cpus, cpu_count) % 32;
    unsigned sum = weigh(g, cpus[0].tlb.bus->calls);

    if (hotness_forbids_guesses(hotness)) {
        return;
    }
    if (hotness->fills == fills) {
        sum += hotness->wrong_guesses;
    }
    hotness->wrong_guesses = sum < HOTNESS_WRONG_GUESSES ? sum : HOTNESS_WRONG_GUESSES;
    hotness->fills = fills;
}
