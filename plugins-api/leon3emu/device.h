// SPDX-License-Identifier: MIT
/*
 * leon3emu device interface, ABI version 1.
 *
 * This header is the whole contract between leon3emu and a peripheral, whether the peripheral is
 * built into the program or loaded from a shared library.  It compiles as C11 and as C++11.
 *
 * A library exports one object, a struct l3_device_class, with L3_DEVICE_CLASS():
 *
 *     static const struct l3_device_class counter = { ... };
 *     L3_DEVICE_CLASS(counter)
 *
 * The life of an instance:
 *
 *     create()  properties are set, services may be used (not DMA, not irq lines)
 *     reset()   before the first instruction, and at every later reset
 *     read(), write(), pin_input(), char_input(), event functions ...   while the machine runs
 *     destroy() events are already cancelled, no service may be called any more
 *
 * Rules that hold everywhere
 *
 *  - Threads: every callback is called on the machine's thread, and every service but post() may
 *    only be called from there.  A call from another thread ends the run with a report.
 *  - Structs start with struct_size.  The side that fills in a struct sets it to sizeof(struct ...)
 *    of the header it was compiled with.  Neither side uses a field beyond the smaller of the two
 *    sizes, so fields can be added at the end without breaking a library.  In an array, struct_size
 *    of the first element is the distance in bytes from each element to the next.
 *  - Numbers are fixed-width.  Values of registers are host-order integers, right-aligned.
 *    Memory buffers (DMA) hold bytes in guest order: big-endian.
 *  - Strings and tables in the class must stay valid as long as the library is loaded.
 *    Strings that a service returns belong to leon3emu and are valid until destroy() returns.
 *  - A callback returns normally.  It must not longjmp or throw across its caller, nor wait for
 *    anything outside the program: the guest's time stands still while it runs.
 */
#ifndef LEON3EMU_DEVICE_H
#define LEON3EMU_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What follows is laid out by hand, in columns. */
// clang-format off

/* A library made for another ABI version is refused when it is loaded. */
#define L3_ABI_VERSION 1u

/* This instance, as leon3emu knows it; the first argument of every service. */
struct l3_host;
/* A named point in virtual time at which a function of the device is called. */
struct l3_event;
/* The far end of a character line: standard input and output, a file, a pty, a TCP connection. */
struct l3_chardev;

/* ---- Register access ------------------------------------------------------------------------- */

/* What read() and write() return.  Any other value is taken for L3_BUS_ERROR and logged. */
#define L3_OK        0 /* done; for a read, request.value holds the result                        */
#define L3_BUS_ERROR 1 /* AMBA error response: the CPU takes a data access or data store trap      */
#define L3_NOT_MINE  2 /* pass on to the region of next lower priority, bus error if there is none */

/* Bits of l3_request.attributes. */
#define L3_ATTR_SUPERVISOR 0x0001u /* made in supervisor mode                                      */
#define L3_ATTR_FETCH      0x0002u /* instruction fetch                                            */
#define L3_ATTR_DMA        0x0004u /* made by a bus master that is not a CPU                       */
#define L3_ATTR_DEBUG      0x0008u /* by a debugger: a read must change nothing (no side effects)   */
#define L3_ATTR_LOCKED     0x0010u /* half of an atomic read-modify-write (LDSTUB, SWAP, CASA)      */
#define L3_ATTR_ASI_SHIFT  8       /* bits 15:8: SPARC address space identifier of a CPU's access   */
#define L3_ATTR_ASI(a)     (((a) >> L3_ATTR_ASI_SHIFT) & 0xffu)

