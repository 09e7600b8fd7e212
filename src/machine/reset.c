// SPDX-License-Identifier: MIT
/* Reset of the system. */
#include "exec/translator.h"
#include "machine/services.h"

void machine_reset(struct machine *m, uint32_t cause)
{
    m->reset_wanted = false;
    decode_cache_clear(&m->decode_cache);
    if (m->exec.translator != NULL) {
        translator_flush(m->exec.translator);
    }
    for (unsigned i = 0; i < m->cpu_count; i++) {
        cpu_reset(&m->cpus[i]);
    }
    m->resetting = true;
    services_hold_lines(m);
    for (struct l3_host *host = m->devices; host != NULL; host = host->next) {
        device_reset(host, cause);
    }
    services_release_lines(m);
    m->resetting = false;
}
