// SPDX-License-Identifier: MIT
/*
 * Signals of the program, see crash.h.
 *
 * A deadly signal while a device's callback runs is laid at that device's door: the report names it
 * with library, callback, register and guest pc; so is an exit() from there.  A deadly signal on a
 * thread that is not the machine's is a library's: the program starts none.  A timer looks every second
 * whether the same call is still running; after the hang limit it is reported as hanging.  All of it
 * runs inside signal handlers: only async-signal-safe functions are used (snprintf with integers and
 * strings is, in glibc).
 */
#include "cli/crash.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* What handlers see; the only mutable globals of the program. */
static struct {
    const struct machine *volatile machine;
    struct machine *volatile running; /* Ctrl-C is for it */
    pthread_t thread;                 /* the machine's */
    volatile uint64_t last_calls;
    volatile uint32_t seconds_in_call;
    uint32_t hang_limit; /* seconds; 0: none */
} watched;

static void write_text(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t done = write(STDERR_FILENO, text, left);
        if (done <= 0) {
            return;
        }
        text += done;
        left -= (size_t)done;
    }
}

/* Appends the register or the last bus access, guest pc, and the end of the line. */
static void describe_place(char *text, size_t size, const struct leon3emu_device_call *call)
{
    size_t used = strlen(text);

    if (call->region != NULL) {
        snprintf(text + used, size - used, "%s register +0x%" PRIx64 " of %s, %" PRIu32 " bytes%s",
                 call->running ? " of" : "; last bus access:", call->offset, call->region,
                 call->size,
                 call->running ? " (last bus access)"
                 : call->write ? " written"
                               : " read");
        used = strlen(text);
    }
    snprintf(text + used, size - used, "; guest pc 0x%08" PRIx32 "\n", call->guest_pc);
}

static void describe_call(char *text, size_t size, const struct leon3emu_device_call *call,
                          const char *what)
{
    snprintf(text, size, "leon3emu: peripheral %s (%s) %s in %s()", call->device,
             call->library == NULL ? "built in" : call->library, what, call->callback);
    describe_place(text, size, call);
}

/* Ends the program from a handler. */
static _Noreturn void leave(enum leon3emu_status status)
{
    if (watched.machine != NULL) {
        leon3emu_emergency(watched.machine);
    }
    _exit((int)status);
}

static void on_deadly_signal(int number)
{
    struct leon3emu_device_call call;
    char text[700];

    signal(number, SIG_DFL); /* a second one, from the report itself, ends at once */
    if (!pthread_equal(pthread_self(), watched.thread)) {
        snprintf(text, sizeof text,
                 "leon3emu: a thread of a peripheral library crashed (signal %d)\n", number);
        write_text(text);
        leave(LEON3EMU_CRASH);
    }
    if (watched.machine != NULL && leon3emu_device_call(watched.machine, &call)) {
        char what[40];
        snprintf(what, sizeof what, "crashed (signal %d)", number);
        describe_call(text, sizeof text, &call, what);
        write_text(text);
        leave(LEON3EMU_CRASH);
    }
    snprintf(text, sizeof text,
             "leon3emu: internal error: signal %d; please report it with the command line\n",
             number);
    write_text(text);
    leave(LEON3EMU_INTERNAL);
}

/* The program itself never calls exit() inside a device call. */
static void on_exit_call(void)
{
    struct leon3emu_device_call call;
    char text[700];

    if (watched.machine != NULL && leon3emu_device_call(watched.machine, &call)) {
        describe_call(text, sizeof text, &call, "called exit()");
        write_text(text);
        leave(LEON3EMU_CRASH);
    }
}

static void on_second(int number)
{
    struct leon3emu_device_call call;
    char text[700];
    (void)number;

    if (watched.machine == NULL) {
        return;
    }
    if (!leon3emu_device_call(watched.machine, &call) || call.calls != watched.last_calls) {
        watched.last_calls = call.calls;
        watched.seconds_in_call = 0;
        return;
    }
    if (++watched.seconds_in_call >= watched.hang_limit && watched.hang_limit != 0) {
        describe_call(text, sizeof text, &call, "hangs");
        write_text(text);
        leave(LEON3EMU_HANG);
    }
}

static void on_interrupt(int number)
{
    (void)number;
    if (watched.running != NULL) {
        leon3emu_interrupt(watched.running);
    } else {
        write_text("leon3emu: interrupted before the run began\n");
        _exit(LEON3EMU_INTERRUPTED);
    }
}

/* The run goes on: it tells how far it has come when it looks at the host next. */
static void on_status_request(int number)
{
    (void)number;
    if (watched.running != NULL) {
        leon3emu_request_status(watched.running);
    }
}

static void handle(int number, void (*function)(int), int flags)
{
    struct sigaction action = {.sa_handler = function, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void crash_install(uint32_t hang_limit)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    static char stack[65536];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct itimerval second = {{1, 0}, {1, 0}};

    watched.hang_limit = hang_limit;
    watched.thread = pthread_self();
    atexit(on_exit_call);
    sigaltstack(&alternate, NULL);
    for (unsigned i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
        handle(deadly[i], on_deadly_signal, SA_ONSTACK | SA_NODEFER);
    }
    handle(SIGALRM, on_second, SA_ONSTACK | SA_RESTART);
    handle(SIGINT, on_interrupt, SA_RESTART);
    handle(SIGTERM, on_interrupt, SA_RESTART);
    handle(SIGUSR1, on_status_request, SA_RESTART);
    handle(SIGPIPE, SIG_IGN, 0);
    setitimer(ITIMER_REAL, &second, NULL);
}

void crash_watch(void *context, const struct machine *machine)
{
    (void)context;
    watched.seconds_in_call = 0;
    watched.machine = machine;
}

void crash_interrupts(struct machine *machine)
{
    watched.running = machine;
}

/* On a thread of a library: what the machine's thread is at is only looked at. */
void crash_fatal(void *context, enum leon3emu_status status, const char *said)
{
    struct leon3emu_device_call call;
    char text[1200];
    (void)context;

    snprintf(text, sizeof text, "leon3emu: %s", said);
    if (watched.machine != NULL) {
        size_t used = strlen(text);
        if (leon3emu_device_call(watched.machine, &call)) {
            snprintf(text + used, sizeof text - used, "; meanwhile in its %s()", call.callback);
        }
        describe_place(text, sizeof text, &call);
    } else {
        strcat(text, "\n");
    }
    write_text(text);
    leave(status);
}
