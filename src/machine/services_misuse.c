// SPDX-License-Identifier: MIT
/* Services that a device uses in a way that device.h does not allow: the device is named, and goes on. */
#include <stdarg.h>
#include <stdio.h>

#include "machine/machine.h"

#define MISUSES_TOLD 5

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
