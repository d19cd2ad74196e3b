// Maps of several types, and programs that fill them.
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

const volatile __u64 step = 1;
const volatile __u8 allowed[16];

struct counts {
    __u64 first;
    __u64 second;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1000);
    __type(key, __u64);
    __type(value, struct counts);
} table SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 100);
    __type(key, __u32);
    __type(value, __u32);
} cpu_table SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 4096);
    __type(key, __u32);
    __type(value, struct counts);
} cpu_counts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 300);
    __type(key, __u32);
    __type(value, __u32);
} plain SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 10);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(key_size, 8);
    __uint(value_size, 4);
} prefixes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 4);
    __uint(value_size, 8);
} queue SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32);
} next SEC(".maps");

struct request {
    __u32 key;
    __u32 index;
};

// Adds to cpu_counts[key]: `step` to the first, twice that to the second number.
SEC("syscall")
int count(struct request *request) {
    __u32 key = request->key;
    struct counts *counts = bpf_map_lookup_elem(&cpu_counts, &key);
    if (!counts)
        return 1;
    counts->first += step;
    counts->second += 2 * step;
    return 0;
}

SEC("syscall")
int read_allowed(struct request *request) {
    return allowed[request->index & 15];
}

// Program arrays are not for programs that may sleep, as those of type syscall.
SEC("raw_tp")
int jump(struct bpf_raw_tracepoint_args *context) {
    bpf_tail_call(context, &next, context->args[0]);
    return 7;
}

SEC("raw_tp")
int landing(void *context) {
    return 42;
}

char LICENSE[] SEC("license") = "GPL";