/*
 * One access to a region of the device.  Valid during the callback only.
 *
 * In an APB region (L3_REGION_APB) read() and write() get aligned 4-byte accesses and nothing else:
 * APB has no byte strobes.  A byte or halfword load of the guest is a read of the whole word, from
 * which the CPU takes its lane; a byte or halfword store arrives as a word with the value repeated
 * on every lane, as LEON3 drives the bus (0x41 arrives as 0x41414141).  A doubleword access arrives
 * as two words, the one at the lower address first.
 *
 * A debug read (L3_ATTR_DEBUG) gives what the guest would read and changes nothing.  A debug write
 * does exactly what the guest's write does.  State that no register write can set is for the state
 * fields (l3_device_class.state), not for debug writes.
 */
struct l3_request {
    uint32_t struct_size;
    uint32_t region;      /* index into l3_device_class.regions                                   */
    uint64_t offset;      /* of the lowest byte, from the start of the region                     */
    uint64_t value;       /* write: the value; read: the answer goes here (0 before the call)     */
    uint32_t size;        /* 1, 2, 4 or 8 bytes; one of the region's native sizes                 */
    uint32_t attributes;  /* L3_ATTR_*                                                            */
    uint32_t master;      /* CPU number, or bus index of the DMA master (15: no plug&play record) */
    uint32_t wait_cycles; /* reply: bus cycles this access costs beyond its instruction           */
    uint64_t cycles;      /* time of the access: what services->cycles() returns during it        */
};

/* ---- How a device describes itself ----------------------------------------------------------- */

#define L3_PROPERTY_UINT    1u /* a number, decimal or 0x..; k, M, G suffixes for powers of 1024  */
#define L3_PROPERTY_BOOL    2u /* on/off, yes/no, true/false, 1/0                                 */
#define L3_PROPERTY_STRING  3u
#define L3_PROPERTY_CHARDEV 4u /* none, stdio, file:PATH, pty, pty:LINK, tcp:PORT                 */

/* A parameter: `--periph NAME,property=value` or a line of the board file.  leon3emu itself adds
 * `base` (and `<region>_base`), `irq` (and `irq1`, `irq2`, ... for further outputs), `name`,
 * `priority` and, for a class with a plug&play identity, `pnp_vendor`, `pnp_device`, `pnp_version`:
 * a class does not list these. */
struct l3_property {
    uint32_t struct_size;
    uint32_t type;             /* L3_PROPERTY_*                                                   */
    const char *name;          /* lower case, digits, '_', '-'; begins with a letter              */
    const char *default_value; /* as a user would write it; NULL: the user must give a value      */
    uint64_t minimum;          /* inclusive; numbers only                                         */
    uint64_t maximum;          /* inclusive; numbers only                                         */
    const char *help;          /* one line                                                        */
};

#define L3_REGION_APB   1u /* registers behind an APB bridge: words only, 256-byte granules        */
#define L3_REGION_AHB   2u /* AHB memory space, 1 MiB granules in plug&play                        */
/* AHB I/O space: 256-byte granules inside 0xFFF00000..0xFFFFFFFF.  Leave the last 4 KiB, from
 * 0xFFFFF000 on, free: the plug&play area (a class with L3_CLASS_BUS_INFO) lies there. */
#define L3_REGION_AHBIO 3u

/* Masks of access sizes: the sizes themselves, or-ed together. */
#define L3_SIZE_1   0x1u
#define L3_SIZE_2   0x2u
#define L3_SIZE_4   0x4u
#define L3_SIZE_8   0x8u
#define L3_SIZE_ALL 0xfu

/* A register: its name for logs and reports, and what reads and writes do.  leon3emu itself uses
 * the names only; leon3emu/regs.h implements read() and write() of a device from such rows. */
struct l3_register {
    uint32_t struct_size;
    uint32_t offset;   /* bytes from the start of the region                                      */
    const char *name;  /* as the manual spells it, lower case                                     */
    uint32_t reset;    /* value after reset                                                       */
    uint32_t readable; /* bits that read as stored; the others read 0                             */
    uint32_t stored;   /* bits a write replaces                                                   */
    uint32_t w1c;      /* bits a write of 1 clears                                                */
    uint32_t count;    /* 0 and 1: one register; n: n registers, stride bytes apart               */
    uint32_t stride;
    /* Hooks; either may be NULL.  index: which of the row's `count` registers.  on_read gets the
     * stored value through `readable` and returns what the guest reads.  on_write is called after
     * the masks were applied; value is what the guest wrote. */
    uint32_t (*on_read)(void *instance, uint32_t index, uint32_t value);
    void (*on_write)(void *instance, uint32_t index, uint32_t value);
};

