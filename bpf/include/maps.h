/*
 * Layer 1 of the probes: the maps, shared by name between all objects (the loader creates them once and hands
 * them to every further object), and the counting of loss. Layers above: read.h, path.h, emit.h.
 */
#ifndef PICKET_MAPS_H
#define PICKET_MAPS_H

#include "kernel.h"
#include "picket_events.gen.h"

#define SYSCALLS 512
#define SLOTS 1024
#define LOSS_REASONS_MAX 16

/* exec, connect, life of containers: never in competition with the bulk */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 << 20);
} events_rare SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 16 << 20);
} events_bulk SEC(".maps");

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
    __uint(max_entries, 16384);
    __type(key, __u64);
    __type(value, struct container);
} containers SEC(".maps");

/* [kind * LOSS_REASONS_MAX + reason] */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, PICKET_KINDS *LOSS_REASONS_MAX);
    __type(key, __u32);
    __type(value, __u64);
} losses SEC(".maps");

/* [slot * SYSCALLS + number] */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SLOTS *SYSCALLS);
    __type(key, __u32);
    __type(value, __u64);
} syscall_counts SEC(".maps");

struct settings {
    /* events of processes outside containers are wanted too */
    __u32 trace_host;
    /* system calls are counted by container */
    __u32 histogram;
    /* a bulk record wakes the agent when it takes the backlog over this many bytes */
    __u32 wake_bytes;
    /* the agent does not look by itself: the next bulk record must wake it */
    __u32 asleep;
    /* system calls that have a handler in exit_handlers */
    __u8 handled[SYSCALLS];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct settings);
} settings SEC(".maps");

/* by system call number: what runs when that call returns in a traced container */
struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, SYSCALLS);
    __type(key, __u32);
    __type(value, __u32);
} exit_handlers SEC(".maps");

/* who the current event belongs to */
struct identity {
    __u64 cgroup;
    __u16 slot;
    __u16 generation;
    __u16 flags;
    /* x86-64 number of the call */
    __u16 syscall;
};

#define PATH_DEPTH 64
#define RECORD_MAX (26 * 1024)

/* the name of a path component, where it stands in kernel memory */
struct component {
    const unsigned char *name;
    __u64 length;
};

struct scratch {
    struct identity identity;
    /* where a path is being written and how many components are left: kept here because the verifier takes what it
     * reads from a map as unknown, so that it need not follow every combination of the two */
    __u64 path_at;
    __u64 path_left;
    /* the same for the environment; env_rest: the next bytes are the rest of a value that was cut */
    __u64 env_at;
    __u64 env_rest;
    struct component components[PATH_DEPTH];
    /* longer than any record, so that one bound serves every append */
    char record[RECORD_MAX];
};

/*
 * One a CPU. Safe because every program that uses it runs in process context with preemption off and none of
 * them nests in another; programs that may run in interrupts (net_close) reserve in the ring instead.
 */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct scratch *get_scratch(void) {
    __u32 zero = 0;
    return bpf_map_lookup_elem(&scratches, &zero);
}

static __always_inline struct settings *get_settings(void) {
    __u32 zero = 0;
    return bpf_map_lookup_elem(&settings, &zero);
}

static __always_inline void count_loss(__u16 kind, __u16 reason) {
    __u32 key = (kind & (PICKET_KINDS - 1)) * LOSS_REASONS_MAX + (reason & (LOSS_REASONS_MAX - 1));
    __u64 *count = bpf_map_lookup_elem(&losses, &key);
    if (count)
        *count += 1;
}

/* Whose event it is that happens in `cgroup`; false when nobody asked for it. */
static __always_inline bool identify(__u64 cgroup, struct identity *out) {
    struct container *known = bpf_map_lookup_elem(&containers, &cgroup);
    if (!known) {
        struct settings *now = get_settings();
        if (!now || !now->trace_host)
            return false;
        *out = (struct identity){.cgroup = cgroup, .flags = PICKET_FLAG_HOST};
        return true;
    }
    if (known->state == CONTAINER_IGNORED)
        return false;
    *out = (struct identity){.cgroup = cgroup, .slot = known->slot, .generation = known->generation};
    return true;
}

static __always_inline bool identify_current(struct identity *out) {
    return identify(bpf_get_current_cgroup_id(), out);
}

#endif
