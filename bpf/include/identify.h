/* Layer 2 of the probes: whose event it is that the current task makes. */
#ifndef PICKET_IDENTIFY_H
#define PICKET_IDENTIFY_H

#include "read.h"

/* The container of a process that moved itself to a cgroup outside of it: it stays part of that container. */
struct sticky_owner {
    /* tells another process of the same number apart */
    __u64 start;
    __u16 slot;
    __u16 generation;
    __u32 reserved;
};

/* by tgid in the host namespace */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, __u32);
    __type(value, struct sticky_owner);
} sticky SEC(".maps");

/* The owner of a process that left its container; NULL for all others. */
static __always_inline struct sticky_owner *sticky_owner_of(struct task_struct *task) {
    struct facts *known = get_facts();
    if (!known || !known->has_sticky)
        return NULL;
    __u32 tgid = get(task, tgid);
    struct sticky_owner *owner = bpf_map_lookup_elem(&sticky, &tgid);
    return owner && owner->start == process_start(task) ? owner : NULL;
}

/* From now on events of this process and of its children belong to `who`, whatever cgroup it is in. */
static __always_inline void make_sticky(struct task_struct *task, const struct identity *who) {
    struct facts *known = get_facts();
    __u32 tgid = get(task, tgid);
    struct sticky_owner owner = {.start = process_start(task), .slot = who->slot, .generation = who->generation};
    if (!known || bpf_map_update_elem(&sticky, &tgid, &owner, BPF_ANY))
        count_loss(PICKET_PROCESS_MOVED, PICKET_LOST_MAP_FULL);
    else
        known->has_sticky = 1;
}

static __always_inline void forget_sticky(struct task_struct *task) {
    __u32 tgid = get(task, tgid);
    if (sticky_owner_of(task))
        bpf_map_delete_elem(&sticky, &tgid);
}

/* Whose event it is that `task` makes; false when nobody asked for it. */
static __always_inline bool identify_task(struct task_struct *task, struct identity *out) {
    __u64 cgroup = cgroup_of(task);
    struct sticky_owner *owner = sticky_owner_of(task);
    if (!owner)
        return identify(cgroup, out);
    *out = (struct identity){
        .cgroup = cgroup, .slot = owner->slot, .generation = owner->generation, .flags = PICKET_FLAG_STICKY};
    return true;
}

/* The same for the current task. */
static __always_inline bool identify_current(struct identity *out) {
    return identify_task(current_task(), out);
}

#endif