/* A window of addresses.  Region 0 starts at property `base`, region NAME at `NAME_base`. */
struct l3_region {
    uint32_t struct_size;
    uint32_t kind;         /* L3_REGION_*                                                         */
    const char *name;      /* for --dump mtree                                                    */
    uint64_t size;         /* bytes, a power of two of at least 4                                 */
    uint64_t default_base; /* used when neither board nor user gives one; 0: a base is required   */
    uint32_t valid_sizes;  /* L3_SIZE_*: other sizes are bus errors                               */
    uint32_t native_sizes; /* L3_SIZE_*: the only sizes that read() and write() get (APB: always 4).
                            * leon3emu splits wider valid accesses.  A narrower load is a read() of
                            * more bytes, a narrower store a read() and a write(); for APB see
                            * struct l3_request                                                   */
    const struct l3_register *registers; /* may be NULL                                           */
    uint32_t register_count;
    uint32_t reserved;
};

/* Where a plug&play record goes; a core may be in several places (GRETH: APB slave, AHB master). */
#define L3_PNP_APB_SLAVE  0x1u
#define L3_PNP_AHB_SLAVE  0x2u
#define L3_PNP_AHB_MASTER 0x4u

#define L3_VENDOR_GAISLER 0x01u
#define L3_VENDOR_OTHER   0x09u /* "various contributions": what a core of your own should use    */

/* GRLIB plug&play identity (GRLIB user's manual, plug&play). */
struct l3_pnp {
    uint32_t struct_size;
    uint32_t where; /* L3_PNP_*                                                                   */
    uint32_t vendor;  /* 8 bits  */
    uint32_t device;  /* 12 bits */
    uint32_t version; /* 5 bits  */
    uint32_t reserved;
};

/* Part of the instance that a snapshot must hold.  Register values are saved and restored only if
 * the array that holds them is named here; a snapshot is never restored by register writes.  (No
 * release of leon3emu makes snapshots yet: the fields are checked, not used.) */
struct l3_state_field {
    uint32_t struct_size;
    uint32_t offset; /* offsetof() in what create() returned                                      */
    uint32_t size;   /* of one element: 1, 2, 4 or 8 (saved as a number), or any size of raw bytes */
    uint32_t count;
    const char *name;
};

/* Why reset() is called. */
#define L3_RESET_POWER_ON 0u
#define L3_RESET_WATCHDOG 1u
#define L3_RESET_SOFTWARE 2u /* another device or the user asked                                  */

/* Bits of l3_device_class.flags. */
#define L3_CLASS_IRQ_CONTROLLER 0x1u /* its input pins are the interrupt lines of the bus         */
#define L3_CLASS_BUS_INFO       0x2u /* a plug&play area, which itself has no plug&play record    */
#define L3_CLASS_BRIDGE         0x4u /* its region is a background: other devices lie inside it   */
#define L3_CLASS_SEES_IRQ_LINES 0x8u /* not a controller, but its input pins, too, are the interrupt
                                        lines of the bus; see pin_input                           */

struct l3_services;

/*
 * The description of a device.  Only name, abi_version, struct_size and create are required;
 * a callback that is NULL means "nothing to do" (read and write: bus error).
 */
