// SPDX-License-Identifier: MIT
/*
 * The room src/machine: a whole system.  It owns the machine (this header), its devices (device.h), the libraries
 * that their code comes from (library.h), and what those ask of the machine (services.h); it loads images (load.h),
 * resets, and decides why a run has ended.  The outside sees include/leon3emu.h, which this room implements but for
 * the monitor (src/monitor) and GDB (src/gdb), which are above it.
 *
 * What must hold: everything happens on the thread that called leon3emu_run() or another function of the library, but
 * for the members of struct machine that say otherwise.  A device is entered and left by device_enter() and
 * device_leave(), or as a register access of the bus, so that a report of a crash or a hang can name it.  What a
 * library hands over is checked before it is used.
 */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include <leon3emu/device.h>
#include <pthread.h>
#include <stdatomic.h>

#include "board/board_file.h"
#include "chardev/chardev.h"
#include "core/hostio.h"
#include "error.h"
#include "exec/exec.h"
#include "image/symbols.h"
#include "leon3emu.h"
#include "log.h"
#include "mem/addrspace.h"
#include "sparc/decode_cache.h"
#include "sparc/cpu.h"

#define NS_PER_SECOND        1000000000u
#define MACHINE_IRQ_LINES    32
#define MACHINE_LINE_CHANGES 64
#define MACHINE_NO_RECORD    15
#define MACHINE_APB_SIZE     0x100000u /* of an APB bridge's address space */
#define MACHINE_NAME_LISTS   1024      /* a power of two */

struct l3_host;
struct library;
struct load_step;
struct loaded;
struct places;

/* A note of a call into a library's code that is not a register access (struct mmio_call notes those): a callback of a
 * device, or dlopen() or dlclose(), which run the library's constructors and destructors.  The function that makes the
 * call keeps the note on its stack. */
struct device_call {
    struct device_call *outer;  /* the call within which this one was made; NULL: none */
    const struct l3_host *host; /* NULL: the library has no device yet, or no longer */
    const char *path;           /* if host is NULL: the library's */
    const char *callback;
};

/* Changes of interrupt lines on their way to the devices that watch them.  While the list is not empty,
 * tell_watchers() (irq_lines.c) is passing the changes on; a change that a watcher causes meanwhile is only appended,
 * and that same loop passes it on. */
struct line_changes {
    uint32_t count;
    struct {
        uint32_t line, level;
    } changes[MACHINE_LINE_CHANGES];
};

/* What steers the runs of a machine from a room above, as src/gdb does.  Each function gets `context`. */
struct machine_driver {
    /* Does what leon3emu_run() promises.  NULL: nothing steers, and the other two are not used. */
    void (*run)(void *context, uint64_t cycles, struct stop_info *stop);
    void (*destroy)(void *context); /* the machine is about to be destroyed */
    void *context;
};

struct machine {
    struct log log;
    struct log_hooks log_hooks;
    struct log_filter *log_filter; /* the one that log uses; NULL: none */
    struct bus bus;
    struct bus_observer mmio_log; /* attached to bus if -d asks for register accesses */
    struct region *root;
    struct places *places; /* which addresses of the bus are taken, by priority */
    struct addrspace space;
    struct decode_cache decode_cache;
    struct cpu *cpus; /* exec.cpu is the one that executes, or the one that executed last */
    unsigned cpu_count;
    struct cpu_hooks cpu_hooks;
    struct exec exec;
    struct exec_hooks exec_hooks;
    struct hostio *hostio;
    uint64_t flush_lines_at; /* cycle of the next flush of console lines (host_side.c) */
    struct chardev_hub *chardevs;
    struct board_desc *board;
    struct library *libraries;
    struct l3_host *devices;
    struct l3_host *last_device;
    struct l3_host *names[MACHINE_NAME_LISTS]; /* devices by a hash of their names */
    uint32_t device_count;
    struct l3_host *irq_controller;
    struct l3_host *line_watchers; /* L3_CLASS_SEES_IRQ_LINES, in board order */
    struct l3_host *last_watcher;
    struct line_changes line_changes;
    uint32_t line_drivers[MACHINE_IRQ_LINES]; /* how many outputs hold each line high */
    uint32_t bus_masters;                     /* devices with a plug&play record as an AHB master */
    bool telling_bus_error;
    struct device_call *call; /* the innermost that is running; NULL: none */
    /* The device and the callback of the last call that began.  A crash report names these if the library's code has
     * overwritten the notes (struct device_call) on the stack. */
    const struct l3_host *entered;
    const char *entered_callback;
    uint64_t calls;
    const char *thread; /* the one that callbacks and services run on, see services_bind_thread() */
    /* If device_create() refused a list because of one property: that property; else NULL. */
    const struct property *bad_property;
    struct leon3emu_options options;
    struct symbols *symbols;
    struct loaded *loaded;
    struct image *image;          /* what leon3emu_load() loaded last */
    struct load_step *load_steps; /* what has been loaded, in order, for machine_restart() */
    enum start_mode start_mode;
    bool has_entry;
    uint32_t entry;
    bool reset_wanted;
    bool resetting;
    uint32_t reset_cause;
    /* Any thread or signal handler sets these; the machine's thread takes them when it looks at the host. */
    atomic_bool interrupted;   /* by leon3emu_interrupt() */
    atomic_bool continued;     /* by leon3emu_continued(): the process was stopped, and goes on */
    atomic_bool status_wanted; /* by leon3emu_request_status() */
    uint64_t host_ns;          /* of the host's time in runs that are over */
    uint64_t run_began;        /* the host's clock when the present run began; 0: there is none */
    struct post *posts;        /* what post() has queued (services_post.c), oldest first */
    struct post *last_post;    /* the end of posts, if there are any */
    uint32_t post_count;
    pthread_mutex_t post_lock;
    bool posts_open;
    bool huge_pages; /* region_use_huge_pages() was called: the run is a long one */
    struct machine_driver driver;
};

