// SPDX-License-Identifier: MIT
/*
 * GPTIMER: up to seven timers behind one scaler (GRLIB IP manual, "GPTIMER").
 *
 * No event runs at each tick.  The registers hold the state at cycle `since`.  Code that needs the
 * present state calls gptimer_sync(), which computes the ticks in between, and then, if it needs
 * the present value of the scaler, gptimer_settle().  Until the next tick (`next_tick`) only the
 * scaler changes, so gptimer_sync() has nothing to do; until the next tick at which a timer
 * underflows (`next_underflow`) counters only count down.  An event is armed only for the next
 * underflow of a timer whose interrupt is enabled.
 *
 *     cycles --> scaler --tick--> timer 1     timer 2     ...     timer n
 *                                    '-underflow-^ '-underflow-^
 *
 * A timer is decremented at each tick or, chained, at each underflow of the timer before it.
 *
 * A tick is an underflow of the scaler: every sreload + 1 cycles.  The n timers share one
 * decrementer, which takes n + 1 cycles for a round over all of them; ticks during a round are
 * lost.  So the time between two ticks is at least n + 1 cycles, whatever the guest writes.  In
 * this model all timers change at the tick; in hardware timer i changes i + 1 cycles later.  The
 * scaler stands still while no timer is enabled.
 *
 * Timer 1 has no timer before it: if it is chained, it never changes (in the VHDL the last timer's
 * underflow signal is already low when timer 1 is processed).
 *
 * Property `latch`: when software has set EL and a bus interrupt line that is selected in the latch
 * select register is high, all counters are copied to the latch registers, and EL is cleared.
 * Property `set`: likewise ES, and all counters are loaded from their reload registers.  The
 * timer's own interrupt lines count, too.  In hardware both wait for the end of a round; here a
 * round takes no time.
 *
 * Not modelled: external clock, latching by external events, the watchdog's window and interrupt,
 * and freezing in debug mode (virtual time stands still then).
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define TIMER_MAX 7
#define NEVER     UINT64_MAX

#define CONFIG_IRQ_LOW 3
#define CONFIG_SI      0x100u  /* each timer has an interrupt of its own */
#define CONFIG_DF      0x200u  /* no freeze in debug mode */
#define CONFIG_EL      0x800u  /* latch at the next interrupt that is selected */
#define CONFIG_ES      0x1000u /* load at the next interrupt that is selected */
#define CONFIG_EN_LOW  16      /* writing 1 enables timer 1, next bit timer 2, ... */

#define CONTROL_EN     0x001u /* enable */
#define CONTROL_RS     0x002u /* restart: reload after underflow */
#define CONTROL_LD     0x004u /* load now */
#define CONTROL_IE     0x008u /* interrupt enable */
#define CONTROL_IP     0x010u /* interrupt pending, cleared by writing 1 (but see ip_by_zero) */
#define CONTROL_CH     0x020u /* chain with the timer before */
#define CONTROL_WN     0x080u /* watchdog also raises interrupt 15; not modelled */
#define CONTROL_WS     0x100u /* watchdog does not reset */
#define CONTROL_STORED (CONTROL_EN | CONTROL_RS | CONTROL_IE | CONTROL_CH | CONTROL_WS)

/* Does leon3emu have watch_irq_lines()?  One that does not calls pin_input() for all lines. */
#define HAS_WATCH(system)                                                                          \
    ((system)->struct_size >= offsetof(struct l3_system_services, watch_irq_lines) + sizeof(void *))

#define VALUE_COUNT (4 + 4 * TIMER_MAX)

struct gptimer_state {
    union {
        uint32_t values[VALUE_COUNT];
        struct { /* in order of gptimer_registers */
            uint32_t scaler, sreload, config, select;
            uint32_t counter[TIMER_MAX], reload[TIMER_MAX], control[TIMER_MAX], latch[TIMER_MAX];
        };
    };
    uint64_t since; /* the values are those of this cycle */
    uint64_t busy;  /* the decrementer is in a round until this cycle: earlier ticks are lost */
    uint32_t lines; /* interrupt lines of the bus that are high */
};