struct l3_device_class {
    uint32_t struct_size;
    uint32_t abi_version; /* L3_ABI_VERSION */
    const char *name;     /* lower case; instances are called name0, name1, ... unless told otherwise */
    const char *summary;  /* one line for --periph NAME,help                                      */
    const char *version;  /* of the model, free text; may be NULL                                 */
    uint32_t flags;       /* L3_CLASS_*                                                           */
    uint32_t property_count;
    const struct l3_property *properties;
    const struct l3_region *regions;
    uint32_t region_count;
    uint32_t irq_output_count; /* outputs 0..n-1; output k drives bus line `irq`+k unless `irqK` is given */
    uint32_t input_pin_count;
    uint32_t state_count;
    const struct l3_state_field *state;
    const struct l3_pnp *pnp; /* NULL: no plug&play record                                        */

    /* Makes an instance.  If it cannot, it says why with services->fail() and returns NULL. */
    void *(*create)(struct l3_host *host, const struct l3_services *services);
    void (*destroy)(void *instance);
    /* Puts the instance into the reset state that its manual describes.  Before, leon3emu has
     * cancelled its armed events, and all interrupt lines have become low, without a call of
     * pin_input().  Devices are reset in board order.  cause: L3_RESET_*
     *
     * It may drive its interrupt outputs.  pin_input() of others is called for these lines when all
     * devices have been reset, so it does not matter which come first on the board. */
    void (*reset)(void *instance, uint32_t cause);
    /* Register access; see struct l3_request.  Returns L3_OK, L3_BUS_ERROR or L3_NOT_MINE. */
    int32_t (*read)(void *instance, struct l3_request *request);
    int32_t (*write)(void *instance, struct l3_request *request);
    /*
     * An input pin changed to level (0 or 1).  A pulse is two calls: 1, then 0.
     *
     * For an interrupt controller and for a device with L3_CLASS_SEES_IRQ_LINES, pin n is bus line
     * n.  When a line changes, pin_input() of the controller is called first, then that of each
     * device with L3_CLASS_SEES_IRQ_LINES, in board order.  All of this happens inside irq_set() or
     * irq_pulse() of the device that drives the line, but for reset(), see there.  If that device
     * sees the line itself, its own pin_input() is called before irq_set() returns: its state must
     * be consistent before it calls irq_set().  If pin_input() itself changes a line, pin_input() of
     * the controller is called at once, that of devices with L3_CLASS_SEES_IRQ_LINES only after all
     * of them were called for the present change.
     */
    void (*pin_input)(void *instance, uint32_t pin, uint32_t level);
    /* Interrupt controllers: CPU `cpu` took the trap of interrupt level 1..15. */
    void (*irq_acknowledge)(void *instance, uint32_t cpu, uint32_t level);
    /* Input has arrived at chardev after a chardev_read() that returned fewer bytes than asked for.
     * leon3emu calls this once; it calls it again only after another such short chardev_read().  So
     * read until a read comes back short. */
    void (*char_input)(void *instance, struct l3_chardev *chardev);
    /* State that state fields cannot describe, for snapshots (see l3_state_field).  state_save
     * returns the number of bytes needed, and writes them if they fit into size.  state_load
     * returns L3_OK, or L3_BUS_ERROR for data that it does not understand. */
    uint64_t (*state_save)(void *instance, void *buffer, uint64_t size);
    int32_t (*state_load)(void *instance, const void *buffer, uint64_t size);
    /*
     * Once a CPU is in error mode, leon3emu calls irq_enabled and will_restart whenever no CPU
     * executes, to find out whether the machine only waits.  If nothing can wake a CPU any more,
     * the run ends.  Both functions must change nothing.
     *
     * irq_enabled, for interrupt controllers: returns the interrupt lines (bit n is line n) that
     * would interrupt CPU `cpu` at a level above `level` if they became high.  NULL: leon3emu
     * assumes that every line would.
     */
    uint32_t (*irq_enabled)(void *instance, uint32_t cpu, uint32_t level);
    /* Watchdogs and the like: returns nonzero if the device, as it is now, will reset the system or
     * wake a CPU when some time has passed.  Only a device that has an armed event is asked.  NULL:
     * it never will. */
    uint32_t (*will_restart)(void *instance);
};

