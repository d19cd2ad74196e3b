/* What all variants of maps.bpf.c have in common: which call it is, and where a count stands. */
#ifndef PICKET_BENCH_COUNT_CALL_H
#define PICKET_BENCH_COUNT_CALL_H

#include "../../bpf/include/read.h"

/* Slot 0 stands for "no container": nothing is counted. */
static __always_inline __u32 slot_of(const struct container *known) {
    return known && known->state == CONTAINER_TRACED ? known->slot : 0;
}

static __always_inline __u64 cgroup_of_call(const struct pt_regs *regs) {
    return cgroup_of(task_of_call(regs));
}

static __always_inline __u32 slot_by_front(const struct pt_regs *regs) {
    return slot_of(find_in_front(cgroup_of_call(regs)));
}

static __always_inline __u32 slot_by_hash(const struct pt_regs *regs) {
    __u64 cgroup = cgroup_of_call(regs);
    return slot_of(bpf_map_lookup_elem(&containers, &cgroup));
}

static __always_inline __u32 number_of(const struct pt_regs *regs) {
    return regs->orig_ax & (SYSCALLS - 1);
}

/* The same key in every map that has an entry for each count. */
static __always_inline __u32 key_of(const struct pt_regs *regs, __u32 slot) {
    return slot * SYSCALLS + number_of(regs);
}

static __always_inline void count_by_slot(const struct pt_regs *regs, __u32 slot) {
    struct call_counts *calls = slot ? bpf_map_lookup_elem(&syscall_counts, &slot) : NULL;
    if (calls)
        calls->counts[number_of(regs)]++;
}

#endif
