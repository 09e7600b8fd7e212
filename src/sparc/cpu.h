// SPDX-License-Identifier: MIT
/*
 * The room src/sparc: one LEON3 CPU.  insns.def lists its instructions; interp.h executes them, translate.h translates
 * them to IR, mmu.h and asi.h are the MMU and the alternate spaces.  src/exec decides when a CPU executes, src/machine
 * creates and resets it.  The room accesses memory through the TLB (mem/tlb.h), and reaches what is above it (the
 * time, the interrupt controller, blocks of generated code) through struct cpu_hooks.
 *
 * This header is the CPU itself, and what other rooms may do with it.  struct cpu has four parts:
 *
 *     arch         the architecture's state: arch.def lists it.  It can be copied and put back whole (--verify-jit)
 *     jit_env      what generated code keeps in a form of its own while it runs, with jit_context beside it
 *     tlb          where memory is; it follows from the state and from memory, and can be forgotten at any time
 *     the rest     where the interpreter fetches from, a debugger's watchpoints, the configuration, hooks
 *
 * How registers look from outside (debugger, devices, reports, the state's hash) is described in registers.def.
 * The state is complete between slices: an executor that keeps a part of it elsewhere while it runs puts that part
 * back before it returns.  Section numbers are those of the SPARC Architecture Manual, version 8.
 */
#ifndef SPARC_CPU_H
#define SPARC_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jit.h"
#include "log.h"
#include "mem/tlb.h"
#include "sparc/decode.h"
#include "sparc/mmu.h"

#define CPU_MAX_WINDOWS     32
#define CPU_MAX_WATCHPOINTS 4
#define CPU_WINDOW_PLACES   (2 * CPU_MAX_WINDOWS) /* see window_ring.h */

/* Trap types, table 7-1. */
enum trap_type {
    TT_RESET = 0x00,
    TT_INSTRUCTION_ACCESS = 0x01,
    TT_ILLEGAL_INSTRUCTION = 0x02,
    TT_PRIVILEGED_INSTRUCTION = 0x03,
    TT_FP_DISABLED = 0x04,
    TT_WINDOW_OVERFLOW = 0x05,
    TT_WINDOW_UNDERFLOW = 0x06,
    TT_ADDRESS_NOT_ALIGNED = 0x07,
    TT_FP_EXCEPTION = 0x08,
    TT_DATA_ACCESS = 0x09,
    TT_TAG_OVERFLOW = 0x0a,
    TT_WATCHPOINT = 0x0b,
    TT_INTERRUPT = 0x10, /* + level 1..15 */
    TT_CP_DISABLED = 0x24,
    TT_DIVISION_BY_ZERO = 0x2a,
    TT_DATA_STORE = 0x2b,
    TT_SOFTWARE = 0x80, /* + ticc number 0..127 */
};

/* psr.icc as it lies in bits 23:20, here in bits 3:0. */
enum { ICC_C = 1, ICC_V = 2, ICC_Z = 4, ICC_N = 8 };

enum { PSR_ICC = 20, PSR_EC = 13, PSR_EF = 12, PSR_PIL = 8, PSR_S = 7, PSR_PS = 6, PSR_ET = 5 };
#define TBR_TBA 0xfffff000u

/* The bits of %asr17 that software sets. */
#define ASR17_DWT 0x4000u /* no trap for a store's bus error */
#define ASR17_SVT 0x2000u /* single-vector trapping */

/* FSR fields, 4.4. */
enum {
    FSR_AEXC = 5,
    FSR_FCC = 10,
    FSR_QNE = 13,
    FSR_FTT = 14,
    FSR_VER = 17,
    FSR_NS = 22,
    FSR_TEM = 23,
    FSR_RD = 30
};
#define FSR_TEM_MASK     (0x1fu << FSR_TEM)
#define FSR_VERSION_MASK (7u << FSR_VER)
#define FSR_WRITABLE                                                                               \
    0xcfc003ffu /* by LDFSR: RD, TEM, NS, aexc, cexc; and fcc, which is kept apart */
enum {
    FTT_NONE,
    FTT_IEEE,
    FTT_UNFINISHED,
    FTT_UNIMPLEMENTED,
    FTT_SEQUENCE,
    FTT_HARDWARE,
    FTT_INVALID_REGISTER
};

/* The FPU's states, 4.4: exceptions are deferred to the next floating-point instruction. */
enum fp_state { FP_EXECUTE, FP_EXCEPTION_PENDING, FP_EXCEPTION };