/* ---- Services for every device --------------------------------------------------------------- */

#define L3_LOG_ERROR       0u /* always printed: the simulation's result is in doubt              */
#define L3_LOG_GUEST_ERROR 1u /* the guest misused the device          (-d guest_errors)          */
#define L3_LOG_UNIMP       2u /* something real that this model lacks  (-d unimp)                 */
#define L3_LOG_TRACE       3u /* what the device does                  (-d dev)                   */

struct l3_system_services;

struct l3_services {
    uint32_t struct_size;
    uint32_t version; /* grows when services are added */
    /* For cores that are part of the system: interrupt controllers, reset, plug&play.  Not NULL. */
    const struct l3_system_services *system;

    /* -- set-up ------------------------------------------------------------------------------ */
    /* In create() only: says why no instance can be made (printf style, one sentence). */
    void (*fail)(struct l3_host *host, const char *format, ...);
    /* Name of the instance, like "apbuart0". */
    const char *(*name)(struct l3_host *host);
    /* Value of a number or bool property (bool: 0 or 1).  An unknown name gives 0 and an error log. */
    uint64_t (*property_uint)(struct l3_host *host, const char *name);
    /* Value of a property as text.  Never NULL. */
    const char *(*property_text)(struct l3_host *host, const char *name);
    /* The character line that the user chose for a property of type L3_PROPERTY_CHARDEV.  Never
     * NULL: `none` is a line that drops all output and has no input. */
    struct l3_chardev *(*property_chardev)(struct l3_host *host, const char *name);
    /* Base address of a region; already known in create(). */
    uint64_t (*region_base)(struct l3_host *host, uint32_t region);
    /* Bus line that output `output` drives, 0 when it is not connected. */
    uint32_t (*irq_line)(struct l3_host *host, uint32_t output);

    /* -- virtual time ------------------------------------------------------------------------ */
    /* Bus cycles since power-on.  During a register access it is exactly the time of the
     * instruction that makes it. */
    uint64_t (*cycles)(struct l3_host *host);
    /* The same in nanoseconds, rounded down. */
    uint64_t (*nanoseconds)(struct l3_host *host);
    /* Bus clock in Hz. */
    uint64_t (*clock_hz)(struct l3_host *host);
    /* The smallest number of cycles that lasts at least ns nanoseconds. */
    uint64_t (*ns_to_cycles)(struct l3_host *host, uint64_t ns);

    /* -- events ------------------------------------------------------------------------------ */
    /* In create() only.  name is for logs, reports and snapshots; function is called with the
     * instance and argument.  Events with the same deadline run in the board order of their
     * devices; those of one device run in the order of their creation. */
    struct l3_event *(*event_create)(struct l3_host *host, const char *name,
                                     void (*function)(void *instance, uint32_t argument),
                                     uint32_t argument);
    /* The event's function is called once, when cycles() reaches deadline; if that is not in the
     * future, after the current instruction.  Arming an armed event replaces its deadline. */
    void (*event_arm)(struct l3_host *host, struct l3_event *event, uint64_t deadline);
    /* Nothing happens if it is not armed. */
    void (*event_cancel)(struct l3_host *host, struct l3_event *event);

    /* -- interrupt lines --------------------------------------------------------------------- */
    /* Drives output `output` to level 0 or 1.  A bus line is high while any output connected to it
     * is high.  pin_input() of others is called only when the level of the line changes. */
    void (*irq_set)(struct l3_host *host, uint32_t output, uint32_t level);
    /* Drives the output high and low again, as most GRLIB cores do.  Nothing happens if it is
     * high. */
    void (*irq_pulse)(struct l3_host *host, uint32_t output);

