/* Notes the ids and the cgroup of every new task of a container; makes no events (include/task_note.h). */
#include "../include/task_note.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct bpf_iter__task {
    struct task_struct *task;
};

#pragma clang attribute pop

/* Threads too: each has ids of its own. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(note_fork, struct task_struct *parent, struct task_struct *child) {
    struct identity who;
    if (identify_task(as(struct task_struct, parent), &who) || identify(cgroup_of(as(struct task_struct, child)), &who))
        note_task(child);
    return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(note_exec, struct task_struct *task) {
    struct identity who;
    if (identify_current(&who))
        note_task(task);
    return 0;
}

/* Runs once, when the programs above are in place: notes the tasks that were there before, of containers and others. */
SEC("iter/task")
int note_present(struct bpf_iter__task *ctx) {
    struct task_struct *task = ctx->task;
    if (task && task->mm)
        note_task(task);
    return 0;
}

/* Runs when containers were found late: notes the tasks that began while nobody knew them for tasks of a container. A
 * note that is there stays: its task may be in the middle of the change that the note is for. */
SEC("iter/task")
int note_missing(struct bpf_iter__task *ctx) {
    struct task_struct *task = ctx->task;
    if (task && task->mm && !bpf_task_storage_get(&task_notes, task, NULL, 0))
        note_task(task);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
