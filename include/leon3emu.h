// SPDX-License-Identifier: MIT
/*
 * libleon3emu: a LEON3 machine as a library.
 *
 * The library never prints (text goes to the functions given), never exits, reads no argv and
 * installs no signal handlers.  Machines share nothing: any number of them can live in a process, each
 * used by one thread at a time.  What may be called from any thread or signal handler says so.
 *
 *     create -> load ... -> start -> run ... run -> destroy
 */
#ifndef LEON3EMU_H
#define LEON3EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct error; /* error.h */
struct machine;

/* Exit statuses; the table is exit_status.def. */
enum leon3emu_status {
    LEON3EMU_OK = 0,
#define STATUS(name, value, meaning) LEON3EMU_##name = value,
#include "exit_status.def"
#undef STATUS
};

/* Why a run came back. */
enum stop_kind {
    STOP_NONE,        /* still running                                                        */
    STOP_CYCLES,      /* the cycles asked for are over; call again to go on                   */
    STOP_GUEST_EXIT,  /* RTEMS-style exit; status 0..63                                       */
    STOP_GUEST_FATAL, /* RTEMS-style fatal                                                    */
    STOP_ERROR_MODE,  /* trap while traps were disabled                                       */
    STOP_IDLE,        /* all CPUs powered down, no event, no input possible                   */
    STOP_TIME_LIMIT,  /* virtual time is up                                                   */
    STOP_INSN_LIMIT,  /* instruction count is up                                              */
    STOP_INTERRUPT,   /* leon3emu_interrupt()                                                 */
    STOP_DEVICE,      /* a peripheral asked                                                   */
    STOP_BREAKPOINT,  /* GDB: breakpoint                                                      */
    STOP_WATCHPOINT,  /* GDB: watched data was accessed                                       */
    STOP_STEP,        /* GDB: single step done                                                */
    STOP_BUG,         /* the emulator found a bug of its own (--verify-jit)                   */
};

struct stop_info {
    enum stop_kind kind;
    int status;     /* what a program should exit with                                       */
    uint32_t cpu;   /* which CPU stopped the run                                             */
    char text[512]; /* one sentence: why, and where; may be empty                             */
};

/* How instructions are executed. */
enum exec_kind {
    EXEC_JIT,    /* translated to host code (where there is no code generator: as EXEC_IR) */
    EXEC_IR,     /* translated, the intermediate representation interpreted               */
    EXEC_INTERP, /* the reference interpreter                                              */
};

/* The translator's switches; see the manual page for what they are good for. */
struct leon3emu_jit_options {
    bool use_ir;        /* set from exec_kind */
    size_t cache_size;  /* bytes of generated code */
    unsigned threshold; /* how often code is interpreted before it is translated, 0..255 */
    unsigned passes;    /* optimizer passes, a bit each */
    bool one_insn;      /* blocks of one instruction */
    bool no_chain;      /* back to the dispatcher after each block */
    bool stress_ra;     /* few host registers */
    bool stress_tlb;    /* few pages in the TLB */
    bool plain_cpu;     /* no MOVBE, no BMI */
    bool perf_map;      /* write /tmp/perf-PID.map */
    bool verify;        /* compare every block with the interpreter */
    uint64_t hash;      /* hash all state every so many instructions; 0: do not */
};

/* What a machine is made of.  All strings are copied or not needed after creation, but `context` and
 * the functions, which must live as long as the machine. */
struct leon3emu_options {
    const char *board; /* name of a built-in board or path of a board file; NULL: leon3 */
    const char *const
        *peripherals; /* as after --periph: "uart.so,base=0x80000900,irq=5"            */
    size_t peripheral_count;
    /* As after --set, applied in this order: "uart1.chardev=pty", "board.clock=50M". */
    const char *const *settings;
    size_t setting_count;
    const char *plugin_path; /* directories to search, separated by ':'; may be NULL           */
    const char *plugin_dir;  /* where to search last; NULL: where the project was to be installed */
    uint32_t log_mask;       /* of log_parse() in log.h                                        */
    const char *log_filter;  /* of log_filter_parse() in log.h; NULL: all is logged            */
    uint32_t history;        /* how many last lines to keep for leon3emu_history(); 0: none    */
    /* Where log_line and notice write, to be compared with output_fd: if it is the same terminal, pipe
     * or file, their lines and the guest's come there in the order in which they were made.  -1: not told. */
    int log_fd, notice_fd;
    int input_fd, output_fd; /* what character lines called stdio use; -1: none                */
    unsigned cpus;           /* how many CPUs; 0: what the board says                         */
    uint64_t quantum;        /* cycles each of several CPUs executes in turn; 0: 700          */
    bool has_reset_address;  /* the next one holds, instead of what the board says            */
    uint32_t reset_address;  /* a multiple of 4096: where CPUs start after each reset         */
    bool realtime;           /* pace virtual time to the wall clock                            */
    enum exec_kind exec;
    struct leon3emu_jit_options jit;
    /* A log line, and a line the user should see (like the name of a pty); without newline. */
    void (*log_line)(void *context, const char *line);
    void (*notice)(void *context, const char *line);
    /* A peripheral library broke a rule that leaves no way to go on (LEON3EMU_WRONG_THREAD).  Called on
     * the offending thread; must not return.  NULL: abort(). */
    void (*fatal)(void *context, enum leon3emu_status status, const char *text);
    /* A machine is being made: from now until leon3emu_destroy() has returned, or creation failed,
     * leon3emu_device_call() and leon3emu_emergency() may be asked about it.  The machine that
     * leon3emu_peripheral_help() loads a library into is announced, too.  NULL is announced just before the
     * memory of a machine is given back.  May be NULL. */
    void (*building)(void *context, const struct machine *machine);
    /* The first, or one more, peripheral library is about to be loaded.  May be NULL. */
    void (*loading)(void *context);
    void *context;
};

