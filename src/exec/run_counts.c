// SPDX-License-Identifier: MIT
/* Counters of a run, see run_counts.h. */
#include "exec/run_counts.h"

#include <inttypes.h>

#include "sparc/cpu.h"

void run_counts_print(const struct run_counts *counts, const struct cpu *cpus, unsigned cpu_count,
                      uint64_t watched, FILE *stream)
{
    static const char *const names[FALLBACKS] = {"cold", "budget", "delay_slot", "place"};
    uint64_t interpreted = watched, all = 0, stepped = 0;

    for (unsigned i = 0; i < cpu_count; i++) {
        all += cpus[i].insns;
        stepped += cpus[i].jit_context.stepped;
    }
    fprintf(stream, "blocks_deoptimized %" PRIu64 "\n", counts->deoptimized);
    fprintf(stream, "long_loops %" PRIu64 "\n", counts->long_loops);
    fprintf(stream, "generated_entries %" PRIu64 "\n", counts->entries);
    for (unsigned i = 0; i < FALLBACKS; i++) {
        interpreted += counts->fallbacks[i];
        fprintf(stream, "interpreted_%s %" PRIu64 "\n", names[i], counts->fallbacks[i]);
    }
    fprintf(stream, "interpreted_watched %" PRIu64 "\n", watched);
    fprintf(stream, "interpreted_steps %" PRIu64 "\n", stepped);
    interpreted += stepped;
    fprintf(stream, "generated_percent %.2f\n",
            all == 0 ? 0.0 : 100.0 * (double)(all - interpreted) / (double)all);
}