enum cpu_status { CPU_RUNNING, CPU_POWERED_DOWN, CPU_ERROR_MODE };

/* IEEE computes as V8 recommends; the others know no denormal numbers, see softfloat.h. */
enum cpu_fpu { CPU_FPU_NONE, CPU_FPU_IEEE, CPU_FPU_GRFPU, CPU_FPU_GRFPU_LITE };

struct cpu_config {
    unsigned index;       /* %asr17.INDEX */
    unsigned windows;     /* 2..32 */
    unsigned watchpoints; /* 0..4 */
    enum cpu_fpu fpu;
    bool casa, mac, svt, partial_wrpsr, mmu;
    bool up_counter; /* %asr22, %asr23 */
    uint32_t reset_address;
    uint32_t icache, dcache; /* configuration registers of ASI 2, without the MMU's bit */
    uint32_t psr_identity;   /* impl and ver */
    uint32_t asr17_identity; /* its fields that follow from none of the members above */
    uint32_t mmu_identity;   /* read-only fields of the MMU's control register */
};

/* What belongs to a place of windows, as far behind the next place's as its registers are. */
struct window_note {
    uint32_t unused[14];
    uint32_t window; /* the number of the window that is there, if one is */
    uint32_t
        trapped; /* the trap by which it was entered, for back-traces; 0 after RETT.  Stale if the handler left otherwise */
};

struct watchpoint {
    uint32_t address; /* [31:2] WADDR, [0] IF: hit on fetch              */
    uint32_t mask;    /* [31:2] WMASK, [1] DL: load, [0] DS: store       */
};

/* A WRASR to a watchpoint's register that does not count yet for loads and stores, or for fetches: see watch.c. */
#define WATCH_WRITES 4
struct watch_write {
    uint64_t insn; /* cpu->insns when it was made */
    uint32_t index, value;
    bool data_done; /* it counts for loads and stores already */
};

struct watch_state {
    unsigned count;
    struct watch_write writes[WATCH_WRITES];      /* oldest first */
    struct watchpoint data[CPU_MAX_WATCHPOINTS];  /* what loads and stores are compared with */
    struct watchpoint fetch[CPU_MAX_WATCHPOINTS]; /* what fetches are compared with */
};

/* Functions by which the CPU calls the rooms above; each gets `context`. */
struct cpu_hooks {
    /* The trap of interrupt `level` was taken: pulse INTACK. */
    void (*interrupt_acknowledge)(void *context, struct cpu *cpu, unsigned level);
    /* Cycles since power-on, for %asr22 and %asr23. */
    uint64_t (*up_counter)(void *context);
    /* The CPU's TLB has forgotten everything.  This and the next two may be NULL. */
    void (*tlb_flushed)(void *context, struct cpu *cpu);
    /* The MMU context has changed; what is known of it is in this slot, see tlb_set_context(). */
    void (*context_changed)(void *context, struct cpu *cpu, unsigned context_slot, bool is_new);
    /* A watchpoint on fetches was written: code that was translated before may have to trap now. */
    void (*watchpoints_changed)(void *context);
    void *context;
};

/* %f registers lie in pairs, the odd one first, as the two halves of a double do on a little-endian
 * host. */
#define CPU_F(number) ((number) ^ 1u)

struct block_insn;
struct decode_cache;
struct decode_page;
struct data_watch;
struct data_watches;

/* The access of an instruction that a debugger watches. */
struct data_hit {
    const struct data_watch *watch; /* NULL: there was none */
    uint32_t address;               /* the first byte that is watched, and accessed */
};

/* The members are listed in arch.def.  None is a pointer, so that a copy is a snapshot. */
struct cpu_arch {
#define FIELD(type, name, dimension) type name dimension;
#include "sparc/arch.def"
};

/* State in generated code's own form, which it reads and writes all the time; see jit_env.h. */
struct jit_env {
    int64_t budget; /* cycles that may still be executed */
    void *memory;   /* the linear window, or the TLB's common addend */
    const uint8_t *tlb_flags;
    struct jit_jump *jumps;
    /* The nearest window at or below the current one from which SAVE takes the slow path, and the nearest at or
     * above it from which RESTORE does: see find_limits(). */
    uint32_t *save_limit;
    uint32_t *restore_limit;
    /* Generated code reads and writes these as a word of 32 bits, the upper half of which is 0 while it runs. */
    uint16_t flags; /* icc, as the host's processor has its flags */
    /* icc, and perhaps also cwp, of struct cpu is not up to date: a slow path is active. */
    bool icc_stale;
    uint32_t fp_used; /* not 0: the host's sticky flags may hold exceptions of the guest's FPops */
    uint32_t fp_kept; /* those taken from there before C was called, placed as in fsr */
    uint32_t fp_mode; /* enum ir_fp_mode: FSR.RD, and what the FPU does with tiny results */
};

