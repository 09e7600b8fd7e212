// SPDX-License-Identifier: MIT
/*
 * A peripheral that misbehaves on demand: `--periph faulty.so,base=...,fault=crash_read`.
 *
 * Its one register reads 7, or what a posted function left there.  The names of the faults are in
 * the table at the end; tests/plugins/test_misuse.py says what the emulator must do about each.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#include <leon3emu/device.h>

#ifndef FAULTY_ABI
#define FAULTY_ABI L3_ABI_VERSION
#endif
#ifndef FAULTY_CLASS_SIZE
#define FAULTY_CLASS_SIZE sizeof(struct l3_device_class)
#endif
#ifndef FAULTY_PROPERTY_SIZE
#define FAULTY_PROPERTY_SIZE sizeof(struct l3_property)
#endif
#ifndef FAULTY_REGION_KIND
#define FAULTY_REGION_KIND L3_REGION_APB
#endif
#ifndef FAULTY_REGION_SIZE
#define FAULTY_REGION_SIZE 0x100
#endif
/* Control characters that would colour a terminal's text, end a line, and (0x9b) begin a command in
 * one byte. */
#ifdef FAULTY_ODD_NAMES
#define FAULTY_ODD "\x1b[31m\r\n\x9b"
#else
#define FAULTY_ODD ""
#endif
#ifndef FAULTY_CREATE
#define FAULTY_CREATE faulty_create
#endif

struct faulty {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
    const char *fault;
    uint32_t value;
    uint32_t reads;
};

static int is(const struct faulty *faulty, const char *fault)
{
    return strcmp(faulty->fault, fault) == 0;
}

static void crash(void)
{
    raise(SIGSEGV);
}

static void free_what_is_not_ours(struct faulty *faulty)
{
    void *volatile inside = &faulty->value;
    free(inside);
}

static void jump_nowhere(void)
{
    void (*volatile nowhere)(void) = NULL;
    nowhere();
}

/* Waits for ever inside libc. */
static void sleep_on(void)
{
    for (;;) {
        pause();
    }
}

static void hang(void)
{
    for (volatile unsigned i = 0;; i++) {
    }
}

/* ---- threads ---- */

static void *ask_time(void *argument)
{
    struct faulty *faulty = argument;
    faulty->services->cycles(faulty->host);
    return NULL;
}

static void posted(void *instance, void *argument)
{
    struct faulty *faulty = instance;
    faulty->value = *(uint32_t *)argument;
}

static void *crash_alone(void *argument)
{
    (void)argument;
    crash();
    return NULL;
}

static void *post_value(void *argument)
{
    static uint32_t answer = 42;
    struct faulty *faulty = argument;
    faulty->services->post(faulty->host, posted, &answer);
    return NULL;
}

static void run_thread(struct faulty *faulty, void *(*function)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, function, faulty) == 0) {
        pthread_join(thread, NULL);
    }
}

/* ---- the stack ---- */

/* Overruns a buffer on the stack. */
static void overrun(struct faulty *faulty)
{
    volatile char buffer[64];
    faulty->services->dma_read(faulty->host, 0x40000000, (void *)buffer, 4096);
    faulty->value = (uint32_t)buffer[3];
}

static int dive(volatile char *above)
{
    volatile char below[4096];
    below[0] = above[0];
    return above[0] == 0 ? dive(below) + below[0] : 0;
}

static void *dive_alone(void *argument)
{
    volatile char top[1] = {0};
    (void)argument;
    dive(top);
    return NULL;
}

static int dive_c11(void *argument)
{
    dive_alone(argument);
    return 0;
}

static void run_c11_thread(void)
{
    thrd_t thread;
    if (thrd_create(&thread, dive_c11, NULL) == thrd_success) {
        thrd_join(thread, NULL);
    }
}

/* ---- hanging, but not idle ---- */

static void hang_with_dma(struct faulty *faulty)
{
    uint32_t word;
    for (;;) {
        faulty->services->dma_read(faulty->host, 0x80000304, &word, sizeof word);
    }
}

static void hang_with_irq(struct faulty *faulty)
{
    for (;;) {
        faulty->services->irq_pulse(faulty->host, 0);
    }
}

static void block_signals_and_hang(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    hang();
}

/* ---- leaving ---- */

static void *exit_alone(void *argument)
{
    (void)argument;
    exit(0);
}

static void *leave_alone(void *argument)
{
    (void)argument;
    _exit(0);
}

