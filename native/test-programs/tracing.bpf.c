// Attaches to the kernel: counts the system calls of one process, lists tasks.
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct task_struct {
    int pid;
    int tgid;
} __attribute__((preserve_access_index));

struct bpf_iter_meta {
    struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
} __attribute__((preserve_access_index));

// For the test of layouts.
struct sample {
    __u16 small;
    char name[6];
    union {
        __u64 wide;
        struct {
            __u32 low;
            __u32 high;
        };
    };
    __u32 three : 3;
    __u32 five : 5;
    const struct task_struct *task;
};

const volatile __u32 wanted_tgid = 0;
struct sample latest;

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} calls SEC(".maps");

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, void *registers, long number) {
    if (bpf_get_current_pid_tgid() >> 32 != wanted_tgid)
        return 0;
    __u32 zero = 0;
    __u64 *count = bpf_map_lookup_elem(&calls, &zero);
    if (count)
        __sync_fetch_and_add(count, 1);
    latest.low = number;
    return 0;
}

SEC("tp_btf/no_such_tracepoint")
int BPF_PROG(on_nothing) {
    return 0;
}

SEC("iter/task")
int list_tasks(struct bpf_iter__task *context) {
    struct task_struct *task = context->task;
    if (!task)
        return 0;
    int tgid = task->tgid;
    bpf_seq_write(context->meta->seq, &tgid, sizeof(tgid));
    return 0;
}

SEC("cgroup_skb/egress")
int pass_egress(struct __sk_buff *packet) {
    return 1;
}

char LICENSE[] SEC("license") = "GPL";
