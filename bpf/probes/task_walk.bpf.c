/*
 * What processes there are: one pass of the kernel over all of them, read by the agent when it needs to know. Numbers
 * only: paths and arguments are read from /proc afterwards, for the processes that matter.
 */
#include "../include/emit.h"
#include "../include/process.h"

#define PF_KTHREAD 0x00200000

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct seq_file;

struct bpf_iter_meta {
    struct seq_file *seq;
};

struct bpf_iter__task {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
};

struct task_struct___kind {
    unsigned int flags;
};

struct mm_struct___exe {
    struct file *exe_file;
};

#pragma clang attribute pop

/* agent/src/containers/task-table.ts reads it */
struct picket_walked {
    struct picket_process_exec exec;
    /* where the arguments begin in the memory of the process: another place after every exec */
    __u64 arg_start;
    char comm[16];
};

/* Runs for every thread. Preemption is on here, so that the scratch of the CPU can not be used. */
SEC("iter/task")
int task_walk(struct bpf_iter__task *ctx) {
    struct picket_walked out = {};
    struct task_struct *given = ctx->task;
    if (!given)
        return 0;
    struct task_struct *task = as(struct task_struct, given);
    struct task_struct___kind *kind = as(struct task_struct___kind, task);
    struct mm_struct *mm = get(task, mm);
    struct identity who = {.cgroup = cgroup_of(task)};

    if (get(task, pid) != get(task, tgid) || get(kind, flags) & PF_KTHREAD)
        return 0;
    /* a process whose first thread has ended lives on in its other threads, without memory that this thread shows */
    if (!mm && BPF_CORE_READ(task, signal, live.counter) <= 0)
        return 0;
    fill_header(&out.exec.h, PICKET_PROCESS_EXEC, task, &who, NO_SYSCALL, 0);
    set_ids(&out.exec, task);
    if (mm) {
        struct file *file = get(as(struct mm_struct___exe, mm), exe_file);
        if (file)
            set_executable_file(&out.exec, task, file);
        out.arg_start = get(mm, arg_start);
    }
    bpf_probe_read_kernel(out.comm, sizeof(out.comm), &task->comm);
    bpf_seq_write(ctx->meta->seq, &out, sizeof(out));
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
