/* The variant of maps.bpf.c that keeps the counts of a container in its cgroup. In an object of its own: since 6.2. */
#include "count_call.h"

/* not in headers of older kernels */
#define MAP_TYPE_CGRP_STORAGE 32

/* only user space adds cgroups, so that a cgroup that is not in it is not a container */
struct {
    __uint(type, MAP_TYPE_CGRP_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct call_counts);
} counts_of_cgroups SEC(".maps");

SEC("tp_btf/sys_exit")
int BPF_PROG(count_in_cgroup, struct pt_regs *regs, long result) {
    struct task_struct *task = bpf_get_current_task_btf();
    struct cgroup *cgroup = task->cgroups->dfl_cgrp;
    if (!cgroup)
        return 0;
    struct call_counts *calls = bpf_cgrp_storage_get(&counts_of_cgroups, cgroup, 0, 0);
    if (calls)
        __sync_fetch_and_add(&calls->counts[number_of(regs)], 1);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
