// SPDX-License-Identifier: MIT
/*
 * What is done on each signal (POSIX: its disposition): installs the program's handlers, and puts back those that a
 * peripheral library has replaced and must not replace.  What the handlers do is in signals.c and crash.c.
 */
#ifndef CLI_DISPOSITIONS_H
#define CLI_DISPOSITIONS_H

#include <signal.h>
#include <stdbool.h>

/* What crash_keep_signals() does if a library has changed a signal's disposition. */
enum signal_owner {
    SIGNAL_OURS,   /* our handler is always put back */
    SIGNAL_DEADLY, /* a library's handler stays, as its work may include faults */
    SIGNAL_SHARED, /* a library's handler stays, and so does SIG_IGN; only SIG_DFL does not */
};

/* Installs a handler, or SIG_IGN. */
void crash_handle(int number, enum signal_owner owner, void (*function)(int));
/* The same, except that a signal that is ignored already stays so: the program that started us (nohup, a shell without
 * job control) wants that. */
void crash_handle_unless_ignored(int number, enum signal_owner owner, void (*function)(int));
/* Installs the handler of a signal by which the host reports a fault.  The handler can be interrupted by the same
 * signal. */
void crash_handle_deadly(int number, void (*function)(int, siginfo_t *, void *));

/* Puts back the handlers that a library has replaced and must not replace.  Any thread may call it. */
void crash_keep_signals(void);
/* From now on a child that a library forks gets the dispositions from before, except those that a library has
 * changed.  Once. */
void crash_restore_signals_in_children(void);
/* Called first in a handler.  In a child of the program that still has our handlers (see signals.c) it sets the signal
 * to its default, raises it again and returns true; the handler must then return. */
bool crash_give_way_in_child(int number);

/* Unblocks a signal in the calling thread. */
void crash_unblock(int number);
/* Unblocks the deadly ones: a fault whose signal is blocked kills the program without a handler. */
void crash_unblock_deadly(void);

#endif
