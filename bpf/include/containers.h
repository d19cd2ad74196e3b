/* Layer 1 of the probes: which cgroup belongs to which container. */
#ifndef PICKET_CONTAINERS_H
#define PICKET_CONTAINERS_H

#include "maps.h"

enum container_state {
    /* the agent has not said yet what this cgroup is: events are sent with slot 0 */
    CONTAINER_PENDING = 0,
    CONTAINER_TRACED = 1,
    CONTAINER_IGNORED = 2,
};

struct container {
    __u16 slot;
    __u16 generation;
    __u32 state;
};

/* by cgroup v2 id */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 65536);
    __type(key, __u64);
    __type(value, struct container);
} containers SEC(".maps");

#define FRONT_ENTRIES 8192

struct front_entry {
    /* 0: free */
    __u64 cgroup;
    struct container container;
};

/*
 * The same again for most cgroups, by the low bits of the id: a look-up without a helper call, of which even one costs
 * more than all else on the way of a system call that nobody asked for. Written by the agent alone; an entry keeps its
 * cgroup until that is gone, so that a reader never sees one half of two.
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, FRONT_ENTRIES);
    __type(key, __u32);
    __type(value, struct front_entry);
} front SEC(".maps");

static __always_inline struct container *find_in_front(__u64 cgroup) {
    __u32 at = cgroup & (FRONT_ENTRIES - 1);
    struct front_entry *entry = bpf_map_lookup_elem(&front, &at);
    return entry && entry->cgroup == cgroup ? &entry->container : NULL;
}

static __always_inline struct container *find_container(__u64 cgroup) {
    struct container *known = find_in_front(cgroup);
    return known ? known : bpf_map_lookup_elem(&containers, &cgroup);
}

/* Whose events are those of the container `known`, NULL when nobody knows the cgroup; false when nobody asked for them.
 */
static __always_inline bool identify_known(const struct container *known, __u64 cgroup, struct identity *out) {
    if (known && known->state != CONTAINER_IGNORED) {
        *out = (struct identity){.cgroup = cgroup, .slot = known->slot, .generation = known->generation};
        return true;
    }
    struct settings *now = get_settings();
    if (!now || !now->trace_host)
        return false;
    *out = (struct identity){.cgroup = cgroup, .flags = PICKET_FLAG_HOST};
    return true;
}

/* Whose event it is that happens in `cgroup`; false when nobody asked for it. */
static __always_inline bool identify(__u64 cgroup, struct identity *out) {
    return identify_known(find_container(cgroup), cgroup, out);
}

#endif
