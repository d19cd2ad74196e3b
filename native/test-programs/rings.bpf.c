// Puts records into two rings, exactly as told: run with BPF_PROG_TEST_RUN.
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#define LONGEST 65536

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 20);
} rare SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 20);
} bulk SEC(".maps");

struct record {
    __u16 kind;
    __u16 length;
    __u16 flags;
    __u16 syscall;
    __u64 time;
    __u64 sequence;
    __u32 tgid;
    __u32 tid;
    __u32 ppid;
    __u32 uid;
    __u64 start;
    __u64 cgroup;
    __u16 slot;
    __u16 generation;
    __s32 result;
};

_Static_assert(sizeof(struct record) == 64, "the header that drain knows");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __uint(value_size, LONGEST);
} records SEC(".maps");

// What the test asks for.
struct order {
    __u32 to_bulk;
    __u32 count;
    // bytes to reserve in the ring; the record's own length may lie
    __u32 size;
    __u16 kind;
    __u16 length;
    __u64 cgroup;
    __u16 slot;
    __u16 discard;
    // 0 as the kernel sees fit, 1 BPF_RB_NO_WAKEUP, 2 BPF_RB_FORCE_WAKEUP
    __u32 wake;
    // goes into `time` of the first record and up by one with every further one
    __u64 mark;
};

struct work {
    struct order order;
    __u32 lost;
};

static long emit_one(__u32 index, struct work *work) {
    __u32 zero = 0;
    struct order *order = &work->order;
    struct record *record = bpf_map_lookup_elem(&records, &zero);
    if (!record)
        return 1;
    record->kind = order->kind;
    record->length = order->length;
    record->time = order->mark + index;
    record->sequence = 0;
    record->cgroup = order->cgroup;
    record->slot = order->slot;
    record->generation = 0;
    __u64 size = order->size;
    if (size > LONGEST)
        return 1;
    // Two calls, since the verifier wants one ring a call.
    long refused = order->to_bulk ? bpf_ringbuf_output(&bulk, record, size, order->wake)
                                  : bpf_ringbuf_output(&rare, record, size, order->wake);
    if (refused)
        work->lost++;
    return 0;
}

SEC("syscall")
int emit(struct order *order) {
    struct work work = {.order = *order};
    bpf_loop(work.order.count, emit_one, &work, 0);
    return work.lost;
}

SEC("syscall")
int give_up(struct order *order) {
    struct record *record = bpf_ringbuf_reserve(&rare, sizeof(*record), 0);
    if (!record)
        return 1;
    bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
