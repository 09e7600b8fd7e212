// SPDX-License-Identifier: MIT
/*
 * Core properties: those that leon3emu itself gives a device, beside the properties of its class.
 *
 *     base, REGION_base   addresses of its regions       irq, irq1, ...  its interrupt lines
 *     name                of the instance                priority        where it overlaps others
 *     pnp_vendor, pnp_device, pnp_version                identity in plug&play, if its class has one
 *
 * A class must not have properties of these names, because one value would then mean two things.
 */
#ifndef MACHINE_CORE_PROPERTY_H
#define MACHINE_CORE_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <leon3emu/device.h>

#include "core/property_list.h"

/* Room for the key of any core property. */
#define CORE_PROPERTY_SIZE 64

/* The key of the address of region `region` of the class. */
void core_property_base(const struct l3_device_class *class, uint32_t region,
                        char key[CORE_PROPERTY_SIZE]);
/* The key of the interrupt line of an output. */
void core_property_irq(uint32_t output, char key[CORE_PROPERTY_SIZE]);

/* Is `key` that of an address or an interrupt line of devices of this class? */
bool core_property_is_place(const struct l3_device_class *class, const char *key);
/* Is it that of any core property of devices of this class? */
bool core_property_is(const struct l3_device_class *class, const char *key);

/* The value of a core property that is a number up to `maximum`; *value stays as it is if the list
 * has no such key. */
bool core_property_number(const struct property_list *list, const char *key, uint64_t maximum,
                          uint64_t *value, struct error *err);
/* Identity in plug&play: that of the class, or as the list says; struct_size 0: it has none.  False:
 * *wrong is the key that cannot be read. */
bool core_property_pnp(const struct l3_device_class *class, const struct property_list *list,
                       struct l3_pnp *pnp, const char **wrong, struct error *err);

#endif
