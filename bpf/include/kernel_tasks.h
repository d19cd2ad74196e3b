/*
 * Kernel types that lead from a number to a task or a name space, in the manner of kernel.h. A pid is looked up in the
 * tables of the name space itself: that works on every kernel, where the helpers for it came late.
 */
#ifndef PICKET_KERNEL_TASKS_H
#define PICKET_KERNEL_TASKS_H

#include "read.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct hlist_node {
    struct hlist_node *next;
};

struct hlist_head {
    struct hlist_node *first;
};

struct pid___tasks {
    struct hlist_head tasks[PIDTYPE_MAX];
};

struct task_struct___links {
    struct hlist_node pid_links[PIDTYPE_MAX];
};

struct xarray {
    void *xa_head;
};

struct idr {
    struct xarray idr_rt;
};

struct pid_namespace {
    struct idr idr;
};

struct upid___ns {
    struct pid_namespace *ns;
};

struct xa_node {
    unsigned char shift;
    void *slots[64];
};

struct proc_ns_operations {
    const char *name;
};

struct ns_common {
    const struct proc_ns_operations *ops;
};

struct inode___private {
    void *i_private;
};

#pragma clang attribute pop

#define NSFS_MAGIC 0x6e736673
#define PIDFS_MAGIC 0x50494446
/* six bits of the number a level */
#define XA_LEVELS 6

/* What a node of the tree holds for `number`; NULL when the entry is no node. Pointers to nodes are tagged with 2. */
static __always_inline void *tree_step(void *entry, __u32 number) {
    if (((__u64)entry & 3) != 2)
        return NULL;
    struct xa_node *node = as(struct xa_node, entry - 2);
    __u32 mask = bpf_core_field_size(node->slots) / sizeof(void *) - 1;
    __u32 slot = (number >> (get(node, shift) & 31)) & mask;
    void *found = NULL;
    bpf_probe_read_kernel(&found, sizeof(found),
                          entry - 2 + bpf_core_field_offset(struct xa_node, slots) + slot * sizeof(void *));
    return found;
}

/* The task that `viewer` means by a pid or thread id, by its pid name space; NULL when there is none. */
static __always_inline struct task_struct *task_by_number(struct task_struct *viewer, __u32 number) {
    struct pid *own = get(viewer, thread_pid);
    __u32 level = own ? get(own, level) : 0;
    if (!own || !number || level > 32)
        return NULL;
    void *place = (void *)own + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid);
    struct pid_namespace *space = get(as(struct upid___ns, place), ns);
    void *entry = BPF_CORE_READ(space, idr.idr_rt.xa_head);
    for (int i = 0; i < XA_LEVELS && ((__u64)entry & 3) == 2; i++)
        entry = tree_step(entry, number);
    struct pid *pid = as(struct pid, entry);
    /* the tree may be too low for the number: then the walk ended at another one */
    if (!entry || ((__u64)entry & 3) || pid_at(pid, level) != number)
        return NULL;
    struct hlist_node *first = BPF_CORE_READ((struct pid___tasks *)pid, tasks[PIDTYPE_PID].first);
    return first ? as(struct task_struct, (void *)first - bpf_core_field_offset(struct task_struct___links, pid_links))
                 : NULL;
}

#endif
