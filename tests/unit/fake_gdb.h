// SPDX-License-Identifier: MIT
/*
 * A machine for the GDB stub's tests: two CPUs that walk through 4 KiB of memory, one word per
 * step, around and around.  A watched word counts as written when a CPU walks over it.
 */
#ifndef FAKE_GDB_H
#define FAKE_GDB_H

#include <stdio.h>
#include <string.h>

#include "bits.h"
#include "gdbstub/gdbstub.h"

#define FAKE_BASE   0x40000000u
#define FAKE_SIZE   4096u
#define FAKE_CPUS   2u
#define FAKE_POINTS 8u

struct fake {
    uint32_t registers[FAKE_CPUS][GDB_REGISTER_COUNT];
    uint8_t memory[FAKE_SIZE];
    struct gdb_point points[FAKE_POINTS];
    unsigned point_count;
    enum gdb_action actions[FAKE_CPUS];
    bool running;
    bool interrupted;
    bool first_step; /* since resume: a point at the pc does not count */
    unsigned detached;
    unsigned killed;
    unsigned restarted;
    bool cannot_restart;
};

static inline unsigned fake_cpu_count(void *context)
{
    (void)context;
    return FAKE_CPUS;
}

static inline bool fake_read_register(void *context, unsigned cpu, unsigned number, uint32_t *value)
{
    const struct fake *fake = context;
    *value = fake->registers[cpu][number];
    return number != GDB_REGISTER_CSR;
}

static inline bool fake_write_register(void *context, unsigned cpu, unsigned number, uint32_t value)
{
    struct fake *fake = context;
    fake->registers[cpu][number] = value;
    return number != 0 && number != GDB_REGISTER_CSR;
}

static inline bool fake_holds(uint32_t address, size_t size)
{
    return address >= FAKE_BASE && size <= FAKE_SIZE && address - FAKE_BASE <= FAKE_SIZE - size;
}

static inline bool fake_read_memory(void *context, unsigned cpu, uint32_t address, void *bytes,
                                    size_t size)
{
    const struct fake *fake = context;
    (void)cpu;
    if (!fake_holds(address, size)) {
        return false;
    }
    memcpy(bytes, fake->memory + (address - FAKE_BASE), size);
    return true;
}

static inline bool fake_write_memory(void *context, unsigned cpu, uint32_t address,
                                     const void *bytes, size_t size)
{
    struct fake *fake = context;
    (void)cpu;
    if (!fake_holds(address, size)) {
        return false;
    }
    memcpy(fake->memory + (address - FAKE_BASE), bytes, size);
    return true;
}

static inline enum gdb_result fake_remove_point(void *context, const struct gdb_point *point)
{
    struct fake *fake = context;
    for (unsigned i = 0; i < fake->point_count; i++) {
        if (memcmp(&fake->points[i], point, sizeof *point) == 0) {
            fake->points[i] = fake->points[--fake->point_count];
            return GDB_OK;
        }
    }
    return GDB_OK;
}

static inline enum gdb_result fake_insert_point(void *context, const struct gdb_point *point)
{
    struct fake *fake = context;
    if (point->kind == GDB_POINT_READ) {
        return GDB_UNSUPPORTED;
    }
    fake_remove_point(context, point);
    if (fake->point_count == FAKE_POINTS) {
        return GDB_FAILED;
    }
    fake->points[fake->point_count++] = *point;
    return GDB_OK;
}

static inline void fake_resume(void *context, const enum gdb_action *actions)
{
    struct fake *fake = context;
    memcpy(fake->actions, actions, sizeof fake->actions);
    fake->running = true;
    fake->first_step = true;
}

static inline void fake_interrupt(void *context)
{
    ((struct fake *)context)->interrupted = true;
}

static inline void fake_detach(void *context)
{
    struct fake *fake = context;
    fake->detached++;
    fake->point_count = 0;
}

static inline void fake_kill(void *context)
{
    ((struct fake *)context)->killed++;
}

static inline void fake_cpu_status(void *context, unsigned cpu, char *text, size_t size)
{
    (void)context;
    snprintf(text, size, "%s", cpu == 0 ? "running" : "power-down");
}

static inline void fake_monitor(void *context, unsigned cpu, const char *command, FILE *stream)
{
    (void)context;
    (void)cpu;
    fprintf(stream, "you said: %s\n", command);
    for (unsigned i = 0; strcmp(command, "much") == 0 && i < 1000; i++) {
        fprintf(stream, "line %u\n", i);
    }
}

static inline bool fake_restart(void *context)
{
    struct fake *fake = context;
    fake->point_count = 0;
    fake->registers[0][GDB_REGISTER_PC] = FAKE_BASE;
    fake->registers[0][GDB_REGISTER_NPC] = FAKE_BASE + 4;
    fake->restarted++;
    return !fake->cannot_restart;
}

