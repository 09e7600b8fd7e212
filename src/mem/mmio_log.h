// SPDX-License-Identifier: MIT
/* -d mmio: an observer of the bus that logs each call of a register's callback. */
#ifndef MEM_MMIO_LOG_H
#define MEM_MMIO_LOG_H

#include "mem/bus.h"

/* Attaches observer to bus, both of which stay the caller's. */
void mmio_log_attach(struct bus *bus, struct bus_observer *observer);

#endif
