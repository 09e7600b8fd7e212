// SPDX-License-Identifier: MIT
/* The watchdog: a thread that looks every few milliseconds, and ends a hang. */
#ifndef CLI_WATCHDOG_H
#define CLI_WATCHDOG_H

/* Starts the thread; 0, or an errno. */
int crash_start_watchdog(void);

#endif