struct gptimer {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
    struct l3_regfile regs;
    uint32_t count; /* of timers */
    uint32_t separate_irqs;
    uint32_t scaler_mask;
    uint32_t config_mask; /* bits of the configuration register that exist */
    uint32_t watchdog;    /* initial value of the last timer, 0: no watchdog */
    uint32_t ip_by_zero;  /* IP is cleared by writing 0, not by writing 1 */
    /* Computed from the state by gptimer_arm() and gptimer_look_ahead(), valid until it changes: */
    uint32_t chained;        /* at least one timer is chained */
    uint64_t next_tick;      /* its cycle; 0: no timer runs, or not known */
    uint64_t next_underflow; /* cycle of the next tick with an underflow; 0 if next_tick is 0 */
    uint64_t period;         /* cycles from tick to tick */
    struct gptimer_state state;
};

/* ---- arithmetic that saturates at NEVER ---- */

static uint64_t add_or_never(uint64_t a, uint64_t b)
{
    return a > NEVER - b ? NEVER : a + b;
}

static uint64_t multiply_or_never(uint64_t a, uint64_t b)
{
    return b != 0 && a > NEVER / b ? NEVER : a * b;
}

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* ---- ticks ---- */

/* Cycles from one underflow of the scaler to the next. */
static uint64_t gptimer_scaler_period(const struct gptimer *timer)
{
    return (uint64_t)timer->state.sreload + 1;
}

/* Cycles that the decrementer takes for a round over all timers. */
static uint64_t gptimer_round(const struct gptimer *timer)
{
    return timer->count + 1;
}

/* Cycles from one tick to the next: scaler underflows during a round are lost. */
static uint64_t gptimer_tick_period(const struct gptimer *timer)
{
    uint64_t period = gptimer_scaler_period(timer);
    uint64_t round = gptimer_round(timer);
    return round <= period ? period : divide_up(round, period) * period;
}

/* Cycle of the next tick, if the scaler runs. */
static uint64_t gptimer_next_tick(const struct gptimer *timer)
{
    const struct gptimer_state *state = &timer->state;
    uint64_t tick = state->since + state->scaler + 1;
    if (tick < state->busy) {
        uint64_t period = gptimer_scaler_period(timer);
        tick += divide_up(state->busy - tick, period) * period;
    }
    return tick;
}

/* Those bits of mask that are set in the control register of at least one timer. */
static uint32_t gptimer_any(const struct gptimer *timer, uint32_t mask)
{
    uint32_t control = 0;
    for (uint32_t i = 0; i < timer->count; i++) {
        control |= timer->state.control[i];
    }
    return control & mask;
}

static uint32_t gptimer_runs(const struct gptimer *timer)
{
    return gptimer_any(timer, CONTROL_EN);
}

/* Ticks until timer i underflows for the nth time, n >= 1, or NEVER. */
static uint64_t gptimer_ticks_until(const struct gptimer *timer, uint32_t i, uint64_t nth)
{
    const struct gptimer_state *state = &timer->state;
    uint32_t control = state->control[i];
    if ((control & CONTROL_EN) == 0 || (nth > 1 && (control & CONTROL_RS) == 0)) {
        return NEVER;
    }
    uint64_t later = multiply_or_never(nth - 1, (uint64_t)state->reload[i] + 1);
    uint64_t steps = add_or_never((uint64_t)state->counter[i] + 1, later);
    if ((control & CONTROL_CH) == 0 || steps == NEVER) {
        return steps;
    }
    return i == 0 ? NEVER : gptimer_ticks_until(timer, i - 1, steps);
}

/* Ticks until the first underflow of an enabled timer with (control & mask) == bits. */
static uint64_t gptimer_ticks_until_any(const struct gptimer *timer, uint32_t mask, uint32_t bits)
{
    uint64_t first = NEVER;
    for (uint32_t i = 0; i < timer->count; i++) {
        if ((timer->state.control[i] & mask) == bits) {
            uint64_t ticks = gptimer_ticks_until(timer, i, 1);
            first = ticks < first ? ticks : first;
        }
    }
    return first;
}

/* ---- advancing ---- */

/* Decrements timer i `steps` times.  Returns how often it underflowed.  A timer without RS stops at
 * its first underflow. */
static uint64_t gptimer_step(struct gptimer_state *state, uint32_t i, uint64_t steps)
{
    uint32_t counter = state->counter[i];
    if (steps <= counter) {
        state->counter[i] = (uint32_t)(counter - steps);
        return 0;
    }
    if ((state->control[i] & CONTROL_RS) == 0) {
        state->control[i] &= ~CONTROL_EN;
        state->counter[i] = UINT32_MAX;
        return 1;
    }
    uint64_t period = (uint64_t)state->reload[i] + 1;
    uint64_t after = steps - counter - 1;
    state->counter[i] = (uint32_t)(state->reload[i] - after % period);
    return 1 + after / period;
}

