// SPDX-License-Identifier: MIT
/*
 * Interpreter: floating point.  SPARC V8 B.2, B.5, B.22, B.33 and 4.4.
 *
 * Values come from softfloat.h; here are the registers, the FSR and the deferred trap.  An FPop that
 * raises an enabled exception writes nothing but FSR.cexc and FSR.ftt, is put into the queue (FQ, one
 * entry) and completes; the next floating-point instruction takes the trap.  From then on, until STDFQ
 * has emptied the queue, only floating-point stores execute; any other FP instruction is a sequence_error.
 */
#include "bits.h"
#include "sparc/interp.h"
#include "sparc/softfloat.h"
#include "sparc/watch.h"

/* ---- state: may this instruction execute? ---- */

static void fp_trap(struct cpu *cpu, unsigned ftt)
{
    cpu_sync_fsr(cpu);
    cpu->fsr = bits_put(cpu->fsr, FSR_FTT, 3, ftt);
    cpu_trap(cpu, TT_FP_EXCEPTION);
}

static bool fp_is_enabled(struct cpu *cpu)
{
    if (!cpu->ef) {
        cpu_trap(cpu, TT_FP_DISABLED);
    }
    return cpu->ef;
}

/* May a floating-point instruction execute?  If not, takes the deferred trap or a sequence_error.  is_store: the
 * instruction may also execute while the handler empties the queue. */
static bool fp_state_allows(struct cpu *cpu, bool is_store)
{
    if (cpu->fp_state == FP_EXECUTE || (cpu->fp_state == FP_EXCEPTION && is_store)) {
        return true;
    }
    if (cpu->fp_state == FP_EXCEPTION) {
        fp_trap(cpu, FTT_SEQUENCE);
    } else {
        cpu->fp_state = FP_EXCEPTION;
        cpu_trap(cpu, TT_FP_EXCEPTION);
    }
    return false;
}

static bool fp_enter(struct cpu *cpu)
{
    return fp_is_enabled(cpu) && fp_state_allows(cpu, false);
}

/* Puts the instruction at pc into the queue; the next floating-point instruction takes its trap. */
static void fp_defer(struct cpu *cpu, const struct insn *f, unsigned ftt)
{
    cpu_sync_fsr(cpu);
    cpu->fp_state = FP_EXCEPTION_PENDING;
    cpu->fq_address = cpu->pc;
    cpu->fq_word = f->word;
    cpu->fsr = bits_put(cpu->fsr, FSR_FTT, 3, ftt) | 1u << FSR_QNE;
    cpu_next(cpu);
}

/* ---- registers ---- */

static uint64_t read_double(const struct cpu *cpu, unsigned number)
{
    return (uint64_t)cpu->f[CPU_F(number)] << 32 | cpu->f[CPU_F(number + 1)];
}

static void write_double(struct cpu *cpu, unsigned number, uint64_t value)
{
    cpu->f[CPU_F(number)] = (uint32_t)(value >> 32);
    cpu->f[CPU_F(number + 1)] = (uint32_t)value;
}

/* ---- what an operation depends on ---- */

static enum softfloat_kind fp_kind(const struct cpu *cpu)
{
    if (cpu->config.fpu <= CPU_FPU_IEEE) {
        return SOFTFLOAT_IEEE;
    }
    return bits_get(cpu->fsr, FSR_NS, 1) ? SOFTFLOAT_GRFPU_NS : SOFTFLOAT_GRFPU;
}

static struct softfloat fp_environment(const struct cpu *cpu)
{
    struct softfloat env = {
        .rounding = (uint8_t)bits_get(cpu->fsr, FSR_RD, 2),
        .trap_underflow = (cpu->fsr >> FSR_TEM & SOFTFLOAT_UF) != 0,
        .kind = (uint8_t)fp_kind(cpu),
    };
    return env;
}

/* ---- FPops ---- */

/* Of several exceptions a trap reports one: overflow and underflow before inexact. */
static unsigned trapping_flag(unsigned enabled)
{
    return enabled & ~(unsigned)SOFTFLOAT_NX ? enabled & ~(unsigned)SOFTFLOAT_NX : enabled;
}

/* Enters the flags of an operation into the FSR.  False: a trap was deferred, and the result must not be written.  An
 * unfinished operation does not change cexc. */
