// SPDX-License-Identifier: MIT
/*
 * The room src/gdbstub: the remote serial protocol of GDB over a connection.  It sees src/core only, and reaches the
 * guest through struct gdb_ops, which src/gdb fills for a machine and tests fill with what they need.
 *
 * The stub never waits.  It lives in hostio callbacks; all of its functions and all of its ops are
 * called on the machine's thread, the ops from inside hostio_poll() and gdbstub_notify_stop().
 * The code that runs the guest does
 *
 *     while (gdbstub_is_waiting(stub)) hostio_poll(h, -1);     halted: only GDB can make it go on
 *     ... run, poll now and then (Ctrl-C in GDB calls ops.interrupt) ...
 *     if (!gdbstub_notify_stop(stub, &stop)) ... no GDB is connected: handle the stop without it
 *
 * Threads of GDB are the CPUs: thread n is CPU n-1.  All-stop: when one stops, all have stopped.
 * Protocol: GDB manual, appendix E.  Register numbers: as GDB numbers those of a 32-bit SPARC.
 */
#ifndef GDBSTUB_GDBSTUB_H
#define GDBSTUB_GDBSTUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/hostio.h"
#include "error.h"
#include "log.h"

/* CPUs that the stub can serve; a LEON3 system has at most 16. */
#define GDB_CPU_MAX 16u

/* 0..31: %g, %o, %l, %i of the current window; 32..63: %f; 64..71: below; then %asr16..%asr31. */
enum gdb_register {
    GDB_REGISTER_O6 = 14,
    GDB_REGISTER_I6 = 30,
    GDB_REGISTER_F0 = 32,
    GDB_REGISTER_Y = 64,
    GDB_REGISTER_PSR,
    GDB_REGISTER_WIM,
    GDB_REGISTER_TBR,
    GDB_REGISTER_PC,
    GDB_REGISTER_NPC,
    GDB_REGISTER_FSR,
    GDB_REGISTER_CSR,
    GDB_REGISTER_ASR16,
    GDB_REGISTER_COUNT = GDB_REGISTER_ASR16 + 16
};

/* Numbers that stops carry. */
enum gdb_signal {
    GDB_SIGNAL_INT = 2,
    GDB_SIGNAL_ILL = 4,
    GDB_SIGNAL_TRAP = 5,
    GDB_SIGNAL_ABRT = 6,
    GDB_SIGNAL_FPE = 8,
    GDB_SIGNAL_BUS = 10,
    GDB_SIGNAL_SEGV = 11
};

/* ORDER: as the digit in Z0..Z4. */
enum gdb_point_kind {
    GDB_POINT_SOFTWARE,
    GDB_POINT_HARDWARE,
    GDB_POINT_WRITE,
    GDB_POINT_READ,
    GDB_POINT_ACCESS,
    GDB_POINT_KIND_COUNT
};

/* A breakpoint (length 4) or a watchpoint, at a virtual address, for all CPUs. */
struct gdb_point {
    enum gdb_point_kind kind;
    uint32_t address;
    uint32_t length; /* bytes, at least 1 */
};

enum gdb_result {
    GDB_OK,
    GDB_FAILED,      /* no room, no such address, ... */
    GDB_UNSUPPORTED, /* this kind of point does not exist here */
};

/* A memory that is written as a whole, block by block: GDB's `load` erases and programs it. */
struct gdb_flash {
    uint32_t base;
    uint32_t size;
};

/* What a CPU does next. */
enum gdb_action { GDB_STAY, GDB_CONTINUE, GDB_STEP };