/* Runs `ticks` ticks.  The caller guarantees that no timer stops before the last of them.  Returns
 * a bit for each timer that raised its interrupt. */
static uint32_t gptimer_run(struct gptimer *timer, uint64_t ticks)
{
    struct gptimer_state *state = &timer->state;
    uint32_t raised = 0;
    uint64_t before = 0; /* underflows of the timer before */
    for (uint32_t i = 0; i < timer->count; i++) {
        uint32_t control = state->control[i];
        uint64_t steps = control & CONTROL_CH ? before : ticks;
        before = control & CONTROL_EN ? gptimer_step(state, i, steps) : 0;
        if (before != 0 && control & CONTROL_IE) {
            state->control[i] |= CONTROL_IP;
            raised |= 1u << i;
        }
    }
    return raised;
}

/* Advances the scaler to cycle `now`.  The caller guarantees that there is no tick until then. */
static void gptimer_run_scaler(struct gptimer_state *state, uint64_t now)
{
    uint64_t cycles = now - state->since;
    if (cycles <= state->scaler) {
        state->scaler -= (uint32_t)cycles;
    } else {
        uint64_t after = cycles - state->scaler - 1;
        state->scaler = (uint32_t)(state->sreload - after % ((uint64_t)state->sreload + 1));
    }
    state->since = now;
}

/* Advances the state to cycle `now`.  Returns a bit for each timer that raised its interrupt.  All
 * ticks up to one at which a timer stops are computed in one turn of the loop, so there are few
 * turns. */
static uint32_t gptimer_advance(struct gptimer *timer, uint64_t now)
{
    struct gptimer_state *state = &timer->state;
    uint32_t raised = 0;
    while (gptimer_runs(timer)) {
        uint64_t first = gptimer_next_tick(timer);
        if (now < first) {
            gptimer_run_scaler(state, now);
            return raised;
        }
        uint64_t period = gptimer_tick_period(timer);
        uint64_t ticks = now - first < period ? 1 : (now - first) / period + 1;
        uint64_t stop = gptimer_ticks_until_any(timer, CONTROL_EN | CONTROL_RS, CONTROL_EN);
        ticks = stop < ticks ? stop : ticks;
        raised |= gptimer_run(timer, ticks);
        state->since = first + (ticks - 1) * period;
        state->busy = state->since + gptimer_round(timer);
        state->scaler = state->sreload;
    }
    state->since = now;
    return raised;
}

/* ---- interrupts ---- */

static void gptimer_watchdog(struct gptimer *timer)
{
    uint32_t control = timer->state.control[timer->count - 1];
    if (timer->watchdog != 0 && (control & (CONTROL_IP | CONTROL_WS)) == CONTROL_IP) {
        timer->services->system->system_reset(timer->host, L3_RESET_WATCHDOG);
    }
}

/* Is there a watchdog that is running and will reset the system? */
static uint32_t gptimer_will_restart(void *instance)
{
    const struct gptimer *timer = instance;
    uint32_t control = timer->state.control[timer->count - 1];
    return timer->watchdog != 0 && (control & (CONTROL_EN | CONTROL_WS)) == CONTROL_EN;
}

static void gptimer_raise(struct gptimer *timer, uint32_t raised)
{
    const struct l3_services *services = timer->services;
    if (raised == 0) {
        return;
    }
    raised = timer->separate_irqs ? raised : 1;
    for (uint32_t i = 0; i < timer->count; i++) {
        if (raised >> i & 1) {
            services->irq_pulse(timer->host, i);
        }
    }
    gptimer_watchdog(timer);
}

static uint64_t gptimer_now(const struct gptimer *timer)
{
    return timer->services->cycles(timer->host);
}

static void gptimer_look_ahead(struct gptimer *timer)
{
    uint64_t ticks = gptimer_ticks_until_any(timer, CONTROL_EN, CONTROL_EN);
    timer->next_tick = gptimer_runs(timer) ? gptimer_next_tick(timer) : 0;
    timer->period = gptimer_tick_period(timer);
    timer->next_underflow = timer->next_tick;
    if (timer->next_tick != 0) {
        timer->next_underflow =
            add_or_never(timer->next_tick, multiply_or_never(ticks - 1, timer->period));
    }
}