/* Beside jit_env, what only C code and rare paths use: entering and leaving generated code, and slow paths. */
struct jit_context {
    uint32_t target;
    uint32_t traps_logged; /* not 0: each trap that is taken writes a line */
    uint32_t
        *only_invalid; /* the bank of the one window that is invalid; NULL: none or several are */
    uint64_t base;     /* cycles when budget is 0 */
    uint64_t waited;   /* cycles that were no instruction: cycles - insns */
    const struct block_insn *at; /* the instruction whose access or step called C */
    uint64_t mmio_site;          /* ir_site() of the last access by the MMIO inline cache */
    uint64_t *told;              /* exec_reported_time(): the latest time that software was told */
    uint64_t bypass_key;         /* the cache's key for accesses by ASI_BYPASS */
    bool synced;                 /* cpu_sync() was called during that access */
    struct jit_flags_layout flags_layout;
    uint16_t flags_of_icc[16];
    uint8_t icc_of_low[256], icc_of_high[256]; /* the bits of icc in either byte of flags */
    struct jit *jit;                           /* NULL: there is no translator */
    struct jit_jump *const *all_jumps; /* by mode: the jump caches of the MMU context in use */
    uint64_t stepped;       /* instructions that generated code left to the interpreter */
    void *window;           /* linear memory when addresses are physical; NULL: there is none */
    uint32_t plain[4];      /* by log2 of a load's size: see plain_offset of struct ir_guest */
    uint32_t plain_size;    /* of plain memory; 0: there is none */
    bool stop_after_blocks; /* a slow path that leaves a block returns to the dispatcher */
};

struct cpu {
    /* Generated code reaches the first 128 bytes with short displacements: up to pc. */
    /* The globals and the current window, see struct insn.  bank[1] follows from cwp; while generated code runs,
     * cwp follows from bank[1]. */
    uint32_t *bank[2];
    struct jit_env jit_env;
    union {
        struct cpu_arch arch;
        struct { /* its members: cpu->pc is cpu->arch.pc */
#define FIELD(type, name, dimension) type name dimension;
#include "sparc/arch.def"
        };
    };
    struct jit_context jit_context;

    /* where instructions come from: pc - code_base < code_size indexes code */
    uint32_t code_base, code_size;
    struct insn *code;
    struct decode_page *decode_page; /* where the last instruction that had to be looked up is */
    struct insn loose;               /* an instruction fetched from a device */

    const struct data_watches *data_watches; /* a debugger's; NULL: there is none */
    struct data_hit data_hit;

    struct cpu_config config;
    const struct cpu_hooks *hooks;
    const struct log *log;
    struct decode_cache *decode_cache;
    struct tlb tlb;
};
_Static_assert(offsetof(struct cpu, pc) + sizeof(uint32_t) <= 128, "short displacements");

/* Address of the instruction in execution, also in the middle of generated code's device accesses. */
uint32_t cpu_current_pc(const struct cpu *cpu);
/* The same for a crash report, which cannot trust that the list of running calls is intact: the caller gives the
 * outermost call of the bus, or NULL. */
uint32_t cpu_pc_of_call(const struct cpu *cpu, const struct mmio_call *outermost);

/* Sets up a CPU, which is all zeros as from calloc(), in reset state.  hooks, log, decode_cache, space stay the caller's.  False: no memory. */
bool cpu_init(struct cpu *cpu, const struct cpu_config *config, struct addrspace *space,
              struct decode_cache *decode_cache, const struct cpu_hooks *hooks,
              const struct log *log);
void cpu_fini(struct cpu *cpu);
/* Does what the reset signal does: pc = reset address, S=1, ET=0.  Cycles and counters go on. */
void cpu_reset(struct cpu *cpu);