/* The machine.  context comes first in every call; cpu is below cpu_count(). */
struct gdb_ops {
    void *context;
    /* 1..GDB_CPU_MAX; never changes. */
    unsigned (*cpu_count)(void *context);
    /* False: there is no such register (GDB shows "unavailable"). */
    bool (*read_register)(void *context, unsigned cpu, unsigned number, uint32_t *value);
    bool (*write_register)(void *context, unsigned cpu, unsigned number, uint32_t value);
    /* Virtual addresses as cpu sees them now, without side effects, in guest byte order.  False: at
     * least one byte is out of reach.  [address, address+size) does not wrap around. */
    bool (*read_memory)(void *context, unsigned cpu, uint32_t address, void *bytes, size_t size);
    bool (*write_memory)(void *context, unsigned cpu, uint32_t address, const void *bytes,
                         size_t size);
    /* Setting a point twice, or removing one that is not there, is GDB_OK. */
    enum gdb_result (*insert_point)(void *context, const struct gdb_point *point);
    enum gdb_result (*remove_point)(void *context, const struct gdb_point *point);
    /* Lets the CPUs go: actions[0..cpu_count-1], at least one of them not GDB_STAY.  Returns at
     * once; gdbstub_is_waiting() is false from now on. */
    void (*resume)(void *context, const enum gdb_action *actions);
    /* Makes the machine stop soon; whoever runs it then calls gdbstub_notify_stop() with GDB_SIGNAL_INT. */
    void (*interrupt)(void *context);
    /* GDB is gone: forgets all points. */
    void (*detach)(void *context);
    /* Ends the run, as GDB's user wants. */
    void (*kill)(void *context);
    /* GDB's `run`: the guest is before its first instruction again, and all points are forgotten.  Comes
     * only while the machine is halted.  False: that is not possible.  NULL: it never is. */
    bool (*restart)(void *context);
    /* One line about a CPU for `info threads`: "CPU 0", "CPU 1, powered down", ... */
    void (*cpu_status)(void *context, unsigned cpu, char *text, size_t size);
    /* `monitor COMMAND`: writes the answer, lines with newlines, to stream.  cpu: the one that GDB has selected.
     * Comes only while the machine is halted.  NULL: there are no commands. */
    void (*monitor)(void *context, unsigned cpu, const char *command, FILE *stream);
    /* The index-th read-only memory, by rising addresses.  False: there are no more.  NULL: there is none. */
    bool (*flash)(void *context, unsigned index, struct gdb_flash *flash);
};

enum gdb_stop_reason {
    GDB_STOP_SIGNAL, /* nothing but the signal: step done, interrupt, trap */
    GDB_STOP_SOFTWARE_POINT,
    GDB_STOP_HARDWARE_POINT,
    GDB_STOP_WRITE, /* watchpoints; address is set */
    GDB_STOP_READ,
    GDB_STOP_ACCESS,
};

struct gdb_stop {
    unsigned cpu;
    enum gdb_signal signal;
    enum gdb_stop_reason reason;
    uint32_t address; /* accessed, for watchpoints */
};

struct gdbstub_config {
    struct hostio *hostio; /* outlives the stub */
    const struct log *log; /* outlives the stub */
    struct gdb_ops ops;
    bool wait_first; /* halted from the start, until GDB lets the machine run */
    bool wait_again; /* a client that vanishes leaves the machine halted for the next one */
};

struct gdbstub;

/* NULL: no memory.  *config is copied. */
struct gdbstub *gdbstub_create(const struct gdbstub_config *config);

/* Closes the connection.  No op is called.  stub may be NULL. */
void gdbstub_destroy(struct gdbstub *stub);

/* Takes clients on address:*port, one at a time; others are told so and sent away.  If *port is 0 a free port is
 * chosen and stored there.  address: as for tcp_listen(). */
bool gdbstub_listen(struct gdbstub *stub, const char *address, unsigned *port, struct error *err);

/* Serves a connection that exists already (socket, non-blocking or not); the stub closes fd.  There
 * must be no client. */
void gdbstub_adopt(struct gdbstub *stub, int fd);

/* True: the machine must not execute anything.  The first byte of a client that finds the machine running
 * makes it true, and calls ops.interrupt; what the client says is read when the machine has halted. */
bool gdbstub_is_waiting(const struct gdbstub *stub);

/* Says that the machine is halted although no stop was notified, so that a client that came between two runs is read at
 * once. */
void gdbstub_notify_halted(struct gdbstub *stub);

/* Shows text in GDB's window, if the machine was let go from there and has not stopped yet. */
void gdbstub_print(struct gdbstub *stub, const char *text);

/* The machine stopped.  True: GDB was told, the machine is halted now.  False: there is no client.
 */
bool gdbstub_notify_stop(struct gdbstub *stub, const struct gdb_stop *stop);

/* Tells GDB that the guest has ended.  True: GDB is connected by extended-remote and may begin the guest anew with
 * `run`; the machine is halted until it does, or until it leaves. */
bool gdbstub_notify_exit(struct gdbstub *stub, int status);

#endif