/* Advances the state to cycle `now`, from next_tick on and before next_underflow: there are ticks,
 * but no timer underflows. */
static void gptimer_count(struct gptimer *timer, uint64_t now)
{
    struct gptimer_state *state = &timer->state;
    uint64_t late = now - timer->next_tick;
    uint64_t more = late < timer->period ? 0 : late / timer->period;
    for (uint32_t i = 0; i < timer->count; i++) {
        if ((state->control[i] & (CONTROL_EN | CONTROL_CH)) == CONTROL_EN) {
            state->counter[i] -= (uint32_t)more + 1;
        }
    }
    state->since = timer->next_tick + more * timer->period;
    state->busy = state->since + gptimer_round(timer);
    state->scaler = state->sreload;
    timer->next_tick = state->since + timer->period;
}

static L3_APART void gptimer_catch_up(struct gptimer *timer, uint64_t now)
{
    uint32_t raised = gptimer_advance(timer, now);
    gptimer_look_ahead(timer);
    gptimer_raise(timer, raised);
}

static void gptimer_sync_to(struct gptimer *timer, uint64_t now)
{
    if (now >= timer->next_underflow) { /* 0 if no timer runs */
        gptimer_catch_up(timer, now);
    } else if (now >= timer->next_tick) {
        gptimer_count(timer, now);
    }
}

static void gptimer_sync(struct gptimer *timer)
{
    gptimer_sync_to(timer, gptimer_now(timer));
}

/* Time of the access.  A leon3emu older than the member `cycles` of struct l3_request does not give
 * it there. */
static uint64_t gptimer_time(const struct gptimer *timer, const struct l3_request *request)
{
    return request->struct_size >= sizeof *request ? request->cycles : gptimer_now(timer);
}

/* Does gptimer_sync() have nothing to do? */
static int gptimer_is_before_tick(const struct gptimer *timer, const struct l3_request *request)
{
    return request->struct_size >= sizeof *request && request->cycles < timer->next_tick;
}

/* After gptimer_sync(): advances the scaler, too, to the present cycle. */
static void gptimer_settle(struct gptimer *timer)
{
    if (gptimer_runs(timer)) {
        gptimer_run_scaler(&timer->state, gptimer_now(timer));
    }
}

/* After a change: looks ahead and arms the event for the next interrupt. */
static void gptimer_arm(struct gptimer *timer)
{
    uint64_t ticks = gptimer_ticks_until_any(timer, CONTROL_IE, CONTROL_IE);
    uint64_t deadline = NEVER;
    timer->chained = gptimer_any(timer, CONTROL_CH);
    gptimer_look_ahead(timer);
    if (ticks != NEVER) {
        uint64_t wait = multiply_or_never(ticks - 1, gptimer_tick_period(timer));
        deadline = add_or_never(gptimer_next_tick(timer), wait);
    }
    if (deadline != NEVER) {
        timer->services->event_arm(timer->host, timer->event, deadline);
    } else {
        timer->services->event_cancel(timer->host, timer->event);
    }
}

static void gptimer_event(void *instance, uint32_t argument)
{
    (void)argument;
    gptimer_sync(instance);
    gptimer_arm(instance);
}

/* ---- latch and set ---- */

/* Watches the lines at whose change there is something to do: the selected ones while EL or ES is
 * set, otherwise none, so that interrupts of other devices cost no call. */
static void gptimer_watch(struct gptimer *timer)
{
    struct gptimer_state *state = &timer->state;
    const struct l3_system_services *system = timer->services->system;
    uint32_t wanted = state->config & (CONFIG_EL | CONFIG_ES) ? state->select : 0;
    if (HAS_WATCH(system)) {
        state->lines = system->watch_irq_lines(timer->host, wanted);
    }
}

/* If a selected line is high, does what EL and ES ask for.  The caller has called gptimer_sync().
 * With both set, the latches get the counters of before the load, as both happen at one clock
 * edge. */
static void gptimer_match(struct gptimer *timer)
{
    struct gptimer_state *state = &timer->state;
    if ((state->lines & state->select) == 0) {
        return;
    }
    for (uint32_t i = 0; i < timer->count; i++) {
        state->latch[i] = state->config & CONFIG_EL ? state->counter[i] : state->latch[i];
        state->counter[i] = state->config & CONFIG_ES ? state->reload[i] : state->counter[i];
    }
    state->config &= ~(CONFIG_EL | CONFIG_ES);
    gptimer_watch(timer);
}