/* ---- places.c ---- */

/* Notes that [base, base+size) of the bus is taken by region at this priority.  False: *err says what lies there
 * already, or that there is no memory. */
bool places_take(struct machine *m, const struct region *region, uint64_t base, uint64_t size,
                 int priority, struct error *err);
void places_free(struct machine *m);

/* ---- build.c ---- */

/* Makes the memories and devices that m->board and m->options.peripherals ask for. */
bool machine_build(struct machine *m, struct error *err);

/* ---- stop.c ---- */

/* Hook of struct exec_hooks: a CPU has entered error mode.  Decides whether that is the guest's exit, a fatal
 * error that it reports, or an unhandled trap (docs/adr/0022-guest-exit.md), and fills *stop.  False: the run goes
 * on without it. */
bool stop_error_mode(void *context, struct cpu *cpu, struct stop_info *stop);

/* ---- status.c ---- */

/* Called before and after each run, whose host time they measure. */
void machine_run_begins(struct machine *m);
void machine_run_ends(struct machine *m);
/* Writes notices that say how far the run has come. */
void machine_show_status(struct machine *m);
/* Appends to stop->text where the CPU is and what the guest's time is. */
void stop_add_place(const struct machine *m, struct stop_info *stop);

/* ---- machine_log.c ---- */

/* Makes m->log from m->options; machine_log_fini() undoes it, also after false. */
bool machine_log_init(struct machine *m, struct error *err);
void machine_log_fini(struct machine *m);
/* A line for the user, in order with the console's output. */
void machine_notice(struct machine *m, const char *line);
/* Does the machine have the devices that --log-filter names?  False: *err names one that it does not have. */
bool machine_log_check(const struct machine *m, struct error *err);
/* Writes the name of a code address, like "main+0x10"; "" if none is known.  The name is as the file has it: whoever
 * prints it must escape it. */
void machine_name_address(const struct machine *m, uint32_t address, char *text, size_t size);

/* ---- wake.c ---- */

/* Does a CPU execute, or can an interrupt still wake one?  If neither, and if
 * machine_will_restart() is false, nothing can happen any more and the run ends. */
bool machine_can_wake(struct machine *m);
/* Will a device (such as a watchdog) reset the system, or restart a CPU, without a CPU's help? */
bool machine_will_restart(struct machine *m);

/* ---- output_files.c ---- */

/* Checks that no character line writes to a file that this machine was made of, and that none reads or writes the file
 * of the log.  False: *err names the file. */
bool machine_check_outputs(const struct machine *m, struct error *err);

/* ---- host_side.c ---- */

bool machine_create_host_side(struct machine *m, struct error *err);
/* For struct exec_hooks. */
void machine_poll_host(void *context, int timeout_ms);
bool machine_can_receive(void *context);

/* ---- create_cpus.c ---- */

bool machine_create_cpus(struct machine *m, struct error *err);
/* To be called when the memories exist, because the window (mem/window.h) maps them. */
bool machine_create_translator(struct machine *m, struct error *err);
/* Hooks of the decode cache and the translator, for the TLBs of all CPUs, whose permission bits depend on where code is:
 * a page has become code, so its permission to store is withdrawn; some memory is code no longer, so all entries are
 * discarded.  context: the machine. */
void machine_code_added(void *context, const struct region *region, uint64_t offset);
void machine_code_changed(void *context);

/* ---- machine.c, reset.c, debug_access.c ---- */

/* Resets the CPUs, makes all interrupt lines low, and then resets the devices in board order; a device may raise a
 * line in its reset(), of which the others are told when all have been reset.  cause: L3_RESET_... */
void machine_reset(struct machine *m, uint32_t cause);
/* Reads or writes memory as cpu sees it now, without side effects: at virtual addresses if its MMU is on, in guest
 * byte order.  False: some of it is out of reach. */
bool machine_debug_read(struct machine *m, const struct cpu *cpu, uint32_t address, void *buffer,
                        size_t size);
bool machine_debug_write(struct machine *m, const struct cpu *cpu, uint32_t address,
                         const void *buffer, size_t size);

#endif
