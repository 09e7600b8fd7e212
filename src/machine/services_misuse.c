// SPDX-License-Identifier: MIT
/* What happens if a device uses a service in a way that <leon3emu/device.h> does not allow: the log names the device,
 * which goes on.  A call from a wrong thread ends the program instead. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine/services.h"

#define MISUSES_TOLD 5

_Thread_local char services_here;

void services_bind_thread(struct machine *m)
{
    m->thread = &services_here;
}

void services_refuse_thread(const struct l3_host *host, const char *service)
{
    const struct machine *m = host->machine;
    char text[512];

    snprintf(text, sizeof text,
             "peripheral %s (%s) called service %s() from a thread of its own; only post() may be "
             "called from there",
             host->name, host->library->path == NULL ? "built in" : host->library->path, service);
    if (m->options.fatal != NULL) {
        m->options.fatal(m->options.context, LEON3EMU_WRONG_THREAD, text);
    }
    abort();
}

void services_misused(struct l3_host *host, const char *service, const char *format, ...)
{
    char text[300];
    va_list arguments;

    if (++host->misuses > MISUSES_TOLD) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    log_line(&host->machine->log, 0, "%s (%s) misuses %s(): %s%s", host->name,
             host->library->path == NULL ? "built in" : host->library->path, service, text,
             host->misuses == MISUSES_TOLD ? "; no more of this device's misuses are told" : "");
}

bool services_refuse(struct l3_host *host, const char *service)
{
    services_misused(host, service,
                     host->phase == HOST_DYING
                         ? "no service may be used in destroy()"
                         : "it may not be used in create(); reset() is the first that may");
    return false;
}
