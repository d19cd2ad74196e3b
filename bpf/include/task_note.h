/*
 * Layer 2 of the probes: what a task was before a change. A system call that changes ids, and the tracepoint of a move
 * to another cgroup, only see the state after it; so both are noted for every task of a container: when it comes into
 * one, at its fork, at its exec (task_notes.bpf.c) and at each change.
 */
#ifndef PICKET_TASK_NOTE_H
#define PICKET_TASK_NOTE_H

#include "identify.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct cred___fs {
    kuid_t fsuid;
    kgid_t fsgid;
};

#pragma clang attribute pop

struct task_note {
    __u64 cgroup;
    /* effective */
    __u32 uid;
    __u32 gid;
    /* of the file system */
    __u32 fsuid;
    __u32 fsgid;
};

/* Goes away with its task. Linux 5.11; without it the probes that need it are left out. */
struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct task_note);
} task_notes SEC(".maps");

static __always_inline void write_note(struct task_note *note, struct task_struct *task) {
    const struct cred *cred = get(task, cred);
    const struct cred___fs *files = as(struct cred___fs, cred);
    note->cgroup = cgroup_of(task);
    note->uid = get(cred, euid.val);
    note->gid = get(cred, egid.val);
    note->fsuid = get(files, fsuid.val);
    note->fsgid = get(files, fsgid.val);
}

/* `given` is the pointer as the kernel gave it: the verifier takes no other for the storage of a task. */
static __always_inline void note_task(struct task_struct *given) {
    struct task_note *note = bpf_task_storage_get(&task_notes, given, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (note)
        write_note(note, as(struct task_struct, given));
    else
        count_loss(PICKET_PROCESS_MOVED, PICKET_LOST_MAP_FULL);
}

#endif