    /* -- bus master -------------------------------------------------------------------------- */
    /* Copies size bytes, in guest byte order, at any alignment.  Returns L3_BUS_ERROR if a byte
     * could not be accessed; the bytes before it have been copied.  While a CPU's register access
     * is in progress, DMA reaches memory only.  At other times (events, char_input) it also reaches
     * registers of other devices, but never those of a device that is inside one of its
     * callbacks. */
    int32_t (*dma_read)(struct l3_host *host, uint64_t address, void *buffer, uint64_t size);
    int32_t (*dma_write)(struct l3_host *host, uint64_t address, const void *buffer, uint64_t size);

    /* -- outside world ----------------------------------------------------------------------- */
    /* level: L3_LOG_*.  printf style, without newline; the instance's name is put in front. */
    void (*log)(struct l3_host *host, uint32_t level, const char *format, ...);
    /* Takes up to size bytes of the input that has arrived and returns how many.  Fewer than asked
     * for means that there is no more at present; char_input() is called when there is. */
    uint64_t (*chardev_read)(struct l3_host *host, struct l3_chardev *chardev, void *buffer,
                             uint64_t size);
    /* Sends all bytes; never blocks for long: what a slow reader does not take is buffered, then
     * dropped with a log line. */
    void (*chardev_write)(struct l3_host *host, struct l3_chardev *chardev, const void *buffer,
                          uint64_t size);
    /* Ends the run after the current instruction.  status 0..63 becomes the exit status. */
    void (*stop)(struct l3_host *host, uint32_t status, const char *format, ...);
    /* FROM ANY THREAD: has function called on the machine's thread soon.  Returns L3_OK, or
     * L3_BUS_ERROR if the machine is being destroyed or a million functions wait already (for
     * example because a debugger has halted the machine); the function is not called then. */
    int32_t (*post)(struct l3_host *host, void (*function)(void *instance, void *argument),
                    void *argument);
};

/* ---- Services for cores that are part of the system ------------------------------------------ */

#define L3_CPU_RUNNING    0u
#define L3_CPU_POWER_DOWN 1u
#define L3_CPU_ERROR      2u

/* Registers for cpu_register_read() and cpu_register_write(); beside these 0..31 are %r of the
 * current window and 32..63 are %f. */
#define L3_REG_Y      64u
#define L3_REG_PSR    65u
#define L3_REG_WIM    66u
#define L3_REG_TBR    67u
#define L3_REG_PC     68u
#define L3_REG_NPC    69u
#define L3_REG_FSR    70u
#define L3_REG_ASR(n) (96u + (n))

/* The tables of plug&play records. */
#define L3_BUS_AHB_MASTERS 0u
#define L3_BUS_AHB_SLAVES  1u
#define L3_BUS_APB_SLAVES  2u

/* The plug&play record of one core on the bus, in words as the guest reads them. */
struct l3_bus_entry {
    uint32_t struct_size;
    uint32_t id;      /* word 0: vendor, device, version, irq                                     */
    uint32_t user[3]; /* AHB words 1..3                                                           */
    uint32_t bar[4];  /* AHB words 4..7; APB: bar[0] is word 1                                    */
};

/* An access that ended in an AMBA error response. */
struct l3_bus_error {
    uint32_t struct_size;
    uint32_t size;       /* of the access: 1, 2, 4 or 8 bytes                                     */
    uint64_t address;
    uint32_t write;      /* 1: a store                                                            */
    uint32_t attributes; /* L3_ATTR_*, never L3_ATTR_DEBUG                                        */
    uint32_t master;     /* CPU number, or bus index of the DMA master                            */
    uint32_t reserved;
};