static bool fp_complete(struct cpu *cpu, const struct insn *f, unsigned flags)
{
    unsigned enabled = flags & bits_get(cpu->fsr, FSR_TEM, 5);
    if (flags & SOFTFLOAT_UNFINISHED) {
        fp_defer(cpu, f, FTT_UNFINISHED);
        return false;
    }
    cpu->last_fpop = 0; /* this FPop overwrites the cexc and ftt that would be computed from it */
    if (enabled != 0) {
        cpu->fsr = bits_put(cpu->fsr, 0, 5, trapping_flag(enabled));
        fp_defer(cpu, f, FTT_IEEE);
        return false;
    }
    cpu->fsr = bits_put(cpu->fsr, 0, 5, flags) | flags << FSR_AEXC;
    cpu->fsr = bits_put(cpu->fsr, FSR_FTT, 3, FTT_NONE);
    return true;
}

#define SIGN 0x80000000u

/* The result of an FPop, or fcc if it is a comparison; exceptions are added to env->flags.  a and b are rs1 and rs2;
 * an FPop with one operand has rs2 in a.  They are the bits of the registers, singles in the low half. */
static inline __attribute__((always_inline)) uint64_t operate(struct softfloat *env, unsigned row,
                                                              uint64_t a, uint64_t b)
{
    uint32_t single = (uint32_t)a;
    uint32_t second = (uint32_t)b;

    switch (row) {
    case INSN_FMOVS:
        return single;
    case INSN_FNEGS:
        return single ^ SIGN;
    case INSN_FABSS:
        return single & ~SIGN;
    case INSN_FADDS:
        return softfloat_fadds(env, single, second);
    case INSN_FADDD:
        return softfloat_faddd(env, a, b);
    case INSN_FSUBS:
        return softfloat_fsubs(env, single, second);
    case INSN_FSUBD:
        return softfloat_fsubd(env, a, b);
    case INSN_FMULS:
        return softfloat_fmuls(env, single, second);
    case INSN_FMULD:
        return softfloat_fmuld(env, a, b);
    case INSN_FSMULD:
        return softfloat_fsmuld(env, single, second);
    case INSN_FDIVS:
        return softfloat_fdivs(env, single, second);
    case INSN_FDIVD:
        return softfloat_fdivd(env, a, b);
    case INSN_FSQRTS:
        return softfloat_fsqrts(env, single);
    case INSN_FSQRTD:
        return softfloat_fsqrtd(env, a);
    case INSN_FITOS:
        return softfloat_fitos(env, single);
    case INSN_FITOD:
        return softfloat_fitod(env, single);
    case INSN_FSTOI:
        return softfloat_fstoi(env, single);
    case INSN_FDTOI:
        return softfloat_fdtoi(env, a);
    case INSN_FSTOD:
        return softfloat_fstod(env, single);
    case INSN_FDTOS:
        return softfloat_fdtos(env, a);
    case INSN_FCMPS:
    case INSN_FCMPES:
        return softfloat_fcmps(env, single, second, row == INSN_FCMPES);
    case INSN_FCMPD:
    case INSN_FCMPED:
        return softfloat_fcmpd(env, a, b, row == INSN_FCMPED);
    default:
        return 0; /* the others are not implemented, see fpop() */
    }
}

static inline uint64_t read_operand(const struct cpu *cpu, unsigned number, unsigned words)
{
    return words == 2 ? read_double(cpu, number) : cpu->f[CPU_F(number)];
}

/* Writes the result, to registers or to fcc, unless a trap was deferred. */
static void finish_fpop(struct cpu *cpu, const struct insn *f, unsigned flags, unsigned words,
                        uint64_t value)
{
    if (!fp_complete(cpu, f, flags)) {
        return;
    }
    if (words == 2) {
        write_double(cpu, f->rd, value);
    } else if (words == 1) {
        cpu->f[CPU_F(f->rd)] = (uint32_t)value;
    } else {
        cpu->fcc = (uint32_t)value;
    }
    cpu_next(cpu);
}

/* Executes an FPop.  `operands`, `from` and `to` are those of its row's format.  The last four arguments are constants
 * at each call, so that each do_NAME below is compiled to no more than its row needs. */