/* Defaults for *options: everything off, stdio on descriptors 0 and 1. */
void leon3emu_options_init(struct leon3emu_options *options);

/* A machine in power-on reset, nothing loaded.  NULL: *err says why. */
struct machine *leon3emu_create(const struct leon3emu_options *options, struct error *err);
/* NULL is allowed. */
void leon3emu_destroy(struct machine *machine);

/* Loads a file of a known format (ELF, S-record, Intel HEX, uImage, each also compressed by gzip); its entry
 * becomes the start address.  False: nothing was written. */
bool leon3emu_load(struct machine *machine, const char *path, struct error *err);
/* Loads one more file of a known format: its bytes only, if leon3emu_load() has loaded one before; start
 * address and symbols stay those of that.  An image that overwrites another is told of (options.notice). */
bool leon3emu_load_more(struct machine *machine, const char *path, struct error *err);
/* Loads a boot PROM: as leon3emu_load(), but a file of no known format is loaded as bytes at the address
 * where the CPU starts after reset. */
bool leon3emu_load_prom(struct machine *machine, const char *path, struct error *err);
/* Loads any file as bytes at address. */
bool leon3emu_load_raw(struct machine *machine, const char *path, uint32_t address,
                       struct error *err);

/* How execution begins. */
enum start_mode {
    START_LOADED, /* at the image's entry, in the state a boot loader leaves */
    START_RESET,  /* at the reset address in reset state: a PROM image */
    START_EMPTY, /* nothing is loaded: as START_LOADED at the first RAM's begin; for a debugger that loads */
};
bool leon3emu_start(struct machine *machine, enum start_mode mode, struct error *err);

/* Limits of the whole run; 0: none. */
void leon3emu_set_limits(struct machine *machine, uint64_t nanoseconds, uint64_t instructions);

/* Runs until something stops it or, if cycles is not 0, until the cycle counter has reached cycles.  Of several
 * CPUs all have come that far then, some further, by up to a quantum; how a run is cut changes nothing else. */
void leon3emu_run(struct machine *machine, uint64_t cycles, struct stop_info *stop);

/* Makes a run come back with STOP_INTERRUPT: after the current instruction, or, if that is in generated code that
 * calls no device, after a million at most.  A call into a peripheral that does not come back, and a wait for
 * whoever reads the output, hold it up.  From any thread or signal handler. */
void leon3emu_interrupt(struct machine *machine);

/* For a clock of the host, every few milliseconds while a run lasts: makes it look for input and for GDB now, if
 * it has not since the last tick.  Without ticks it looks every million cycles, which can be long if the guest
 * uses slow peripherals.  From one thread at a time, or signal handler. */
void leon3emu_tick(struct machine *machine);

/* Makes a run tell soon, by notices, how far it has come, and go on.  From any thread or signal handler. */
void leon3emu_request_status(struct machine *machine);

/* To be called after a run, before the program writes to options.notice_fd: if the guest's output goes there, too, and
 * has stopped in the middle of a line, this ends the line. */
void leon3emu_begin_line(struct machine *machine);

/* Was output of a character line lost, or input, because the host could not write or read it (a full disk, a closed
 * pipe)?  A log line said so when it happened. */
bool leon3emu_output_failed(const struct machine *machine);

uint64_t leon3emu_cycles(const struct machine *machine);
uint64_t leon3emu_instructions(const struct machine *machine);
uint64_t leon3emu_nanoseconds(const struct machine *machine);
/* A hash of all CPUs' states, as they were after every jit.hash instructions and as they are now.  It is the same for
 * every kind of execution (enum exec_kind), so it shows whether two runs did the same. */
uint64_t leon3emu_state_hash(struct machine *machine);

/* GDB's server. */
struct leon3emu_gdb_options {
    const char
        *address;  /* of this host, in numbers, IPv4 or IPv6; NULL: 127.0.0.1.  The protocol asks
                          * for no password: who can connect to the port controls the guest. */
    uint16_t port; /* 0: any free one */
    bool nowait;   /* the guest runs until a GDB comes */
};

