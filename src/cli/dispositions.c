// SPDX-License-Identifier: MIT
/* The handlers that the program's signals have, see dispositions.h. */
#define _GNU_SOURCE
#include "cli/dispositions.h"

#include <unistd.h>

#include "cli/crash_state.h"

/* What the program has installed for each signal, and what was there before. */
static struct {
    bool is_handled;
    enum signal_owner owner;
    struct sigaction before, now;
} dispositions[NSIG];

static void install(int number, enum signal_owner owner, const struct sigaction *action)
{
    if (sigaction(number, action, &dispositions[number].before) == 0) {
        dispositions[number].now = *action;
        dispositions[number].owner = owner;
        dispositions[number].is_handled = true;
    }
}

void crash_handle_deadly(int number, void (*function)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = function,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    install(number, SIGNAL_DEADLY, &action);
}

void crash_handle(int number, enum signal_owner owner, void (*function)(int))
{
    struct sigaction action = {.sa_handler = function, .sa_flags = SA_ONSTACK | SA_RESTART};
    sigemptyset(&action.sa_mask);
    install(number, owner, &action);
}

void crash_handle_unless_ignored(int number, enum signal_owner owner, void (*function)(int))
{
    struct sigaction before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
        crash_handle(number, owner, function);
    }
}

static bool is_lost(int number, const struct sigaction *present)
{
    const struct sigaction *now = &dispositions[number].now;

    if (present->sa_sigaction == now->sa_sigaction) {
        return false;
    }
    switch (dispositions[number].owner) {
    case SIGNAL_OURS:
        return true;
    case SIGNAL_DEADLY:
        return present->sa_handler == SIG_DFL || present->sa_handler == SIG_IGN;
    default:
        return present->sa_handler == SIG_DFL;
    }
}

void crash_keep_signals(void)
{
    struct sigaction present;

    for (int i = 1; i < NSIG; i++) {
        if (dispositions[i].is_handled && sigaction(i, NULL, &present) == 0 &&
            is_lost(i, &present)) {
            sigaction(i, &dispositions[i].now, NULL);
        }
    }
}

void crash_unblock(int number)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void crash_unblock_deadly(void)
{
    sigset_t set;

    sigemptyset(&set);
    for (int i = 1; i < NSIG; i++) {
        if (dispositions[i].is_handled && dispositions[i].owner == SIGNAL_DEADLY) {
            sigaddset(&set, i);
        }
    }
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void restore_in_child(void)
{
    struct sigaction present;

    for (int i = 1; i < NSIG; i++) {
        if (dispositions[i].is_handled && sigaction(i, NULL, &present) == 0 &&
            present.sa_sigaction == dispositions[i].now.sa_sigaction) {
            sigaction(i, &dispositions[i].before, NULL);
        }
    }
}

void crash_restore_signals_in_children(void)
{
    pthread_atfork(NULL, NULL, restore_in_child);
}

bool crash_give_way_in_child(int number)
{
    if (getpid() == crash_state.pid) {
        return false;
    }
    signal(number, SIG_DFL);
    raise(number); /* takes effect when the handler returns, if not before */
    return true;
}
