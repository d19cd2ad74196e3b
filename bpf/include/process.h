/* Layer 2 of the probes: what a process.exec record says of a process besides texts. */
#ifndef PICKET_PROCESS_H
#define PICKET_PROCESS_H

#include "read.h"

#define S_IWUSR 0200
#define S_IWGRP 0020
#define S_IWOTH 0002
#define SB_RDONLY 1
#define CAP_DAC_OVERRIDE 1

/* Ids, capabilities, terminal and parent. */
static __always_inline void set_ids(struct picket_process_exec *event, struct task_struct *task) {
    const struct cred *cred = get(task, cred);
    struct signal_struct *signal = get(task, signal);
    struct pid *own = get(task, thread_pid);
    struct pid *group = as(struct pid, BPF_CORE_READ(signal, pids[PIDTYPE_PGID]));
    struct pid *session = as(struct pid, BPF_CORE_READ(signal, pids[PIDTYPE_SID]));
    __u32 level = get(own, level);
    event->gid = get(cred, gid.val);
    event->euid = get(cred, euid.val);
    event->egid = get(cred, egid.val);
    event->cap_effective = capabilities(cred, cap_effective);
    event->cap_permitted = capabilities(cred, cap_permitted);
    event->cap_inheritable = capabilities(cred, cap_inheritable);
    event->loginuid = bpf_core_field_exists(task->loginuid) ? get(task, loginuid.val) : ~0U;
    event->pgid = pid_at(group, 0);
    event->sid = pid_at(session, 0);
    event->vpid = pid_at(own, level);
    event->vpgid = pid_at(group, level);
    event->vsid = pid_at(session, level);
    event->tty = tty_of(task);
    struct task_struct *parent = get(task, real_parent);
    event->parent_start = process_start(parent);
}

static __always_inline bool may_write(const struct cred *cred, struct inode *inode) {
    struct super_block *super = get(inode, i_sb);
    __u32 mode = get(inode, i_mode);
    if (get(super, s_flags) & SB_RDONLY)
        return false;
    if (mode & S_IWOTH || capabilities(cred, cap_effective) & (1 << CAP_DAC_OVERRIDE))
        return true;
    if (mode & S_IWUSR && get(cred, euid.val) == get(inode, i_uid.val))
        return true;
    return mode & S_IWGRP && get(cred, egid.val) == get(inode, i_gid.val);
}

/* Identity, times and flags of the executable; whether a script named it is not in the file. */
static __always_inline void set_executable_file(struct picket_process_exec *event, struct task_struct *task,
                                                struct file *file) {
    struct inode *inode = get(file, f_inode);
    event->inode = get(inode, i_ino);
    times_of(inode, &event->mtime, &event->ctime);
    event->exe_flags = file_flags(file, inode);
    if (may_write(get(task, cred), inode))
        event->exe_flags |= PICKET_FILE_WRITABLE;
}

#endif
