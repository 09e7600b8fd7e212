// SPDX-License-Identifier: MIT
/*
 * Inside a machine: what the files of this folder share.  The outside sees include/leon3emu.h.
 */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include <leon3emu/device.h>
#include <pthread.h>
#include <stdatomic.h>

#include "core/hostio.h"
#include "error.h"
#include "exec/exec.h"
#include "host_fp.h"
#include "leon3emu.h"
#include "log.h"
#include "board/board_file.h"
#include "chardev/chardev.h"
#include "image/symbols.h"
#include "mem/addrspace.h"
#include "sparc/code_cache.h"
#include "sparc/cpu.h"

#define MACHINE_IRQ_LINES    32
#define MACHINE_LINE_CHANGES 64
#define MACHINE_NO_RECORD    15
#define MACHINE_APB_SIZE     0x100000u /* of an APB bridge's address space */
#define MACHINE_NAME_LISTS   1024      /* a power of two */

struct load_step;
struct loaded;
struct library_memory;
struct places;

/* A peripheral's code: built in, or a loaded library. */
struct library {
    struct library *next;
    char *path;                   /* NULL: built in */
    void *handle;                 /* of dlopen */
    bool changes_fp;              /* see struct io_owner */
    unsigned numbered;            /* see library_next_number() */
    struct l3_device_class class; /* copy with its tables; fields the library does not have are 0 */
    struct library_memory *memory; /* what the copy consists of */
};

/* The value of a property. */
struct device_property {
    const char *name; /* of the class */
    char *text;
    uint64_t number;
    struct chardev *chardev;
    struct l3_host *host; /* whose property it is */
};

/* A core event that calls into a device. */
struct l3_event {
    struct event event;
    struct l3_host *host;
    void (*function)(void *instance, uint32_t argument);
    char *name;
    struct l3_event *next;
};

/* How far a device has come in its life. */
enum host_phase { HOST_CREATING, HOST_LIVING, HOST_DYING };

/* A device instance. */
struct l3_host {
    struct l3_host *next; /* in board order */
    struct l3_host *next_watcher;
    struct l3_host *next_of_name; /* in a list of machine.names */
    uint32_t watched_lines;       /* it wants to be told of these */
    struct machine *machine;
    const struct library *library;
    char *name;
    void *instance;
    struct io_owner owner;
    uint32_t order;
    int priority;
    struct device_property *properties;
    struct region **regions;
    uint64_t *bases;
    uint32_t *irq_lines; /* by output; 0: not connected */
    uint8_t *irq_levels; /* by output: what it drives */
    struct l3_pnp pnp;   /* of the class, or as properties say; struct_size 0: no record */
    uint32_t bus_index;  /* as a bus master: that of its record, else MACHINE_NO_RECORD */
    /* Wants to know of bus errors; NULL: not */
    void (*bus_error)(void *instance, const struct l3_bus_error *error);
    struct l3_event *events;
    uint32_t event_count;
    enum host_phase phase;
    uint32_t misuses;        /* of services */
    struct chardev *no_line; /* given in place of a character line that the class does not have */
    char failure[512];       /* of create() */
    bool failed;
};

/* The call into a device that is not a register access (those are struct mmio_call); or one of dlopen()
 * or dlclose(), which run what the library has of constructors and destructors. */
struct device_call {
    struct device_call *outer;
    const struct l3_host *host; /* NULL: there is no device yet, or no more */
    const char *path;           /* of the library, without host */
    const char *callback;
};

/* Changes of interrupt lines on their way to the devices that watch them.  Not empty: they are being
 * told, and a change added now is told by whoever is at it. */
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
    void (*destroy)(void *context); /* the machine goes */
    void *context;
};