/* PSR, 4.2.  icc and cwp are given, since generated code keeps them elsewhere. */
static inline uint32_t cpu_pack_psr(const struct cpu *cpu, uint32_t icc, uint32_t cwp)
{
    return cpu->config.psr_identity | icc << PSR_ICC | (uint32_t)cpu->ec << PSR_EC |
           (uint32_t)cpu->ef << PSR_EF | (uint32_t)cpu->pil << PSR_PIL | (uint32_t)cpu->s << PSR_S |
           (uint32_t)cpu->ps << PSR_PS | (uint32_t)cpu->et << PSR_ET | cwp;
}
/* Reads PSR as RDPSR does; writes all its fields.  CWP must be below the number of windows. */
uint32_t cpu_psr(const struct cpu *cpu);
void cpu_set_psr(struct cpu *cpu, uint32_t psr);
void cpu_set_cwp(struct cpu *cpu, unsigned cwp);
/* The bits of WIM that are windows. */
static inline uint32_t cpu_wim_mask(const struct cpu *cpu)
{
    return UINT32_MAX >> (32 - cpu->config.windows);
}
void cpu_set_supervisor(struct cpu *cpu, bool s);

uint32_t cpu_tbr(const struct cpu *cpu);
/* jit_env_state.c: if generated code is in the middle of an access, brings pc, npc, cwp, icc and fsr up to date, and has
 * the block left after that access, so that a caller may write registers; otherwise does nothing. */
void cpu_sync(struct cpu *cpu);
/* interp_fpu.c: enters the exceptions of the last FPop that generated code executed into fsr; to be called before cexc,
 * aexc or ftt is used.  And FSR as STFSR stores it, after that. */
void cpu_sync_fsr(struct cpu *cpu);
uint32_t cpu_fsr(struct cpu *cpu);
/* The ancillary state registers. */
uint32_t cpu_asr(struct cpu *cpu, unsigned number);
void cpu_set_asr(struct cpu *cpu, unsigned number, uint32_t value);

/* %r0..%r31 of the current window, and of any window (for debuggers and reports). */
uint32_t cpu_reg(const struct cpu *cpu, unsigned number);
void cpu_set_reg(struct cpu *cpu, unsigned number, uint32_t value);
uint32_t cpu_window_reg(const struct cpu *cpu, unsigned window, unsigned number);
void cpu_set_window_reg(struct cpu *cpu, unsigned window, unsigned number, uint32_t value);

/* Registers by the numbers of <leon3emu/device.h>: %r, %f, L3_REG_*.  False: there is no such register, or
 * the value is impossible.  Writes have the effect the guest's own would have. */
bool cpu_read_register(struct cpu *cpu, uint32_t number, uint32_t *value);
bool cpu_write_register(struct cpu *cpu, uint32_t number, uint32_t value);

/* Takes a trap, chapter 7: to the handler, or into error mode if traps are disabled.  pc and npc must be
 * those of the instruction that traps (of the next one, for an interrupt). */
void cpu_trap(struct cpu *cpu, unsigned tt);

/* Name of a trap type, like "window_overflow". */
const char *trap_name(unsigned tt);

/* Interrupts: would level irl be taken now? */
static inline bool cpu_interrupt_is_due(const struct cpu *cpu)
{
    return cpu->irl != 0 && cpu->et && (cpu->irl == 15 || cpu->irl > cpu->pil);
}

/* The controller's request changed. */
void cpu_set_irl(struct cpu *cpu, unsigned level);

/* Ends the executor's loop after the current instruction. */
static inline void cpu_attention(struct cpu *cpu)
{
    cpu->limit = 0;
}

/* The limit becomes `limit` unless it is below that already: another thread may make it 0 at the same time
 * (exec_attend()), and that must not get lost. */
static inline void cpu_lower_limit(struct cpu *cpu, uint64_t limit)
{
    uint64_t old = __atomic_load_n(&cpu->limit, __ATOMIC_RELAXED);
    while (limit < old && !__atomic_compare_exchange_n(&cpu->limit, &old, limit, false,
                                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

/* To be called when ET, PIL or the request changed. */
static inline void cpu_check_interrupt(struct cpu *cpu)
{
    if (cpu_interrupt_is_due(cpu)) {
        cpu_attention(cpu);
    }
}

/* Forgets where instructions come from; they are looked up anew. */
static inline void cpu_forget_code(struct cpu *cpu)
{
    cpu->code_size = 0;
}

/* Sequential flow: on to npc. */
static inline void cpu_next(struct cpu *cpu)
{
    cpu->pc = cpu->npc;
    cpu->npc += 4;
}

#endif