static void let_child_leave(void)
{
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

/* ---- children: the register reads the signal that has ended it ---- */

static void end_child(const struct faulty *faulty)
{
    const char *how = strchr(faulty->fault, '_') + 1;

    if (strcmp(how, "aborts") == 0) {
        abort();
    } else if (strcmp(how, "crashes") == 0) {
        crash();
    } else if (strcmp(how, "is_ended") == 0) {
        raise(SIGTERM);
    } else if (strcmp(how, "writes") == 0) {
        raise(SIGPIPE);
    }
    _exit(0);
}

/* Makes a child with fork(), or with a system call that libc does not know of. */
static void have_child(struct faulty *faulty)
{
    int status = 0;
    pid_t child = strncmp(faulty->fault, "hidden", 6) == 0 ? (pid_t)syscall(SYS_fork) : fork();

    if (child == 0) {
        end_child(faulty);
    }
    waitpid(child, &status, 0);
    faulty->value = WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 99;
}

/* Starts a shell that sends itself SIGPIPE, as a program gets it when its reader has gone. */
static void start_program(struct faulty *faulty)
{
    int status = system("kill -PIPE $$");
    faulty->value = WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 99;
}

/* ---- signals and flags of the processor ---- */

static void nobody(int number)
{
    (void)number;
}

static void change_signals(const struct faulty *faulty)
{
    if (strncmp(faulty->fault, "ignore_", 7) == 0) {
        signal(SIGTERM, SIG_IGN);
    } else if (strncmp(faulty->fault, "handle_", 7) == 0) {
        signal(SIGTERM, nobody);
    } else if (strncmp(faulty->fault, "default_", 8) == 0) {
        for (int i = 1; i < NSIG; i++) {
            signal(i, SIG_DFL);
        }
    } else if (strncmp(faulty->fault, "block_", 6) == 0) {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, NULL);
    }
}

static void change_flags(const struct faulty *faulty)
{
#if defined(__x86_64__)
    unsigned long long flag = is(faulty, "direction_read") ? 0x400 : 0x40000;
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | flag);
#else
    (void)faulty;
#endif
}

/* ---- callbacks ---- */

static void faulty_event(void *instance, uint32_t argument)
{
    struct faulty *faulty = instance;
    (void)argument;
    if (is(faulty, "crash_event")) {
        crash();
    } else if (is(faulty, "endless_event")) {
        faulty->services->event_arm(faulty->host, faulty->event,
                                    faulty->services->cycles(faulty->host));
    } else if (is(faulty, "overrun_event")) {
        overrun(faulty);
    } else if (is(faulty, "hang_busy_event")) {
        hang_with_dma(faulty);
    }
}

static int32_t faulty_read(void *instance, struct l3_request *request)
{
    struct faulty *faulty = instance;
    faulty->reads++;
    if (is(faulty, "crash_read") || (is(faulty, "crash_read_5000") && faulty->reads == 5000)) {
        crash();
    } else if (is(faulty, "abort_read")) {
        abort();
    } else if (is(faulty, "free_read")) {
        free_what_is_not_ours(faulty);
    } else if (is(faulty, "jump_read")) {
        jump_nowhere();
    } else if (is(faulty, "sleep_read")) {
        sleep_on();
    } else if (is(faulty, "slow_read")) {
        usleep(1000);
    } else if (is(faulty, "exit_read")) {
        exit(0);
    } else if (is(faulty, "quick_exit_read")) {
        quick_exit(0);
    } else if (is(faulty, "leave_read")) {
        _exit(0);
    } else if (is(faulty, "child_leaves")) {
        let_child_leave();
    } else if (strstr(faulty->fault, "child_") == faulty->fault ||
               strstr(faulty->fault, "hidden_") == faulty->fault) {
        have_child(faulty);
    } else if (is(faulty, "program")) {
        start_program(faulty);
    } else if (strstr(faulty->fault, "_signals_read") != NULL && faulty->reads == 1) {
        change_signals(faulty);
    } else if (is(faulty, "exit_thread")) {
        run_thread(faulty, exit_alone);
    } else if (is(faulty, "leave_thread")) {
        run_thread(faulty, leave_alone);
    } else if (is(faulty, "overrun_read")) {
        overrun(faulty);
    } else if (is(faulty, "dive_read")) {
        dive_alone(NULL);
    } else if (is(faulty, "dive_thread")) {
        run_thread(faulty, dive_alone);
    } else if (is(faulty, "dive_c11_thread")) {
        run_c11_thread();
    } else if (is(faulty, "hang_busy_read")) {
        hang_with_irq(faulty);
    } else if (is(faulty, "hang_deaf_read")) {
        block_signals_and_hang();
    } else if (is(faulty, "crash_thread")) {
        run_thread(faulty, crash_alone);
    } else if (is(faulty, "hang_read")) {
        hang();
    } else if (is(faulty, "thread")) {
        run_thread(faulty, ask_time);
    } else if (is(faulty, "post")) {
        run_thread(faulty, post_value);
    } else if (is(faulty, "wild")) {
        return 4711;
    } else if (is(faulty, "bus_error")) {
        return L3_BUS_ERROR;
    } else if (is(faulty, "not_mine")) {
        return L3_NOT_MINE;
    } else if (is(faulty, "unknown_property")) {
        faulty->services->property_uint(faulty->host, "colour");
    } else if (is(faulty, "stop")) {
        faulty->services->stop(faulty->host, 9, "seen %s", "enough");
    }
    request->value = faulty->value;
    if ((is(faulty, "direction_read") || is(faulty, "align_read")) && faulty->reads == 1) {
        change_flags(faulty);
    }
    return L3_OK;
}