static inline __attribute__((always_inline)) void fpop(struct cpu *cpu, const struct insn *f,
                                                       unsigned row, unsigned operands,
                                                       unsigned from, unsigned to)
{
    struct softfloat env = fp_environment(cpu);
    uint64_t value;

    if (!fp_enter(cpu)) {
        return;
    }
    if (operands == 0 || from == 4 || to == 4) { /* LEON3's FPUs have no quad precision */
        fp_defer(cpu, f, FTT_UNIMPLEMENTED);
        return;
    }
    unsigned first = operands == 2 ? f->rs1 : f->rs2;
    unsigned pairs = (from == 2 ? first | f->rs2 : 0u) | (to == 2 ? f->rd : 0u);
    if (pairs & 1) { /* doubles live in even registers */
        fp_defer(cpu, f, FTT_INVALID_REGISTER);
        return;
    }
    value = operate(&env, row, read_operand(cpu, first, from), read_operand(cpu, f->rs2, from));
    finish_fpop(cpu, f, env.flags, to, value);
}

#define INSN(...)
#define FPOP(name, space, code, format, ...)                                                       \
    void do_##name(struct cpu *cpu, const struct insn *f)                                          \
    {                                                                                              \
        fpop(cpu, f, INSN_##name, OPERANDS_##format, FROM_##format, TO_##format);                  \
    }
#include "sparc/insns.def"

/* ---- FSR, 4.4, and what generated code has left undone there ---- */

/* Generated code does not find the exceptions of an FPop; it keeps the row and the operands, and this function
 * computes the FPop once more.  FSR.RD, TEM and NS have not changed since then. */
void cpu_sync_fsr(struct cpu *cpu)
{
    if (cpu->last_fpop != 0) {
        struct softfloat env = fp_environment(cpu);
        operate(&env, cpu->last_fpop, cpu->last_fpop_a, cpu->last_fpop_b);
        cpu->fsr = bits_put(cpu->fsr, 0, 5, env.flags) | (uint32_t)env.flags << FSR_AEXC;
        cpu->fsr = bits_put(cpu->fsr, FSR_FTT, 3, FTT_NONE);
        cpu->last_fpop = 0;
    }
}

/* FSR.ver is 3 for GRFPU-Lite, and 2 for GRFPU and all others (Linux, arch/sparc/kernel/cpu.c). */
uint32_t cpu_fsr(struct cpu *cpu)
{
    cpu_sync_fsr(cpu);
    uint32_t value = bits_put(cpu->fsr, FSR_FCC, 2, cpu->fcc);
    return bits_put(value, FSR_VER, 3, cpu->config.fpu == CPU_FPU_GRFPU_LITE ? 3 : 2);
}

/* ---- B.22 FBfcc ---- */

/* Bit fcc (0 equal, 1 less, 2 greater, 3 unordered) of row condition: does FBfcc branch? */
static const uint8_t fcc_holds[16] = {
    0x0, /* never */ 0xe,            /* not equal */
    0x6, /* less or greater */ 0xa,  /* unordered or less */
    0x2, /* less */ 0xc,             /* unordered or greater */
    0x4, /* greater */ 0x8,          /* unordered */
    0xf, /* always */ 0x1,           /* equal */
    0x9, /* unordered, equal */ 0x5, /* greater or equal */
    0xd, /* not less */ 0x3,         /* less or equal */
    0xb, /* not greater */ 0x7,      /* ordered */
};

void do_FBFCC(struct cpu *cpu, const struct insn *f)
{
    if (fp_enter(cpu)) {
        interp_branch(cpu, f, fcc_holds[f->condition] >> cpu->fcc & 1);
    }
}

/* ---- B.2, B.5 loads and stores ---- */

/* A watchpoint has priority over fp_exception (iu3.vhd, mem_trap). */
static bool fp_watchpoint(struct cpu *cpu, const struct insn *f, bool is_store)
{
    enum tlb_kind kind = is_store ? TLB_KIND_STORE : TLB_KIND_LOAD;
    bool hit = watch_hit(cpu, address_of(cpu, f), kind);
    if (hit) {
        cpu_trap(cpu, TT_WATCHPOINT);
    }
    return hit;
}

/* The checks before an access: FPU enabled, address aligned, no deferred trap. */
static bool fp_access(struct cpu *cpu, const struct insn *f, unsigned size, bool is_store)
{
    uint32_t address = address_of(cpu, f);
    if (!fp_is_enabled(cpu)) {
        return false;
    }
    if (address & (size - 1)) {
        interp_trap_misaligned(cpu, address, is_store);
        return false;
    }
    if (cpu->fp_state != FP_EXECUTE && fp_watchpoint(cpu, f, is_store)) {
        return false;
    }
    return fp_state_allows(cpu, is_store);
}

static bool fp_even_access(struct cpu *cpu, const struct insn *f, bool is_store)
{
    if (!(f->rd & 1)) {
        return true;
    }
    if (!fp_watchpoint(cpu, f, is_store)) {
        fp_trap(cpu, FTT_INVALID_REGISTER);
    }
    return false;
}

static bool fp_load(struct cpu *cpu, const struct insn *f, unsigned size, uint64_t *value)
{
    enum tlb_result result = tlb_load(&cpu->tlb, address_of(cpu, f), size, value, 0);
    if (result != TLB_OK) {
        cpu_trap(cpu, interp_fault(cpu, result, false));
    }
    return result == TLB_OK;
}

static bool fp_store(struct cpu *cpu, const struct insn *f, unsigned size, uint64_t value)
{
    enum tlb_result result = tlb_store(&cpu->tlb, address_of(cpu, f), size, value, 0);
    unsigned tt = result == TLB_OK ? 0 : interp_fault(cpu, result, true);
    if (tt != 0) {
        cpu_trap(cpu, tt);
    }
    return tt == 0;
}

void do_LDF(struct cpu *cpu, const struct insn *f)
{
    uint64_t value;
    if (fp_access(cpu, f, 4, false) && fp_load(cpu, f, 4, &value)) {
        cpu->f[CPU_F(f->rd)] = (uint32_t)value;
        cpu_next(cpu);
    }
}

void do_LDDF(struct cpu *cpu, const struct insn *f)
{
    uint64_t value;
    if (fp_access(cpu, f, 8, false) && fp_even_access(cpu, f, false) &&
        fp_load(cpu, f, 8, &value)) {
        write_double(cpu, f->rd, value);
        cpu_next(cpu);
    }
}

void do_LDFSR(struct cpu *cpu, const struct insn *f)
{
    uint64_t value;
    if (fp_access(cpu, f, 4, false) && fp_load(cpu, f, 4, &value)) {
        cpu_sync_fsr(cpu);
        cpu->fsr = (cpu->fsr & ~FSR_WRITABLE) | ((uint32_t)value & FSR_WRITABLE);
        cpu->fcc = bits_get((uint32_t)value, FSR_FCC, 2);
        cpu_next(cpu);
    }
}

void do_STF(struct cpu *cpu, const struct insn *f)
{
    if (fp_access(cpu, f, 4, true) && fp_store(cpu, f, 4, cpu->f[CPU_F(f->rd)])) {
        cpu_next(cpu);
    }
}

void do_STDF(struct cpu *cpu, const struct insn *f)
{
    if (fp_access(cpu, f, 8, true) && fp_even_access(cpu, f, true) &&
        fp_store(cpu, f, 8, read_double(cpu, f->rd))) {
        cpu_next(cpu);
    }
}

void do_STFSR(struct cpu *cpu, const struct insn *f)
{
    if (fp_access(cpu, f, 4, true) && fp_store(cpu, f, 4, cpu_fsr(cpu))) {
        cpu_next(cpu);
    }
}

/* Stores the queue's one entry; after that the FPU executes again. */
void do_STDFQ(struct cpu *cpu, const struct insn *f)
{
    uint64_t entry = (uint64_t)cpu->fq_address << 32 | cpu->fq_word;
    if (!fp_access(cpu, f, 8, true)) {
        return;
    }
    if (cpu->fp_state != FP_EXCEPTION) {
        if (!fp_watchpoint(cpu, f, true)) {
            fp_trap(cpu, FTT_SEQUENCE);
        }
        return;
    }
    if (fp_store(cpu, f, 8, entry)) {
        cpu->fp_state = FP_EXECUTE;
        cpu->fsr &= ~(1u << FSR_QNE);
        cpu_next(cpu);
    }
}
