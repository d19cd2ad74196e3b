/* The variant of maps.bpf.c that remembers the slot of each task in the task. In an object of its own: since 5.11. */
#include "count_call.h"

struct remembered {
    /* a task that moved is looked up again */
    __u64 cgroup;
    __u32 slot;
    __u32 reserved;
};

struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct remembered);
} slots_of_tasks SEC(".maps");

SEC("tp_btf/sys_exit")
int BPF_PROG(count_by_task, struct pt_regs *regs, long result) {
    __u64 cgroup = cgroup_of_call(regs);
    struct remembered *own =
        bpf_task_storage_get(&slots_of_tasks, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (!own)
        return 0;
    if (own->cgroup != cgroup) {
        own->slot = slot_of(bpf_map_lookup_elem(&containers, &cgroup));
        own->cgroup = cgroup;
    }
    count_by_slot(regs, own->slot);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