/* This may be called from inside gptimer_raise(), for one of the timer's own interrupts.  The state
 * is that of the present cycle then, so that gptimer_sync() below raises nothing a second time. */
static void gptimer_pin_input(void *instance, uint32_t pin, uint32_t level)
{
    struct gptimer *timer = instance;
    struct gptimer_state *state = &timer->state;
    uint32_t bit = 1u << (pin & 31);
    state->lines = level ? state->lines | bit : state->lines & ~bit;
    if (level && (state->select & bit) && (state->config & (CONFIG_EL | CONFIG_ES))) {
        gptimer_sync(timer);
        gptimer_match(timer);
        gptimer_arm(timer);
    }
}

/* ---- registers: gptimer_read() and gptimer_write() call gptimer_sync() before a hook is called
 * ---- */

static uint32_t gptimer_read_scaler(void *instance, uint32_t index, uint32_t value)
{
    struct gptimer *timer = instance;
    (void)index;
    (void)value;
    gptimer_settle(timer);
    return timer->state.scaler;
}

static void gptimer_write_scaler(void *instance, uint32_t index, uint32_t value)
{
    struct gptimer *timer = instance;
    (void)index;
    timer->state.scaler = value & timer->scaler_mask;
}

static void gptimer_write_sreload(void *instance, uint32_t index, uint32_t value)
{
    struct gptimer *timer = instance;
    (void)index;
    timer->state.sreload = value & timer->scaler_mask;
    timer->state.scaler = timer->state.sreload;
}

static uint32_t gptimer_read_config(void *instance, uint32_t index, uint32_t value)
{
    const struct gptimer *timer = instance;
    (void)index;
    uint32_t line = timer->services->irq_line(timer->host, 0) & 0x1f;
    uint32_t separate = timer->separate_irqs ? CONFIG_SI : 0;
    return value | separate | line << CONFIG_IRQ_LOW | timer->count;
}

static void gptimer_write_config(void *instance, uint32_t index, uint32_t value)
{
    struct gptimer *timer = instance;
    (void)index;
    timer->state.config &= timer->config_mask;
    for (uint32_t i = 0; i < timer->count; i++) {
        timer->state.control[i] |= value >> (CONFIG_EN_LOW + i) & CONTROL_EN;
    }
    gptimer_watch(timer);
    gptimer_match(timer);
}

static void gptimer_write_select(void *instance, uint32_t index, uint32_t value)
{
    (void)index;
    (void)value;
    gptimer_watch(instance);
    gptimer_match(instance);
}

static void gptimer_write_control(void *instance, uint32_t index, uint32_t value)
{
    struct gptimer *timer = instance;
    struct gptimer_state *state = &timer->state;
    if (timer->watchdog == 0 || index != timer->count - 1) {
        state->control[index] &= ~CONTROL_WS;
    } else if (value & CONTROL_WN) {
        timer->services->log(timer->host, L3_LOG_UNIMP, "the watchdog raises no interrupt 15");
    }
    if (value & CONTROL_LD) {
        state->counter[index] = state->reload[index];
    }
    gptimer_watchdog(timer);
}

#define ALL_BITS 0xffffffffu
#define COUNTERS 0x10
#define RELOADS  0x14
#define CONTROLS 0x18
#define LATCHES  0x1c
#define SELECT   0x0c
#define STRIDE   0x10

#define CONFIG_STORED (CONFIG_DF | CONFIG_EL | CONFIG_ES)

/* clang-format off */
static const struct l3_register gptimer_registers[] = {
    /*          offset name       reset readable   stored     w1c */
    L3_REGISTER(0x00,  "scaler",  0,    ALL_BITS,  0,         0, gptimer_read_scaler,
                gptimer_write_scaler),
    L3_REGISTER(0x04,  "sreload", 0,    ALL_BITS,  0,         0, NULL, gptimer_write_sreload),
    L3_REGISTER(0x08,  "config",  0,    CONFIG_STORED, CONFIG_STORED, 0, gptimer_read_config,
                gptimer_write_config),
    L3_REGISTER(SELECT, "latchsel", 0,  ALL_BITS,  ALL_BITS,  0, NULL, gptimer_write_select),
    L3_REGISTER_ARRAY(COUNTERS, "tcntval", 0, ALL_BITS, ALL_BITS, 0, NULL, NULL, TIMER_MAX, STRIDE),
    L3_REGISTER_ARRAY(RELOADS, "trldval", 0, ALL_BITS, ALL_BITS, 0, NULL, NULL, TIMER_MAX, STRIDE),
    L3_REGISTER_ARRAY(CONTROLS, "tctrl", 0, CONTROL_STORED | CONTROL_IP, CONTROL_STORED, CONTROL_IP,
                      NULL, gptimer_write_control, TIMER_MAX, STRIDE),
    L3_REGISTER_ARRAY(LATCHES, "tlatch", 0, ALL_BITS, 0, 0, NULL, NULL, TIMER_MAX, STRIDE),
};
/* clang-format on */

