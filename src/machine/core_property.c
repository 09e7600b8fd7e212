// SPDX-License-Identifier: MIT
/* The properties that leon3emu itself gives a device, see core_property.h. */
#include "machine/core_property.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/parse.h"

/* Properties behind struct l3_pnp and the largest value of each. */
static const struct pnp_key {
    const char *name;
    uint32_t maximum;
    size_t offset; /* in struct l3_pnp */
} pnp_keys[] = {
    {"pnp_vendor", 0xff, offsetof(struct l3_pnp, vendor)},
    {"pnp_device", 0xfff, offsetof(struct l3_pnp, device)},
    {"pnp_version", 0x1f, offsetof(struct l3_pnp, version)},
};

/* ---- keys ---- */

void core_property_base(const struct l3_device_class *class, uint32_t region,
                        char key[CORE_PROPERTY_SIZE])
{
    if (region == 0) {
        snprintf(key, CORE_PROPERTY_SIZE, "base");
    } else {
        snprintf(key, CORE_PROPERTY_SIZE, "%s_base", class->regions[region].name);
    }
}

void core_property_irq(uint32_t output, char key[CORE_PROPERTY_SIZE])
{
    if (output == 0) {
        snprintf(key, CORE_PROPERTY_SIZE, "irq");
    } else {
        snprintf(key, CORE_PROPERTY_SIZE, "irq%u", output);
    }
}

bool core_property_is_place(const struct l3_device_class *class, const char *key)
{
    char own[CORE_PROPERTY_SIZE];

    /* Most keys are neither, and need not be compared with each. */
    for (uint32_t i = 0; i < class->region_count && strstr(key, "base") != NULL; i++) {
        core_property_base(class, i, own);
        if (strcmp(own, key) == 0) {
            return true;
        }
    }
    for (uint32_t i = 0; i < class->irq_output_count && strncmp(key, "irq", 3) == 0; i++) {
        core_property_irq(i, own);
        if (strcmp(own, key) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_pnp_key(const char *key)
{
    for (size_t i = 0; i < ARRAY_LEN(pnp_keys); i++) {
        if (strcmp(pnp_keys[i].name, key) == 0) {
            return true;
        }
    }
    return false;
}

bool core_property_is(const struct l3_device_class *class, const char *key)
{
    return strcmp(key, "name") == 0 || strcmp(key, "priority") == 0 ||
           (class->pnp != NULL && is_pnp_key(key)) || core_property_is_place(class, key);
}

/* ---- values ---- */

bool core_property_number(const struct property_list *list, const char *key, uint64_t maximum,
                          uint64_t *value, struct error *err)
{
    const struct property *p = property_list_find(list, key);
    if (p == NULL) {
        return true;
    }
    if (p->value == NULL || !parse_size(p->value, value) || *value > maximum) {
        return error_set(err, LEON3EMU_PERIPHERAL, "%s=%s: must be a number from 0 to 0x%llx", key,
                         p->value == NULL ? "" : p->value, (unsigned long long)maximum);
    }
    return true;
}

bool core_property_pnp(const struct l3_device_class *class, const struct property_list *list,
                       struct l3_pnp *pnp, const char **wrong, struct error *err)
{
    if (class->pnp == NULL) {
        *pnp = (struct l3_pnp){0};
        return true;
    }
    *pnp = *class->pnp;
    for (size_t i = 0; i < ARRAY_LEN(pnp_keys); i++) {
        uint32_t *field = (uint32_t *)((char *)pnp + pnp_keys[i].offset);
        uint64_t value = *field;
        if (!core_property_number(list, pnp_keys[i].name, pnp_keys[i].maximum, &value, err)) {
            *wrong = pnp_keys[i].name;
            return false;
        }
        *field = (uint32_t)value;
    }
    return true;
}
