/* process.fork and process.exit. Threads are not processes and make no events. */
#include "../include/emit.h"
#include "../include/forking.h"

#define NR_EXIT_GROUP 231

/* With the end of the path of the cgroup, for lack of the whole: no tracepoint tells of a birth in another cgroup. */
static __always_inline void tell_born_outside(struct scratch *scratch, struct task_struct *parent,
                                              struct task_struct *child) {
    __u64 at = sizeof(struct picket_process_moved);
    bool cut = false;
    if (!kind_wanted(PICKET_PROCESS_MOVED) || !identify_task(child, &scratch->identity))
        return;
    struct picket_process_moved *event = (void *)scratch->record;
    struct css_set *set = get(child, cgroups);
    struct cgroup *cgroup = get(set, dfl_cgrp);
    struct kernfs_node *node = get(cgroup, kn);
    fill_header(&event->h, PICKET_PROCESS_MOVED, child, &scratch->identity, NO_SYSCALL, 0);
    event->from_cgroup = cgroup_of(parent);
    event->mover_pid = get(parent, tgid);
    event->kept = 1;
    event->h.flags |= PICKET_FLAG_PATH_TRUNCATED;
    at = append_kernel_string(scratch, at, get(node, name), NAME_MAX_BYTES, &cut);
    set_string(&event->path, sizeof(*event), at);
    __u64 begin = at;
    at = append_comm(scratch, at, child);
    set_string(&event->comm, begin, at);
    submit_rare(scratch, at);
}

/*
 * A child stays with the container of its parent: when that one has left the container by itself, and when the child is
 * born in a cgroup outside (CLONE_INTO_CGROUP). Returns whether it is born outside.
 */
static __always_inline bool keep_with_parent(struct task_struct *parent, struct task_struct *child) {
    struct sticky_owner *owner = sticky_owner_of(parent);
    __u64 from = cgroup_of(parent), to = cgroup_of(child);
    if (owner) {
        make_sticky(child, &(struct identity){.slot = owner->slot, .generation = owner->generation});
        return false;
    }
    if (from == to)
        return false;
    struct container *left = find_container(from);
    struct container *entered = find_container(to);
    if (!left || left->state != CONTAINER_TRACED)
        return false;
    if (entered && entered->slot == left->slot && entered->generation == left->generation)
        return false;
    make_sticky(child, &(struct identity){.slot = left->slot, .generation = left->generation});
    return true;
}

static __always_inline void tell_fork(struct scratch *scratch, struct task_struct *parent, struct task_struct *child) {
    __u64 at = sizeof(struct picket_process_fork);
    if (!kind_wanted(PICKET_PROCESS_FORK) || !identify_task(child, &scratch->identity))
        return;
    struct picket_process_fork *event = (void *)scratch->record;
    struct signal_struct *signal = get(child, signal);
    struct pid *own = get(child, thread_pid);
    fill_header(&event->h, PICKET_PROCESS_FORK, child, &scratch->identity, forking_call(), 0);
    event->parent_start = process_start(as(struct task_struct, get(child, real_parent)));
    event->parent_tid = get(parent, pid);
    event->vpid = pid_at(own, get(own, level));
    event->pgid = pid_at(as(struct pid, BPF_CORE_READ(signal, pids[PIDTYPE_PGID])), 0);
    event->sid = pid_at(as(struct pid, BPF_CORE_READ(signal, pids[PIDTYPE_SID])), 0);
    at = append_comm(scratch, at, child);
    set_string(&event->comm, sizeof(*event), at);
    submit_unhurried(scratch, at);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent_, struct task_struct *child_) {
    struct task_struct *child = as(struct task_struct, child_);
    struct task_struct *parent = as(struct task_struct, parent_);
    struct scratch *scratch = get_scratch();

    if (!scratch || get(child, pid) != get(child, tgid))
        return 0;
    bool born_outside = keep_with_parent(parent, child);
    tell_fork(scratch, parent, child);
    if (born_outside)
        tell_born_outside(scratch, parent, child);
    return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task_) {
    struct task_struct *task = current_task();
    struct scratch *scratch = get_scratch();
    struct signal_struct *signal = get(task, signal);
    __u64 at = sizeof(struct picket_process_exit);

    if (!scratch || get(signal, live.counter) > 0)
        return 0;
    if (!identify_task(task, &scratch->identity))
        return 0;
    forget_sticky(task);
    if (!kind_wanted(PICKET_PROCESS_EXIT))
        return 0;
    struct picket_process_exit *event = (void *)scratch->record;
    /* a thread that ended the whole group left its status there */
    __u32 status = get(signal, group_exit_code);
    if (!status)
        status = get(task, exit_code);
    fill_header(&event->h, PICKET_PROCESS_EXIT, task, &scratch->identity, NR_EXIT_GROUP, status);
    event->duration = event->h.time - event->h.start;
    event->code = (status >> 8) & 0xff;
    event->signal = status & 0x7f;
    at = append_comm(scratch, at, task);
    set_string(&event->comm, sizeof(*event), at);
    submit_unhurried(scratch, at);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
