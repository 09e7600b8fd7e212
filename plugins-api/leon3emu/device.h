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
 *  - Structs start with struct_size, set by whoever fills them to sizeof(struct ...) of *his*
 *    header.  Both sides use no field beyond the smaller of the two sizes, so fields can be added at
 *    the end without breaking a library.  In an array of structs the struct_size of the first element
 *    is the distance of all.
 *  - Numbers are fixed-width.  Values of registers are host-order integers, right-aligned.
 *    Memory buffers (DMA) hold bytes in guest order: big-endian.
 *  - Strings and tables in the class must stay valid as long as the library is loaded.
 *    Strings a service returns belong to the core and are valid until destroy().
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

/* Laid out by hand: a reference is read in columns. */
// clang-format off

/* A library made for another ABI version is refused when it is loaded. */
#define L3_ABI_VERSION 1u

/* This instance, as the core knows it; the first argument of every service. */
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
 * APB regions (L3_REGION_APB) see aligned 4-byte accesses and nothing else: APB has no byte strobes.
 * A byte or halfword load takes its lane of the word read; a byte or halfword store arrives as a word
 * with the value repeated on every lane, as LEON3 drives the bus (0x41 arrives as 0x41414141).
 * Doubleword accesses are two words, ascending.
 *
 * A debug read (L3_ATTR_DEBUG) answers what the guest would read and changes nothing.  A debug write
 * does what the guest's write does: a debugger that wants a value where no write puts it, and a
 * snapshot, go through the declared state (l3_device_class.state), not through here.
 */
struct l3_request {
    uint32_t struct_size;
    uint32_t region;      /* index into l3_device_class.regions                                   */
    uint64_t offset;      /* of the lowest byte, from the start of the region                     */
    uint64_t value;       /* write: the value; read: the answer goes here (0 before the call)     */
    uint32_t size;        /* 1, 2, 4 or 8 bytes; one of the region's native sizes                 */
    uint32_t attributes;  /* L3_ATTR_*                                                            */
    uint32_t master;      /* CPU number, or bus index of the DMA master (15: it has no record)    */
    uint32_t wait_cycles; /* reply: bus cycles this access costs beyond its instruction           */
    uint64_t cycles;      /* when it is made: what services->cycles() says meanwhile              */
};

/* ---- How a device describes itself ----------------------------------------------------------- */

#define L3_PROPERTY_UINT    1u /* a number, decimal or 0x..; k, M, G suffixes for powers of 1024  */
#define L3_PROPERTY_BOOL    2u /* on/off, yes/no, true/false, 1/0                                 */
#define L3_PROPERTY_STRING  3u
#define L3_PROPERTY_CHARDEV 4u /* none, stdio, file:PATH, pty, pty:LINK, tcp:PORT                 */

/* A parameter: `--periph NAME,property=value` or a line of the board file.  The core adds `base`
 * (and `<region>_base`), `irq` (and `irq1`, `irq2`, ... for further outputs) and, for a class with a
 * plug&play identity, `pnp_vendor`, `pnp_device`, `pnp_version` by itself. */
struct l3_property {
    uint32_t struct_size;
    uint32_t type;             /* L3_PROPERTY_*                                                   */
    const char *name;          /* lower case, digits, '_'                                         */
    const char *default_value; /* as a user would write it; NULL: the user must give a value      */
    uint64_t minimum;          /* inclusive; numbers only                                         */
    uint64_t maximum;          /* inclusive; numbers only                                         */
    const char *help;          /* one line                                                        */
};

#define L3_REGION_APB   1u /* registers behind an APB bridge: words only, 256-byte granules        */
#define L3_REGION_AHB   2u /* AHB memory space, 1 MiB granules in plug&play                        */
/* AHB I/O space: 256-byte granules inside 0xFFF00000..0xFFFFFFFF.  From 0xFFFFF000 on lies the
 * plug&play area, which is for cores that show the bus (L3_CLASS_BUS_INFO). */
#define L3_REGION_AHBIO 3u

/* Masks of access sizes: the sizes themselves, or-ed together. */
#define L3_SIZE_1   0x1u
#define L3_SIZE_2   0x2u
#define L3_SIZE_4   0x4u
#define L3_SIZE_8   0x8u
#define L3_SIZE_ALL 0xfu

/* A register, for traces, reports and snapshots.  leon3emu/regs.h can run a device from such rows. */
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
    /* Both may be NULL.  index: which of count.  on_read returns what the guest sees;
     * on_write is called after the masks were applied, value is what the guest wrote. */
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
    uint32_t native_sizes; /* L3_SIZE_*: what read() and write() get; the core splits and merges  */
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

