/*
 * process.moved, for cgroup v2 only. A process that leaves the cgroups of its container stays part of it when somebody
 * in the container moved it: that is a way to hide. Who moves it from outside, the runtime or an administrator, means
 * it.
 */
#include "../include/emit.h"
#include "../include/task_note.h"

#define PATH_BYTES 1024

static __always_inline bool same_container(const struct identity *a, const struct identity *b) {
    return a->slot == b->slot && a->generation == b->generation;
}

/* The container that `task` belonged to before the move from cgroup `from`; false when it was in none. */
static __always_inline bool owner_before(struct task_struct *task, __u64 from, struct identity *out) {
    struct sticky_owner *owner = sticky_owner_of(task);
    if (owner) {
        *out = (struct identity){.slot = owner->slot, .generation = owner->generation};
        return true;
    }
    struct container *known = from ? find_container(from) : NULL;
    if (!known || known->state == CONTAINER_IGNORED)
        return false;
    *out = (struct identity){.slot = known->slot, .generation = known->generation};
    return true;
}

/* Whether the mover is part of the container itself. A process that moved itself is in the new cgroup already. */
static __always_inline bool moved_from_inside(struct task_struct *mover, struct task_struct *task,
                                              const struct identity *left) {
    struct identity who;
    if (get(mover, tgid) == get(task, tgid))
        return true;
    return identify_task(mover, &who) && same_container(&who, left);
}

static __always_inline void send_moved(struct task_struct *task, struct task_struct *mover, const struct identity *who,
                                       __u64 from, const char *path, bool kept) {
    struct scratch *scratch = get_scratch();
    __u64 at = sizeof(struct picket_process_moved);
    bool cut = false;
    if (!scratch || !kind_wanted(PICKET_PROCESS_MOVED))
        return;
    scratch->identity = *who;
    struct picket_process_moved *event = (void *)scratch->record;
    fill_header(&event->h, PICKET_PROCESS_MOVED, task, who, NO_SYSCALL, 0);
    event->from_cgroup = from;
    event->mover_pid = get(mover, tgid);
    event->kept = kept;
    at = append_kernel_string(scratch, at, path, PATH_BYTES, &cut);
    set_string(&event->path, sizeof(*event), at);
    __u64 begin = at;
    at = append_comm(scratch, at, task);
    set_string(&event->comm, begin, at);
    if (cut)
        event->h.flags |= PICKET_FLAG_PATH_TRUNCATED;
    submit_rare(scratch, at);
}

/* With `threadgroup` the kernel names the first thread for all of them. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(cgroup_moved, struct cgroup *cgroup_, const char *path, struct task_struct *given, bool threadgroup) {
    struct cgroup *cgroup = as(struct cgroup, cgroup_);
    if (BPF_CORE_READ(cgroup, root, hierarchy_id) != 0)
        return 0;
    struct task_struct *task = as(struct task_struct, given);
    struct task_struct *mover = as(struct task_struct, bpf_get_current_task());
    __u64 to = cgroup_id(cgroup);
    struct task_note *note = bpf_task_storage_get(&task_notes, given, NULL, 0);
    __u64 from = note ? note->cgroup : 0;
    struct container *entered = find_container(to);
    struct identity left = {}, who = {};
    bool was_inside = owner_before(task, from, &left);
    bool is_inside = entered && entered->state != CONTAINER_IGNORED;
    bool kept = false;

    if (is_inside)
        who = (struct identity){.slot = entered->slot, .generation = entered->generation};
    if (is_inside || was_inside || note)
        note_task(given);
    if (!is_inside && !was_inside)
        return 0;
    if (was_inside && is_inside && same_container(&left, &who)) {
        forget_sticky(task);
    } else if (was_inside) {
        kept = left.slot != 0 && moved_from_inside(mover, task, &left);
        if (kept)
            make_sticky(task, &left);
        else if (is_inside)
            forget_sticky(task);
        who = left;
    }
    who.cgroup = to;
    send_moved(task, mover, &who, from, path, kept);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