static const struct l3_region gptimer_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = gptimer_registers,
    .register_count = sizeof gptimer_registers / sizeof gptimer_registers[0],
}};

/* A debug read gives the present values and leaves the state, and so the interrupts, as they
 * are. */
static int32_t gptimer_peek(struct gptimer *timer, struct l3_request *request)
{
    struct gptimer_state saved = timer->state;
    gptimer_advance(timer, gptimer_now(timer));
    int32_t result = l3_regfile_read(&timer->regs, request);
    timer->state = saved;
    return result;
}

static L3_APART int32_t gptimer_read_later(struct gptimer *timer, struct l3_request *request)
{
    if (request->attributes & L3_ATTR_DEBUG) {
        return gptimer_peek(timer, request);
    }
    gptimer_sync_to(timer, gptimer_time(timer, request));
    return l3_regfile_read(&timer->regs, request);
}

static int32_t gptimer_read(void *instance, struct l3_request *request)
{
    struct gptimer *timer = instance;
    if ((request->attributes & L3_ATTR_DEBUG) || !gptimer_is_before_tick(timer, request)) {
        return gptimer_read_later(timer, request);
    }
    return l3_regfile_read(&timer->regs, request);
}

static L3_APART int32_t gptimer_write_any(struct gptimer *timer, const struct l3_request *request)
{
    struct l3_request turned = *request;
    gptimer_sync(timer);
    gptimer_settle(timer);
    if (timer->ip_by_zero && request->offset >= CONTROLS &&
        request->offset % STRIDE == CONTROLS % STRIDE) {
        turned.value ^= CONTROL_IP;
    }
    int32_t result = l3_regfile_write(&timer->regs, &turned);
    gptimer_arm(timer);
    return result;
}

static L3_APART int32_t gptimer_write_later(struct gptimer *timer, const struct l3_request *request)
{
    gptimer_sync_to(timer, gptimer_time(timer, request));
    return l3_regfile_write(&timer->regs, request);
}

/* A write to a reload register has a short way: the value matters only after the next underflow, so
 * the scaler need not be settled, and the event's deadline stays unless a timer is chained. */
static int32_t gptimer_write(void *instance, struct l3_request *request)
{
    struct gptimer *timer = instance;
    uint64_t offset = request->offset;
    if (offset % STRIDE != RELOADS % STRIDE || offset < RELOADS || timer->chained) {
        return gptimer_write_any(timer, request);
    }
    if (!gptimer_is_before_tick(timer, request)) {
        return gptimer_write_later(timer, request);
    }
    return l3_regfile_write(&timer->regs, request);
}

/* ---- life ---- */

static void gptimer_reset(void *instance, uint32_t cause)
{
    struct gptimer *timer = instance;
    struct gptimer_state *state = &timer->state;
    uint32_t last = timer->count - 1;
    (void)cause;
    l3_regfile_reset(&timer->regs);
    state->scaler = timer->scaler_mask;
    state->sreload = timer->scaler_mask;
    state->since = timer->services->cycles(timer->host);
    state->busy = state->since;
    state->lines = 0; /* all lines are low when a reset begins; gptimer_watch() reads them */
    gptimer_watch(timer);
    if (timer->watchdog != 0) {
        state->reload[last] = timer->watchdog;
        state->counter[last] = timer->watchdog;
        state->control[last] = CONTROL_EN | CONTROL_IE;
    }
    gptimer_arm(timer);
}

static void gptimer_destroy(void *instance)
{
    struct gptimer *timer = instance;
    l3_regfile_destroy(&timer->regs);
    free(timer);
}