struct machine {
    struct log log;
    struct log_hooks log_hooks;
    struct log_filter *log_filter; /* that of log; NULL: none */
    struct bus bus;
    struct bus_observer mmio_log; /* attached to bus if such lines are wanted */
    struct region *root;
    struct places *places; /* what of the bus is taken, by priority */
    struct addrspace space;
    struct code_cache code_cache;
    struct cpu *cpus; /* exec.cpu is the one that executes, or did last */
    unsigned cpu_count;
    struct cpu_hooks cpu_hooks;
    struct exec exec;
    struct exec_hooks exec_hooks;
    struct hostio *hostio;
    uint64_t flush_lines_at; /* cycles */
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
    uint32_t bus_masters;                     /* devices with a record as such */
    bool telling_bus_error;
    struct device_call *call;
    /* Of the last one that began: what is left to be told when the notes on the stack were overwritten. */
    const struct l3_host *entered;
    const char *entered_callback;
    uint64_t calls;
    const char *thread; /* services_bind_thread(): that callbacks and services run on */
    /* Of a list that device_create() refused: the property it was about; else NULL. */
    const struct property *bad_property;
    struct leon3emu_options options;
    struct symbols *symbols;
    struct loaded *loaded;
    struct image *image;          /* what leon3emu_load() loaded last */
    struct load_step *load_steps; /* what has been loaded, in that order, to do it again */
    enum start_mode start_mode;
    bool has_entry;
    uint32_t entry;
    bool reset_wanted;
    bool resetting;
    uint32_t reset_cause;
    atomic_bool interrupted;   /* by any thread or signal handler */
    atomic_bool continued;     /* the same: the process was stopped, and goes on */
    atomic_bool status_wanted; /* by leon3emu_request_status() */
    uint64_t host_ns;          /* of the host's time in runs that are over */
    uint64_t run_began;        /* the host's clock when the present run began; 0: there is none */
    struct post *posts;        /* from other threads */
    struct post *last_post;    /* of posts, if there are any */
    uint32_t post_count;
    pthread_mutex_t post_lock;
    bool posts_open;
    struct machine_driver driver;
};

/* ---- library.c ---- */

/* Finds, loads and checks the class called name (a built-in's name or a library's file).  Loaded
 * libraries stay until the machine goes.  NULL: *err says why, and where was looked. */
const struct library *library_find(struct machine *m, const char *name, struct error *err);
/* The built-in classes; NULL past the end. */
const struct l3_device_class *library_builtin(unsigned index);
/* Where libraries are looked for last. */
const char *library_directory(const struct leon3emu_options *options);
/* Is there a built-in class of that name? */
bool library_is_builtin(const char *name);
/* How many devices of a library have been numbered; each call counts one. */
unsigned library_next_number(struct machine *m, const struct library *library);
void libraries_unload(struct machine *m);
/* Adds the library whose class *class is; reading it is a call into the library.  handle: of dlopen(), taken
 * over; path and handle NULL: built in.  NULL: *err says what is wrong with the class. */
const struct library *library_add(struct machine *m, const char *path, void *handle,
                                  const struct l3_device_class *const *class, struct error *err);

/* ---- library_class.c ---- */

/* Makes library->class from what the library (library->path; NULL: built in) exports, which may be
 * anything.  False: *err says what is wrong with it.  Whatever comes, library_free_class() frees. */
bool library_take_class(struct library *library, const struct l3_device_class *given,
                        struct error *err);
void library_free_class(struct library *library);
/* Rows of the tables of a class that was taken. */
struct l3_property library_property(const struct l3_device_class *class, uint32_t index);
struct l3_region library_region(const struct l3_device_class *class, uint32_t index);
struct l3_pnp library_pnp(const struct l3_device_class *class);

/* Can code of the library `handle` (of dlopen()) change how the host computes (include/host_fp.h)?  What
 * cannot be looked at can. */
bool library_changes_fp(void *handle);

/* ---- device.c ---- */

/* Makes a device from a property list and maps it.  where: prefix of error texts. */
bool device_create(struct machine *m, const char *name, const struct library *library,
                   const struct property_list *properties, struct error *err);
void device_destroy(struct l3_host *host);
/* The device of that name, or NULL. */
struct l3_host *device_find(const struct machine *m, const char *name);
/* Identity in plug&play: that of the class, or as the list says.  False: *wrong is the key that cannot be read. */
bool device_read_pnp(const struct l3_device_class *class, const struct property_list *list,
                     struct l3_pnp *pnp, const char **wrong, struct error *err);
/* Cancels events, calls reset(). */
void device_reset(struct l3_host *host, uint32_t cause);
const struct device_property *device_find_property(const struct l3_host *host, const char *name);

static inline void device_enter(struct l3_host *host, const char *callback,
                                struct device_call *call)
{
    struct machine *m = host->machine;
    *call = (struct device_call){m->call, host, NULL, callback};
    m->call = call;
    m->entered = host;
    m->entered_callback = callback;
    m->calls++;
    host->owner.depth++;
}

static inline void device_leave(struct l3_host *host)
{
    if (host->owner.external) {
        host_fp_clean();
    }
    host->owner.depth--;
    host->machine->call = host->machine->call->outer;
}

/* ---- services.c, system_services.c ---- */

extern const struct l3_services device_services;
extern const struct l3_system_services system_services;
/* All outputs are low: comes before the devices are reset. */
void services_release_lines(struct machine *m);
/* A device used a service in a way that device.h does not allow: says so in the log, the first times that
 * this device does. */