/* Part of the instance that a snapshot must hold.  Values of registers are state as any other: they
 * are saved and restored only if the array that holds them is named here, never by writing to the
 * registers. */
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
#define L3_CLASS_BUS_INFO       0x2u /* shows the bus itself: it gets no plug&play slot           */
#define L3_CLASS_BRIDGE         0x4u /* its region is a background: other devices lie inside it   */
#define L3_CLASS_SEES_IRQ_LINES 0x8u /* its input pins are the interrupt lines of the bus, like a
                                        controller's, without being one; see pin_input            */

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

    /* Makes an instance.  Returns NULL after services->fail() told why not. */
    void *(*create)(struct l3_host *host, const struct l3_services *services);
    void (*destroy)(void *instance);
    /* To the state of the manual.  Armed events were cancelled before.  cause: L3_RESET_* */
    void (*reset)(void *instance, uint32_t cause);
    /* Register access; see struct l3_request.  Returns L3_OK, L3_BUS_ERROR or L3_NOT_MINE. */
    int32_t (*read)(void *instance, struct l3_request *request);
    int32_t (*write)(void *instance, struct l3_request *request);
    /*
     * An input pin changed to level (0 or 1).  A pulse is two calls: 1, then 0.
     *
     * Pins of an interrupt controller and of a device that sees the interrupt lines are those lines,
     * by number.  Of each change the controller is told first, then the others in the order of the
     * board; they have all been told of one change before they are told of the next.  So a device
     * that also sees the line it drives is called while it is inside irq_set() or irq_pulse(), and
     * must have its state complete by then.  A change that is made inside pin_input() reaches the
     * controller at once, the others when the present change has reached them all.
     */
    void (*pin_input)(void *instance, uint32_t pin, uint32_t level);
    /* Interrupt controllers: CPU `cpu` took the trap of interrupt level 1..15. */
    void (*irq_acknowledge)(void *instance, uint32_t cpu, uint32_t level);
    /* chardev has input again after a chardev_read() that came back short.  Called once; read
     * until it comes back short to be called again. */
    void (*char_input)(void *instance, struct l3_chardev *chardev);
    /* State that tables cannot say.  state_save returns the bytes needed, and writes them if they
     * fit into size.  state_load returns L3_OK or L3_BUS_ERROR (data not understood). */
    uint64_t (*state_save)(void *instance, void *buffer, uint64_t size);
    int32_t (*state_load)(void *instance, const void *buffer, uint64_t size);
    /*
     * Both are asked while no CPU executes, to tell a machine that only waits from one that is dead: in
     * the latter an error mode ends the run.  They must change nothing.
     *
     * Interrupt controllers: the interrupt lines (bit n is line n) on which CPU `cpu` would now be
     * interrupted at a level above `level` if they became high.  NULL: it could be any of them.
     */
    uint32_t (*irq_enabled)(void *instance, uint32_t cpu, uint32_t level);
    /* Watchdogs and the like: not 0 if the device, as it is now, will reset the system or wake a CPU by
     * itself when some time has passed.  NULL: it will not. */
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
    /* The character line behind a property of type CHARDEV.  Never NULL: `none` swallows output. */
    struct l3_chardev *(*property_chardev)(struct l3_host *host, const char *name);
    /* Address of a region; in create() already known. */
    uint64_t (*region_base)(struct l3_host *host, uint32_t region);
    /* Bus line that output `output` drives, 0 when it is not connected. */
    uint32_t (*irq_line)(struct l3_host *host, uint32_t output);

    /* -- virtual time ------------------------------------------------------------------------ */
    /* Bus cycles since power-on, exact to the instruction that made the access. */
    uint64_t (*cycles)(struct l3_host *host);
    /* The same in nanoseconds, rounded down. */
    uint64_t (*nanoseconds)(struct l3_host *host);
    /* Bus clock in Hz. */
    uint64_t (*clock_hz)(struct l3_host *host);
    /* Cycles that last at least ns nanoseconds. */
    uint64_t (*ns_to_cycles)(struct l3_host *host, uint64_t ns);

    /* -- events ------------------------------------------------------------------------------ */
    /* In create() only.  name is for traces and snapshots; function gets the instance and argument.
     * Events of equal time run in the order of devices on the board, then of creation. */
    struct l3_event *(*event_create)(struct l3_host *host, const char *name,
                                     void (*function)(void *instance, uint32_t argument),
                                     uint32_t argument);
    /* Calls the function once, when cycles() reaches deadline (at once, if that has passed: after
     * the current instruction).  Arming an armed event moves it. */
    void (*event_arm)(struct l3_host *host, struct l3_event *event, uint64_t deadline);
    /* Nothing happens if it is not armed. */
    void (*event_cancel)(struct l3_host *host, struct l3_event *event);

    /* -- interrupt lines --------------------------------------------------------------------- */
    /* Drives output `output` to level 0 or 1.  A line is high while any output on it is; its
     * changes are what others are told of. */
    void (*irq_set)(struct l3_host *host, uint32_t output, uint32_t level);
    /* Up and down again: what most GRLIB cores do. */
    void (*irq_pulse)(struct l3_host *host, uint32_t output);

    /* -- bus master -------------------------------------------------------------------------- */
    /* Copies size bytes, guest byte order, any alignment.  L3_BUS_ERROR if any byte could not be
     * accessed; the bytes before it were.  During a register callback only memory can be reached,
     * from events and char_input devices too, never a device that is being called. */
    int32_t (*dma_read)(struct l3_host *host, uint64_t address, void *buffer, uint64_t size);
    int32_t (*dma_write)(struct l3_host *host, uint64_t address, const void *buffer, uint64_t size);

    /* -- outside world ----------------------------------------------------------------------- */
    /* level: L3_LOG_*.  printf style, without newline; the instance's name is put in front. */
    void (*log)(struct l3_host *host, uint32_t level, const char *format, ...);
    /* Takes up to size bytes of what has arrived, returns how many; fewer than asked: there is no
     * more now, char_input() will tell. */
    uint64_t (*chardev_read)(struct l3_host *host, struct l3_chardev *chardev, void *buffer,
                             uint64_t size);
    /* Sends all bytes; never blocks for long: what a slow reader does not take is buffered, then
     * dropped with a log line. */
    void (*chardev_write)(struct l3_host *host, struct l3_chardev *chardev, const void *buffer,
                          uint64_t size);
    /* Ends the run after the current instruction.  status 0..63 becomes the exit status. */
    void (*stop)(struct l3_host *host, uint32_t status, const char *format, ...);
    /* FROM ANY THREAD: runs function on the machine's thread soon.  L3_OK, or L3_BUS_ERROR when the
     * machine is going away, or a million functions wait already (a debugger may have halted it). */
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

