// SPDX-License-Identifier: MIT
/* The commands info mtree and info stats, whose text the machine prints itself. */
#include "machine/machine.h"
#include "monitor/monitor.h"

bool monitor_info_mtree(const struct monitor *monitor, const char *arguments)
{
    (void)arguments;
    addrspace_dump(&monitor->machine->space, monitor->stream);
    return true;
}

bool monitor_info_stats(const struct monitor *monitor, const char *arguments)
{
    (void)arguments;
    leon3emu_stats(monitor->machine, monitor->stream);
    return true;
}
