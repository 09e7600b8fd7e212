// SPDX-License-Identifier: MIT
/*
 * Services: the functions by which a device reaches the machine (struct l3_services, struct l3_system_services).
 *
 * Each service first checks its arguments, the phase of the device's life, and the thread that it is called on.  A call
 * with wrong arguments or in a wrong phase gives a line of the log and has no other effect.  A call on a thread that is
 * not the machine's ends the program with a report, except post(), which any thread may call.
 */
#ifndef MACHINE_SERVICES_H
#define MACHINE_SERVICES_H

#include "machine/device.h"

/* ---- services.c, services_misuse.c, services_post.c, irq_lines.c, system_services.c ---- */

extern const struct l3_services device_services;
extern const struct l3_system_services system_services;
/* Those of device_services that have files of their own. */
int32_t services_post(struct l3_host *host, void (*function)(void *, void *), void *argument);
void services_irq_set(struct l3_host *host, uint32_t output, uint32_t level);
void services_irq_pulse(struct l3_host *host, uint32_t output);
/* Has the device's class that interrupt output?  If not, the log says so. */
bool services_have_output(struct l3_host *host, const char *service, uint32_t output);
/* Makes all lines low.  From now on it is only noted what devices do with their outputs, until
 * services_release_lines() drives the lines so.  A reset calls the one before it resets the devices and the other
 * when all have been reset: in hardware the devices leave reset at the same time, so a line that one of them drives
 * high is seen by all others. */
void services_hold_lines(struct machine *m);
void services_release_lines(struct machine *m);
/* A device used a service in a way that <leon3emu/device.h> does not allow.  The log says so, but only the first five
 * times for a device. */
__attribute__((format(printf, 3, 4))) void
services_misused(struct l3_host *host, const char *service, const char *format, ...);
/* The log says that the service may not be used in this phase of the device's life.  Returns false. */
bool services_refuse(struct l3_host *host, const char *service);
/* Only its address is used: it identifies the thread, and costs one addition. */
extern _Thread_local char services_here __attribute__((tls_model("initial-exec")));
/* Ends the program through options.fatal, because a library called the service on a thread of its own. */
__attribute__((cold)) void services_refuse_thread(const struct l3_host *host, const char *service);
/* Ends the program unless this is the machine's thread. */
static inline void services_check_thread(const struct l3_host *host, const char *service)
{
    if (__builtin_expect(host->machine->thread != &services_here, 0)) {
        services_refuse_thread(host, service);
    }
}
/* May a device use `service` in this phase of its life, which must be `first` or HOST_LIVING?  If not, the log
 * says so.  Inline, because each edge of an interrupt line asks several times. */
static inline bool services_are_open(struct l3_host *host, const char *service,
                                     enum host_phase first)
{
    services_check_thread(host, service);
    return (host->phase >= first && host->phase != HOST_DYING) || services_refuse(host, service);
}
/* Makes the calling thread the machine's: only here devices may use services from now on. */
void services_bind_thread(struct machine *m);
/* Runs what post() queued. */
void services_run_posts(struct machine *m);
void services_close_posts(struct machine *m);

#endif
