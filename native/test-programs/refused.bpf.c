// Reads beyond a map value, which the verifier must refuse.
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __uint(value_size, 16);
} small SEC(".maps");

SEC("syscall")
int read_anywhere(__u64 *index) {
    __u32 zero = 0;
    __u8 *value = bpf_map_lookup_elem(&small, &zero);
    return value ? value[*index] : 0;
}

SEC("syscall")
int harmless(void *context) {
    return 3;
}

char LICENSE[] SEC("license") = "GPL";
