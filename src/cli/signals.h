// SPDX-License-Identifier: MIT
/* Signals of the user and the host. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

/* Installs their handlers, but for those of crash_handle_failed_writes() (crash.h).  Once. */
void crash_install_signals(void);

#endif
