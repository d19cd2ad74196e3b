/*
 * Fills the rings of a running agent with prepared records, some at every getppid of a traced container. Two processors
 * can not make a million real opens a second and take them in as well; this shows what the way behind the probes
 * carries. Each record goes the way of a probe's: into the scratch, past the budget, into its ring.
 */
#include "emit.h"

#define NR_GETPPID 110
#define RECORDS 512
#define RECORD_WORDS 32
#define MOST_A_CALL 16

struct prepared {
    __u64 words[RECORD_WORDS];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, RECORDS);
    __type(key, __u32);
    __type(value, struct prepared);
} prepared_records SEC(".maps");

/* the next record */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} turns SEC(".maps");

const volatile __u32 per_call = 1;

static __always_inline void send(struct scratch *scratch, const struct prepared *record, __u64 now) {
    struct picket_header *h = (void *)scratch->record;
    __u64 *to = (void *)scratch->record;
    for (int i = 0; i < RECORD_WORDS; i++)
        to[i] = record->words[i];
    h->time = now;
    h->cgroup = scratch->identity.cgroup;
    h->slot = scratch->identity.slot;
    h->generation = scratch->identity.generation;
    __u64 length = bounded(h->length);
    if (h->kind == PICKET_NET_CONNECT)
        submit_unhurried(scratch, length);
    else
        submit_bulk(scratch, length);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(ring_fill, struct pt_regs *regs, long result) {
    __u32 zero = 0;
    if (regs->orig_ax != NR_GETPPID)
        return 0;
    struct scratch *scratch = get_scratch();
    __u32 *turn = bpf_map_lookup_elem(&turns, &zero);
    if (!scratch || !turn || !identify_task(task_of_call(regs), &scratch->identity) || scratch->identity.slot == 0)
        return 0;
    __u64 now = bpf_ktime_get_boot_ns();
    for (__u32 i = 0; i < MOST_A_CALL && i < per_call; i++) {
        __u32 at = (*turn)++ & (RECORDS - 1);
        struct prepared *record = bpf_map_lookup_elem(&prepared_records, &at);
        if (record)
            send(scratch, record, now);
    }
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
