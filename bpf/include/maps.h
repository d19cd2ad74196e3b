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

/* One value each, so that reading all of it is one copy: a look-up of an entry costs as much as one of thousands. */
struct loss_counts {
    /* [kind * LOSS_REASONS_MAX + reason] */
    __u64 counts[PICKET_KINDS * LOSS_REASONS_MAX];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct loss_counts);
} losses SEC(".maps");

struct call_counts {
    /* by system call number */
    __u64 counts[SYSCALLS];
};

/* by slot */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SLOTS);
    __type(key, __u32);
    __type(value, struct call_counts);
} syscall_counts SEC(".maps");

/* bytes of IP packets: [slot * 2], received, and behind it sent */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SLOTS * 2);
    __type(key, __u32);
    __type(value, __u64);
} net_bytes SEC(".maps");

/* whose events were lost; what finds no room here is in `losses` all the same */
struct loss_key {
    __u16 slot;
    __u16 generation;
    __u16 kind;
    __u16 reason;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, struct loss_key);
    __type(value, __u64);
} slot_losses SEC(".maps");

/* what a class of opens is wanted for: bits of path_rules values too */
enum open_class {
    OPEN_READ = 0,
    OPEN_WRITE = 1,
    OPEN_FAILED = 2,
    OPEN_CLASSES = 3,
};

enum wanted {
    WANT_NONE = 0,
    /* only what path_rules lists */
    WANT_LISTED = 1,
    WANT_ALL = 2,
};

/* Written by the agent; takes effect with the next system call. */
struct settings {
    /* events of processes outside containers are wanted too */
    __u32 trace_host;
    /* system calls are counted by container */
    __u32 histogram;
    /* pairs of system calls are counted by container: 0 no, else 1 + the table that is being filled */
    __u32 bigrams;
    /* equal opens and connects of a process within so many jiffies are one event; 0: each is its own */
    __u32 suppress;
    /* enum wanted, by enum open_class */
    __u32 open_wanted[OPEN_CLASSES];
    /* entries of path_rules and name_rules; PATH_IGNORE among them */
    __u32 path_rules;
    __u32 path_ignores;
    /* entries of net_ignores */
    __u32 net_ignores;
    /* system calls that have a handler in exit_handlers */
    __u8 handled[SYSCALLS];
    /* kinds that somebody asked for, for programs that serve several */
    __u8 wanted[PICKET_KINDS];
    /* kinds that no budget holds back */
    __u8 must_see[PICKET_KINDS];
    /* ns of the budget that one event of the kind takes, and how many ns may be saved up; 0: no budget */
    __u32 cost[PICKET_KINDS];
    __u32 burst[PICKET_KINDS];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct settings);
} settings SEC(".maps");

struct wake {
    /* a bulk record wakes the agent when the backlog is over this many bytes */
    __u32 bytes;
    /* the agent does not look by itself: the next bulk record must wake it */
    __u32 asleep;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct wake);
} wakes SEC(".maps");

/* What the probes themselves found out. */
struct facts {
    /* some process is in `sticky` */
    __u32 has_sticky;
    __u32 reserved;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct facts);
} facts SEC(".maps");

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
    /* set by a handler for an event that no budget may hold back */
    __u32 must_see;
    __u32 reserved;
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
    /* the task that makes the system call, for handlers */
    __u64 task;
    /* a word on its way from a pointer to a number: the verifier takes what it reads from a map as a number */
    __u64 word;
    /* where a path is being written and how many components are left: kept here because the verifier takes what it
     * reads from a map as unknown, so that it need not follow every combination of the two */
    __u64 path_at;
    __u64 path_left;
    /* the same for the environment; env_rest: the next bytes are the rest of a value that was cut */
    __u64 env_at;
    __u64 env_rest;
    /* bytes of bulk records since the backlog was looked at */
    __u64 unlooked;
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

static __always_inline struct facts *get_facts(void) {
    __u32 zero = 0;
    return bpf_map_lookup_elem(&facts, &zero);
}

static __always_inline void count_losses(__u16 kind, __u16 reason, __u64 events) {
    __u32 zero = 0;
    struct loss_counts *lost = bpf_map_lookup_elem(&losses, &zero);
    if (lost)
        lost->counts[(kind & (PICKET_KINDS - 1)) * LOSS_REASONS_MAX + (reason & (LOSS_REASONS_MAX - 1))] += events;
}

static __always_inline void count_loss(__u16 kind, __u16 reason) {
    count_losses(kind, reason, 1);
}

/* The same for events whose container is known. */
static __always_inline void count_losses_of(const struct picket_header *h, __u16 reason, __u64 events) {
    struct loss_key key = {.slot = h->slot, .generation = h->generation, .kind = h->kind, .reason = reason};
    count_losses(h->kind, reason, events);
    if (h->slot == 0)
        return;
    __u64 *count = bpf_map_lookup_elem(&slot_losses, &key);
    if (!count) {
        __u64 none = 0;
        /* two processors may make the entry at once: the later one finds it there */
        bpf_map_update_elem(&slot_losses, &key, &none, BPF_NOEXIST);
        count = bpf_map_lookup_elem(&slot_losses, &key);
    }
    if (count)
        __sync_fetch_and_add(count, events);
}

static __always_inline void count_loss_of(const struct picket_header *h, __u16 reason) {
    count_losses_of(h, reason, 1);
}

static __always_inline bool kind_wanted(__u16 kind) {
    struct settings *now = get_settings();
    return now && now->wanted[kind & (PICKET_KINDS - 1)];
}

#endif