/* One core on the bus, its plug&play words as the guest reads them. */
struct l3_bus_entry {
    uint32_t struct_size;
    uint32_t id;      /* vendor, device, version, irq packed as in plug&play word 0               */
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
    /* Interrupt request level 0..15 that cpu sees; 0 is none. */
    void (*cpu_irq_level)(struct l3_host *host, uint32_t cpu, uint32_t level);
    /* L3_CPU_* */
    uint32_t (*cpu_status)(struct l3_host *host, uint32_t cpu);
    /* Wakes a CPU from power-down or error mode; it goes on where it stopped, or at the boot address
     * it was given since.  Nothing happens if it runs. */
    void (*cpu_wake)(struct l3_host *host, uint32_t cpu);
    /* Address at which a CPU that is in power-down or error mode now goes on when it wakes.  Nothing
     * happens if it runs. */
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
    /* In create() only: function is called of each access that gets a bus error, whoever made it, but
     * a debugger; before the CPU takes its trap.  *error is valid during the call.  Of accesses that
     * are made inside such a call nobody is told. */
    void (*watch_bus_errors)(struct l3_host *host,
                             void (*function)(void *instance, const struct l3_bus_error *error));

    /* -- version 3 --------------------------------------------------------------------------- */
    /* For devices with L3_CLASS_SEES_IRQ_LINES, from reset() on: pin_input() is called for changes of
     * the lines in mask (bit n: line n) and of no others, until this is called again.  Returns the
     * lines that are high now, whatever mask says.  A device that never calls it is told of all.  */
    uint32_t (*watch_irq_lines)(struct l3_host *host, uint32_t mask);
};

/* ---- Export ---------------------------------------------------------------------------------- */

#define L3_CLASS_SYMBOL "leon3emu_device_class"

#if defined(__GNUC__)
#define L3_EXPORT __attribute__((visibility("default")))
#else
#define L3_EXPORT
#endif

/* Built into the program a device's pointer gets a name of its own, in a library the fixed one. */
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
