/*
 * cgroup.created and cgroup.removed, for cgroup v2 only. A new cgroup is traced from its first process on, as
 * "pending": the agent decides afterwards whether it is a container, so that no first event is missed. A cgroup
 * made inside a container belongs to that container at once.
 */
#include "../include/emit.h"

#define PATH_BYTES 1024

static __always_inline bool is_v2(struct cgroup *cgroup) {
    struct cgroup_root *root = get(cgroup, root);
    return get(root, hierarchy_id) == 0;
}

/* 6.15 and later hide the parent pointer of kernfs nodes, so the parent is found by who makes the directory. */
static __always_inline void send(__u16 kind, struct cgroup *cgroup, const char *path, const struct identity *who) {
    struct scratch *scratch = get_scratch();
    struct task_struct *task = current_task();
    __u64 at = sizeof(struct picket_cgroup_created);
    bool cut = false;
    if (!scratch)
        return;
    struct picket_cgroup_created *event = (void *)scratch->record;
    fill_header(&event->h, kind, task, who, NO_SYSCALL, 0);
    event->parent = bpf_get_current_cgroup_id();
    at = append_kernel_string(scratch, at, path, PATH_BYTES, &cut);
    set_string(&event->path, sizeof(*event), at);
    __u64 begin = at;
    at = append_comm(scratch, at, task);
    set_string(&event->comm, begin, at);
    if (cut)
        event->h.flags |= PICKET_FLAG_PATH_TRUNCATED;
    submit_rare(scratch, at);
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_created, struct cgroup *cgroup_, const char *path) {
    struct cgroup *cgroup = as(struct cgroup, cgroup_);
    if (!is_v2(cgroup))
        return 0;
    __u64 id = cgroup_id(cgroup);
    struct identity who = {.cgroup = id};
    struct container fresh = {.state = CONTAINER_PENDING};
    __u64 maker = bpf_get_current_cgroup_id();
    struct container *outer = find_container(maker);
    if (outer && outer->state == CONTAINER_TRACED) {
        fresh = *outer;
        who.slot = outer->slot;
        who.generation = outer->generation;
    }
    if (bpf_map_update_elem(&containers, &id, &fresh, BPF_NOEXIST))
        count_loss(PICKET_CGROUP_CREATED, PICKET_LOST_MAP_FULL);
    send(PICKET_CGROUP_CREATED, cgroup, path, &who);
    return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(cgroup_removed, struct cgroup *cgroup_, const char *path) {
    struct cgroup *cgroup = as(struct cgroup, cgroup_);
    if (!is_v2(cgroup))
        return 0;
    __u64 id = cgroup_id(cgroup);
    struct identity who = {.cgroup = id};
    struct container *known = find_container(id);
    if (known) {
        who.slot = known->slot;
        who.generation = known->generation;
    }
    send(PICKET_CGROUP_REMOVED, cgroup, path, &who);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