/* The upper half of the memory. */
static inline bool fake_flash(void *context, unsigned index, struct gdb_flash *flash)
{
    (void)context;
    *flash = (struct gdb_flash){FAKE_BASE + FAKE_SIZE / 2, FAKE_SIZE / 2};
    return index == 0;
}

static inline void fake_init(struct fake *fake)
{
    *fake = (struct fake){.running = true};
    for (unsigned cpu = 0; cpu < FAKE_CPUS; cpu++) {
        for (uint32_t i = 0; i < GDB_REGISTER_COUNT; i++) {
            fake->registers[cpu][i] = cpu << 28 | i << 8 | 0x5a;
        }
        fake->registers[cpu][0] = 0;
        fake->registers[cpu][GDB_REGISTER_O6] = FAKE_BASE + 0xe00;
        fake->registers[cpu][GDB_REGISTER_I6] = FAKE_BASE + 0xf00;
        fake->registers[cpu][GDB_REGISTER_PSR] = 0xf34010e3;
        fake->registers[cpu][GDB_REGISTER_PC] = FAKE_BASE + cpu * 0x200;
        fake->registers[cpu][GDB_REGISTER_NPC] = FAKE_BASE + cpu * 0x200 + 4;
    }
    for (unsigned i = 0; i < FAKE_SIZE; i += 4) {
        be32_store(fake->memory + i, 0x01000000); /* nop */
    }
    be32_store(fake->memory + 4, 0x9de3bfa0); /* save %sp, -96, %sp */
}

static inline struct gdb_ops fake_ops(struct fake *fake)
{
    return (struct gdb_ops){.context = fake,
                            .cpu_count = fake_cpu_count,
                            .read_register = fake_read_register,
                            .write_register = fake_write_register,
                            .read_memory = fake_read_memory,
                            .write_memory = fake_write_memory,
                            .insert_point = fake_insert_point,
                            .remove_point = fake_remove_point,
                            .resume = fake_resume,
                            .interrupt = fake_interrupt,
                            .detach = fake_detach,
                            .kill = fake_kill,
                            .cpu_status = fake_cpu_status,
                            .monitor = fake_monitor,
                            .restart = fake_restart,
                            .flash = fake_flash};
}

/* The point that ends a step of cpu to pc, as a stop. */
static inline bool fake_hits_point(const struct fake *fake, unsigned cpu, struct gdb_stop *stop)
{
    uint32_t pc = fake->registers[cpu][GDB_REGISTER_PC];
    for (unsigned i = 0; i < fake->point_count; i++) {
        const struct gdb_point *point = &fake->points[i];
        if (pc >= point->address && pc - point->address < point->length) {
            static const enum gdb_stop_reason reasons[] = {GDB_STOP_SOFTWARE_POINT,
                                                           GDB_STOP_HARDWARE_POINT, GDB_STOP_WRITE,
                                                           GDB_STOP_READ, GDB_STOP_ACCESS};
            *stop = (struct gdb_stop){cpu, GDB_SIGNAL_TRAP, reasons[point->kind], point->address};
            return true;
        }
    }
    return false;
}

/* One step of cpu; true if it ends the run. */
static inline bool fake_step(struct fake *fake, unsigned cpu, struct gdb_stop *stop)
{
    uint32_t *registers = fake->registers[cpu];
    if (fake->actions[cpu] == GDB_STAY) {
        return false;
    }
    if (!fake->first_step && fake_hits_point(fake, cpu, stop)) {
        return true;
    }
    registers[GDB_REGISTER_PC] = registers[GDB_REGISTER_NPC];
    registers[GDB_REGISTER_NPC] =
        FAKE_BASE + (registers[GDB_REGISTER_PC] + 4 - FAKE_BASE) % FAKE_SIZE;
    *stop = (struct gdb_stop){.cpu = cpu, .signal = GDB_SIGNAL_TRAP};
    return fake->actions[cpu] == GDB_STEP;
}

/* A slice of the run loop. */
static inline void fake_run(struct fake *fake, struct gdbstub *stub, unsigned steps)
{
    struct gdb_stop stop = {.signal = GDB_SIGNAL_INT};
    bool over = fake->interrupted;
    while (!over && steps-- != 0) {
        for (unsigned cpu = 0; cpu < FAKE_CPUS && !over; cpu++) {
            over = fake_step(fake, cpu, &stop);
        }
        fake->first_step = false;
    }
    fake->interrupted = false;
    if (over) {
        fake->running = false;
        gdbstub_notify_stop(stub, &stop);
    }
}

#endif