/* Waits for GDB before the first instruction, unless told otherwise; runs then go as GDB says.  *actual
 * gets the port.  One GDB at a time; it may leave and come back. */
bool leon3emu_gdb(struct machine *machine, const struct leon3emu_gdb_options *options,
                  uint16_t *actual, struct error *err);

/* Carries out a command of the monitor, like "info mtree" or "mem 0x40000000"; "help" lists them.  cpu: the index of
 * the CPU that is meant.  The answer goes to stream.  False: there is no such command, or it has failed, and the
 * answer says why.  Not within a run. */
bool leon3emu_monitor(struct machine *machine, unsigned cpu, const char *command, FILE *stream);
/* What can be dumped: "mtree" stands for the command "info mtree".  NULL past the end. */
const char *leon3emu_dump_name(unsigned index);
/* State of the CPU that stopped: trap, registers, instruction, back-trace. */
void leon3emu_report(struct machine *machine, const struct stop_info *stop, FILE *stream);
/* The last instructions, traps, register accesses and guest errors, if options.history says so. */
void leon3emu_history(const struct machine *machine, FILE *stream);
/* The index-th of these lines, from the oldest on; NULL past the end.  Async-signal-safe, for reports of a crash: while
 * the machine runs on another thread, a line may be changed as it is read. */
const char *leon3emu_history_line(const struct machine *machine, size_t index);
/* Counters of the run. */
void leon3emu_stats(const struct machine *machine, FILE *stream);
/* Properties and regions of a peripheral: --periph NAME,help. */
bool leon3emu_peripheral_help(const struct leon3emu_options *options, const char *name,
                              FILE *stream, struct error *err);
/* What becomes of one instruction word in the translator.  False: the host has no memory. */
bool leon3emu_explain(const struct leon3emu_options *options, uint32_t word, FILE *stream);
/* Optimizer passes, in their order; NULL past the end. */
const char *leon3emu_pass_name(unsigned index);
const char *leon3emu_pass_help(unsigned index);
/* Names of built-in boards; NULL past the end. */
const char *leon3emu_board_name(unsigned index);
/* Prints the built-in boards, a line each with its description. */
void leon3emu_board_list(FILE *stream);
/* Prints what options->settings could change of options->board, with the present values. */
bool leon3emu_board_help(const struct leon3emu_options *options, FILE *stream, struct error *err);
/* Prints the built-in classes of devices, and the libraries in the directories that are searched. */
void leon3emu_peripheral_list(const struct leon3emu_options *options, FILE *stream);

/* Raw console on stdin if it is a terminal (Ctrl-A x quits). */
bool leon3emu_console_raw(struct machine *machine, bool on);

/* For handlers of signals that end or stop the process, async-signal-safe: gives the terminal back as it was; the
 * machine does not know of it. */
void leon3emu_restore_terminal(const struct machine *machine);
/* The same, and writes what character lines of every kind still hold, for wait_ms at most if nobody reads.
 * Bytes may come twice if the signal hit a write. */
void leon3emu_emergency(const struct machine *machine, unsigned wait_ms);
/* The process was stopped and goes on, or came to the foreground: the run takes the terminal again, if it may.
 * From any thread or signal handler. */
void leon3emu_continued(struct machine *machine);

/* Which device call is running, for crash reports and watchdogs; the innermost one.  False: none.
 * Async-signal-safe.  The machine keeps its record of running calls on the stack.  If the device's code has overwritten
 * it, this function notices, and tells device and callback of the call that began last.  For another thread the answer
 * is right only while the machine's thread stands still. */
struct leon3emu_device_call {
    const char *device;
    const char *library;  /* path, or NULL for a built-in device */
    const char *callback; /* "read", "write", "event", ...; "dlopen" and "dlclose", which run
                           * constructors and destructors: then device is the library's file name */
    const char
        *region; /* of the last access on the bus (of this call, if it is one); NULL: none yet */
    uint64_t offset;
    uint32_t size;
    bool write;
    bool running; /* the running call is that access */
    uint32_t guest_pc;
};
bool leon3emu_device_call(const struct machine *machine, struct leon3emu_device_call *call);

/* For a watchdog on another thread.  During a run with leon3emu_tick() `looks` changes after each outermost call
 * into a device, so the same number for seconds while in_call is set means that one call does not come back, or that
 * events of one instant have no end.  When there is no run, `outermost` is what is being made or reset. */
struct leon3emu_progress {
    bool in_call;   /* some device is being called */
    unsigned looks; /* how often the run has looked at the host */
    const void
        *outermost; /* names the device of the outermost call that is no register access; or NULL */
};
void leon3emu_progress(const struct machine *machine, struct leon3emu_progress *progress);

#ifdef __cplusplus
}
#endif

#endif