struct l3_system_services {
    uint32_t struct_size;
    uint32_t version;
    uint32_t (*cpu_count)(struct l3_host *host);
    /* Sets the interrupt request level (IRL, 0..15; 0: none) of a CPU. */
    void (*cpu_irq_level)(struct l3_host *host, uint32_t cpu, uint32_t level);
    /* Returns L3_CPU_*. */
    uint32_t (*cpu_status)(struct l3_host *host, uint32_t cpu);
    /* Wakes a CPU from power-down or error mode.  It continues where it stopped or, if
     * cpu_boot_address() was called since, at that address.  Nothing happens if the CPU is
     * running. */
    void (*cpu_wake)(struct l3_host *host, uint32_t cpu);
    /* Sets the address at which a CPU that is now in power-down or error mode will continue when it
     * wakes.  Nothing happens if the CPU is running. */
    void (*cpu_boot_address)(struct l3_host *host, uint32_t cpu, uint32_t address);
    /* Puts a CPU into error mode. */
    void (*cpu_force_error)(struct l3_host *host, uint32_t cpu);
    /* Resets the whole system after the current instruction.  cause: L3_RESET_* */
    void (*system_reset)(struct l3_host *host, uint32_t cause);
    /* Fills *entry for slot `index` of a table (L3_BUS_*) on the bus of bridge `bridge` (APB tables:
     * 0 is the first bridge).  Returns 1 if the slot is in use, 0 if not, -1 past the end.
     * The caller sets entry->struct_size. */
    int32_t (*bus_entry)(struct l3_host *host, uint32_t table, uint32_t bridge, uint32_t index,
                         struct l3_bus_entry *entry);
    /* Returns 1, or 0 if there is no such register. */
    int32_t (*cpu_register_read)(struct l3_host *host, uint32_t cpu, uint32_t reg, uint32_t *value);
    int32_t (*cpu_register_write)(struct l3_host *host, uint32_t cpu, uint32_t reg, uint32_t value);

    /* -- version 2 --------------------------------------------------------------------------- */
    /* In create() only.  From then on, function is called at each access of a CPU or DMA master
     * that gets a bus error, before the CPU takes its trap; not for accesses of a debugger.  *error
     * is valid during the call.  Errors of accesses that are made inside such a call are not
     * reported. */
    void (*watch_bus_errors)(struct l3_host *host,
                             void (*function)(void *instance, const struct l3_bus_error *error));

    /* -- version 3 --------------------------------------------------------------------------- */
    /* For devices with L3_CLASS_SEES_IRQ_LINES, from reset() on: from now on pin_input() is called
     * for changes of the lines in mask only (bit n: line n).  Returns all lines that are high now,
     * whatever mask says; in reset() none is.  For a device that never calls this, pin_input() is
     * called for every line. */
    uint32_t (*watch_irq_lines)(struct l3_host *host, uint32_t mask);
};

/* ---- Export ---------------------------------------------------------------------------------- */

#define L3_CLASS_SYMBOL "leon3emu_device_class"

#if defined(__GNUC__)
#define L3_EXPORT __attribute__((visibility("default")))
#else
#define L3_EXPORT
#endif

/* The exported pointer is called L3_CLASS_SYMBOL in a library.  In a device that is linked into the
 * program it is l3_builtin_NAME, so that all of them can be linked together. */
#ifdef L3_BUILTIN
#define L3_PASTE_(a, b) a##b
#define L3_PASTE(a, b)  L3_PASTE_(a, b)
#define L3_CLASS_POINTER L3_PASTE(l3_builtin_, L3_BUILTIN)
#else
#define L3_CLASS_POINTER leon3emu_device_class
#endif

#ifdef __cplusplus
#define L3_DEVICE_CLASS(object)                                                                    \
    extern "C" L3_EXPORT const struct l3_device_class *const L3_CLASS_POINTER;                     \
    extern "C" L3_EXPORT const struct l3_device_class *const L3_CLASS_POINTER = &(object);
#else
#define L3_DEVICE_CLASS(object)                                                                    \
    extern L3_EXPORT const struct l3_device_class *const L3_CLASS_POINTER;                         \
    const struct l3_device_class *const L3_CLASS_POINTER = &(object);
#endif

// clang-format on

#ifdef __cplusplus
}
#endif

#endif