static int32_t faulty_write(void *instance, struct l3_request *request)
{
    struct faulty *faulty = instance;
    (void)request;
    if (is(faulty, "crash_write")) {
        crash();
    } else if (is(faulty, "hang_write")) {
        hang();
    } else if (strstr(faulty->fault, "event") != NULL) {
        faulty->services->event_arm(faulty->host, faulty->event, 0);
    }
    return L3_OK;
}

static void faulty_reset(void *instance, uint32_t cause)
{
    struct faulty *faulty = instance;
    (void)cause;
    faulty->value = 7;
    if (is(faulty, "crash_reset")) {
        crash();
    } else if (is(faulty, "reset_reset")) {
        faulty->services->system->system_reset(faulty->host, L3_RESET_SOFTWARE);
    }
}

static void faulty_destroy(void *instance)
{
    struct faulty *faulty = instance;
    if (is(faulty, "crash_destroy")) {
        crash();
    }
    free(faulty);
}

#ifdef FAULTY_UNDEFINED
void faulty_is_defined_nowhere(void);
#else
static void faulty_is_defined_nowhere(void)
{
}
#endif

void *faulty_create(struct l3_host *host, const struct l3_services *services);

void *faulty_create(struct l3_host *host, const struct l3_services *services)
{
    struct faulty *faulty = calloc(1, sizeof *faulty);
    faulty_is_defined_nowhere();
    faulty->host = host;
    faulty->services = services;
    faulty->fault = services->property_text(host, "fault");
    if (strstr(faulty->fault, "_signals") != NULL && strstr(faulty->fault, "_read") == NULL) {
        change_signals(faulty);
    }
    if (is(faulty, "crash_create")) {
        crash();
    } else if (is(faulty, "hang_create")) {
        hang();
    }
    faulty->event = services->event_create(host, "late", faulty_event, 0);
    if (is(faulty, "create")) {
        services->fail(host, "the %s is out of order", "lift");
    }
    if (is(faulty, "create") || is(faulty, "create_silent")) {
        free(faulty);
        return NULL;
    }
    return faulty;
}

/* ---- description ---- */

static const struct l3_region faulty_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = FAULTY_REGION_KIND,
    .name = "registers",
    .size = FAULTY_REGION_SIZE,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
}};

static const struct l3_property faulty_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_STRING, "fault", "none", 0, 0, "what to do wrong"},
    {FAULTY_PROPERTY_SIZE, L3_PROPERTY_UINT, "level", "3", 2, 9, "a number from 2 to 9" FAULTY_ODD},
#ifdef FAULTY_ODD_NAMES
    {sizeof(struct l3_property), L3_PROPERTY_STRING, "colour", "red" FAULTY_ODD, 0, 0, "a colour"},
#endif
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "loud", "off", 0, 0, "a switch"},
#ifdef FAULTY_NEEDS_SERIAL
    {sizeof(struct l3_property), L3_PROPERTY_STRING, "serial", NULL, 0, 0, "its serial number"},
#endif
};

static const struct l3_device_class faulty = {
    .struct_size = FAULTY_CLASS_SIZE,
    .abi_version = FAULTY_ABI,
    .name = "faulty",
    .summary = "does wrong on demand" FAULTY_ODD,
    .version = "0.5" FAULTY_ODD,
    .property_count = sizeof faulty_properties / sizeof faulty_properties[0],
    .properties = faulty_properties,
    .regions = faulty_regions,
    .region_count = 1,
    .irq_output_count = 1,
    .create = FAULTY_CREATE,
    .destroy = faulty_destroy,
    .reset = faulty_reset,
    .read = faulty_read,
    .write = faulty_write,
};
L3_DEVICE_CLASS(faulty)