__attribute__((format(printf, 3, 4))) void
services_misused(struct l3_host *host, const char *service, const char *format, ...);
/* Says that the service may not be used in this phase of the device's life.  False. */
bool services_refuse(struct l3_host *host, const char *service);
/* Its address says which thread this is, at the price of an addition. */
extern _Thread_local char services_here __attribute__((tls_model("initial-exec")));
/* Ends the program through options.fatal: the service was called on a thread of the library's. */
__attribute__((cold)) void services_refuse_thread(const struct l3_host *host, const char *service);
/* The service may be used on the machine's thread only. */
static inline void services_check_thread(const struct l3_host *host, const char *service)
{
    if (__builtin_expect(host->machine->thread != &services_here, 0)) {
        services_refuse_thread(host, service);
    }
}
/* Is the life of a device such that it may use `service`?  If not that is told.  In line, as each edge of an
 * interrupt line asks several times. */
static inline bool services_are_open(struct l3_host *host, const char *service,
                                     enum host_phase first)
{
    services_check_thread(host, service);
    return (host->phase >= first && host->phase != HOST_DYING) || services_refuse(host, service);
}
/* This is the thread from now on. */
void services_bind_thread(struct machine *m);
/* Runs what post() queued. */
void services_run_posts(struct machine *m);
void services_close_posts(struct machine *m);

/* ---- places.c ---- */

/* Notes that [base, base+size) of the bus is taken by region at this priority.  False: *err says what lies there
 * already, or that there is no memory. */
bool places_take(struct machine *m, const struct region *region, uint64_t base, uint64_t size,
                 int priority, struct error *err);
void places_free(struct machine *m);

/* ---- build.c ---- */

/* Makes memories and devices of m->board and options.peripherals. */
bool machine_build(struct machine *m, struct error *err);

/* ---- stop.c ---- */

/* Decides what error mode means, see decisions in docs/adr/0022: guest exit, guest fatal or trap. */
bool stop_error_mode(void *context, struct cpu *cpu, struct stop_info *stop);

/* ---- status.c ---- */

/* Around a run: for what is told of the host's time. */
void machine_run_begins(struct machine *m);
void machine_run_ends(struct machine *m);
/* Tells by notices how far the run has come. */
void machine_show_status(struct machine *m);
/* Where the CPU is and what the time is, to the end of the sentence. */
void stop_add_place(const struct machine *m, struct stop_info *stop);

/* ---- machine_log.c ---- */

/* Makes m->log from m->options; machine_log_fini() undoes it, also after false. */
bool machine_log_init(struct machine *m, struct error *err);
void machine_log_fini(struct machine *m);
/* Are the devices that --log-filter names there? */
bool machine_log_check(const struct machine *m, struct error *err);
/* The name of a code address, like "main+0x10"; "" if none is known.  As the file has it: not escaped. */
void machine_name_address(const struct machine *m, uint32_t address, char *text, size_t size);

/* ---- wake.c ---- */

/* Does a CPU execute, or can an interrupt still wake one? */
bool machine_can_wake(struct machine *m);
/* Will a device reset the system, or restart a CPU, by itself? */
bool machine_will_restart(struct machine *m);

/* ---- output_files.c ---- */

/* Does a character line write over something that the run has read, or over its log? */
bool machine_check_outputs(const struct machine *m, struct error *err);

/* ---- restart.c ---- */

/* How a file was loaded: by leon3emu_load(), ..._more(), ..._raw(), ..._prom(). */
enum load_kind { LOAD_IMAGE, LOAD_MORE, LOAD_RAW, LOAD_PROM };
/* A file was loaded.  address: of LOAD_RAW.  False: no memory. */
/* The path of the index-th load; NULL: there were not so many. */
const char *restart_path(const struct machine *m, size_t index);
bool restart_remember(struct machine *m, const char *path, enum load_kind kind, uint32_t address);
void restart_forget(struct machine *m);
/* Reset, and the state that the start mode asks for. */
void machine_begin(struct machine *m);
/* Loads again what was loaded, and begins as leon3emu_start() did.  Not within a run.  Time goes on. */
bool machine_restart(struct machine *m, struct error *err);

/* machine.c */
/* A line for the user, in order with the console's output. */
void machine_notice(struct machine *m, const char *line);
void machine_reset(struct machine *m, uint32_t cause);
/* Memory as cpu sees it now, without side effects: virtual addresses if its MMU is on, guest byte
 * order.  False: some of it is out of reach. */
bool machine_debug_read(struct machine *m, const struct cpu *cpu, uint32_t address, void *buffer,
                        size_t size);
bool machine_debug_write(struct machine *m, const struct cpu *cpu, uint32_t address,
                         const void *buffer, size_t size);

#endif