static int gptimer_configure(struct gptimer *timer)
{
    struct l3_host *host = timer->host;
    const struct l3_services *services = timer->services;
    uint64_t scaler_bits = services->property_uint(host, "scaler_bits");
    timer->count = (uint32_t)services->property_uint(host, "timers");
    timer->separate_irqs = (uint32_t)services->property_uint(host, "separate_irqs");
    timer->watchdog = (uint32_t)services->property_uint(host, "watchdog");
    timer->ip_by_zero = (uint32_t)services->property_uint(host, "ip_by_zero");
    timer->scaler_mask = (uint32_t)(((uint64_t)1 << scaler_bits) - 1);
    uint32_t latch = (uint32_t)services->property_uint(host, "latch");
    uint32_t set = (uint32_t)services->property_uint(host, "set");
    timer->config_mask = CONFIG_DF | (latch ? CONFIG_EL : 0) | (set ? CONFIG_ES : 0);
    timer->event = services->event_create(host, "underflow", gptimer_event, 0);
    if (!l3_regfile_create(&timer->regs)) {
        return 0;
    }
    l3_regfile_limit(&timer->regs, COUNTERS, timer->count);
    l3_regfile_limit(&timer->regs, RELOADS, timer->count);
    l3_regfile_limit(&timer->regs, CONTROLS, timer->count);
    l3_regfile_limit(&timer->regs, SELECT, latch);
    l3_regfile_limit(&timer->regs, LATCHES, latch ? timer->count : 0);
    return 1;
}

static void *gptimer_create(struct l3_host *host, const struct l3_services *services)
{
    struct gptimer *timer = calloc(1, sizeof *timer);
    if (timer == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    timer->host = host;
    timer->services = services;
    timer->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &gptimer_regions[0],
        .instance = timer,
        .values = timer->state.values,
        .value_count = VALUE_COUNT,
    };
    if (!gptimer_configure(timer)) {
        free(timer);
        return NULL;
    }
    return timer;
}

/* ---- description ---- */

/* clang-format off */
static const struct l3_property gptimer_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "timers", "2", 1, TIMER_MAX,
     "number of timers"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "separate_irqs", "on", 0, 0,
     "each timer has an interrupt of its own, from irq on; off: all use irq"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "watchdog", "0", 0, UINT32_MAX,
     "ticks after which the last timer resets the system; 0: no watchdog"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "scaler_bits", "16", 1, 32,
     "width of the scaler"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "latch", "off", 0, 0,
     "an interrupt can copy the counters to latch registers"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "set", "off", 0, 0,
     "an interrupt can load the counters; needs latch, which has the choice of interrupts"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "ip_by_zero", "off", 0, 0,
     "IP is cleared by writing 0 (UT699); off: by writing 1"},
};
/* clang-format on */

#define FIELD(member, field_size, field_count)                                                     \
    {                                                                                              \
        .struct_size = sizeof(struct l3_state_field), .offset = offsetof(struct gptimer, member),  \
        .size = (field_size), .count = (field_count), .name = #member                              \
    }

static const struct l3_state_field gptimer_fields[] = {
    FIELD(state.values, 4, VALUE_COUNT),
    FIELD(state.since, 8, 1),
    FIELD(state.busy, 8, 1),
    FIELD(state.lines, 4, 1),
    FIELD(chained, 4, 1),
    FIELD(next_tick, 8, 1),
    FIELD(next_underflow, 8, 1),
    FIELD(period, 8, 1),
};

static const struct l3_pnp gptimer_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x011, 1, 0,
};

static const struct l3_device_class gptimer = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "gptimer",
    .summary = "up to seven timers behind one scaler, the last a watchdog if wanted",
    .version = "1.0",
    .flags = L3_CLASS_SEES_IRQ_LINES,
    .properties = gptimer_properties,
    .property_count = sizeof gptimer_properties / sizeof gptimer_properties[0],
    .regions = gptimer_regions,
    .region_count = 1,
    .irq_output_count = TIMER_MAX,
    .input_pin_count = 32,
    .state = gptimer_fields,
    .state_count = sizeof gptimer_fields / sizeof gptimer_fields[0],
    .pnp = &gptimer_pnp,
    .create = gptimer_create,
    .destroy = gptimer_destroy,
    .reset = gptimer_reset,
    .read = gptimer_read,
    .write = gptimer_write,
    .pin_input = gptimer_pin_input,
    .will_restart = gptimer_will_restart,
};
L3_DEVICE_CLASS(gptimer)
