/*
 * The same job done with different maps: count each system call of a container by container and number, as
 * syscall_exit.bpf.c does. Each program is one variant; the bench attaches them in turn.
 */
#include "count_call.h"

/* 128 different calls in each container that fits: more than any container makes */
#define HASH_ENTRIES (SLOTS * 128)

#define HASH(kind, name)                                                                                               \
    struct {                                                                                                           \
        __uint(type, kind);                                                                                            \
        __uint(max_entries, HASH_ENTRIES);                                                                             \
        __type(key, __u32);                                                                                            \
        __type(value, __u64);                                                                                          \
    } name SEC(".maps")

HASH(BPF_MAP_TYPE_HASH, counts_hash);
HASH(BPF_MAP_TYPE_PERCPU_HASH, counts_percpu_hash);
HASH(BPF_MAP_TYPE_LRU_HASH, counts_lru);

/* a row of counts by slot, as syscall_counts, but one for all processors */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SLOTS);
    __type(key, __u32);
    __type(value, struct call_counts);
} counts_array SEC(".maps");

/* each count an entry of its own */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SLOTS *SYSCALLS);
    __type(key, __u32);
    __type(value, __u64);
} counts_entries SEC(".maps");

/* keeps the compiler from leaving out a look-up whose answer nobody wants; never filled */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} nowhere SEC(".maps");

static __always_inline __u64 *entry_of(void *map, __u32 key) {
    __u64 *count = bpf_map_lookup_elem(map, &key);
    if (count)
        return count;
    __u64 zero = 0;
    /* another processor may be first: then its entry is found */
    bpf_map_update_elem(map, &key, &zero, BPF_NOEXIST);
    return bpf_map_lookup_elem(map, &key);
}

static __always_inline void count_shared(void *map, const struct pt_regs *regs) {
    __u32 slot = slot_by_front(regs);
    __u64 *count = slot ? entry_of(map, key_of(regs, slot)) : NULL;
    if (count)
        __sync_fetch_and_add(count, 1);
}

static __always_inline void only_find(__u32 slot) {
    __u32 past_the_end = 1;
    __u64 *never = slot ? bpf_map_lookup_elem(&nowhere, &past_the_end) : NULL;
    if (never)
        *never += slot;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(nothing, struct pt_regs *regs, long result) {
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(find_by_front, struct pt_regs *regs, long result) {
    only_find(slot_by_front(regs));
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(find_by_hash, struct pt_regs *regs, long result) {
    only_find(slot_by_hash(regs));
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(count_hash, struct pt_regs *regs, long result) {
    count_shared(&counts_hash, regs);
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(count_percpu_hash, struct pt_regs *regs, long result) {
    __u32 slot = slot_by_front(regs);
    __u64 *count = slot ? entry_of(&counts_percpu_hash, key_of(regs, slot)) : NULL;
    if (count)
        *count += 1;
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(count_lru, struct pt_regs *regs, long result) {
    count_shared(&counts_lru, regs);
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(count_array, struct pt_regs *regs, long result) {
    __u32 slot = slot_by_front(regs);
    struct call_counts *calls = slot ? bpf_map_lookup_elem(&counts_array, &slot) : NULL;
    if (calls)
        __sync_fetch_and_add(&calls->counts[number_of(regs)], 1);
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(count_percpu_entries, struct pt_regs *regs, long result) {
    __u32 slot = slot_by_front(regs);
    __u32 key = key_of(regs, slot);
    __u64 *count = slot ? bpf_map_lookup_elem(&counts_entries, &key) : NULL;
    if (count)
        *count += 1;
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(count_percpu_by_hash, struct pt_regs *regs, long result) {
    count_by_slot(regs, slot_by_hash(regs));
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(count_percpu_by_front, struct pt_regs *regs, long result) {
    count_by_slot(regs, slot_by_front(regs));
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
