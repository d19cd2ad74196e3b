/*
 * syscall.notable, the calls that change what the tree of files is. A path that a call was given lies in memory of the
 * caller and is flagged so; what the kernel made of it is told where there is an object of the kernel to ask.
 */
#include "../include/asked_path.h"
#include "../include/notable.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct file_system_type {
    const char *name;
};

struct super_block___type {
    struct file_system_type *s_type;
};

struct mount___name {
    const char *mnt_devname;
};

#pragma clang attribute pop

#define MS_BIND 4096
#define MS_MOVE 8192
#define NAME_BYTES 256
/* the oldest 32-bit umount, which has no flags */
#define COMPAT_OLD_UMOUNT 22

/* A file, or a name that means something to the file system alone: "proc", "tmpfs", a server. */
static __always_inline __u64 append_source(struct scratch *scratch, __u64 at, struct task_struct *task,
                                           const void *name, __u64 mount_flags, __u16 *flags) {
    bool cut = false;
    if (mount_flags & (MS_BIND | MS_MOVE))
        return append_asked_path(scratch, at, task, AT_FDCWD, name, USER_NAME, flags);
    at = append_user_string(scratch, at, name, PATH_MAX_BYTES, &cut);
    if (cut)
        *flags |= PICKET_FLAG_PATH_TRUNCATED;
    return at;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(notable_mount, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    spare_budget(scratch, result);
    __u64 at = sizeof(*event);
    __u16 flags = 0;
    bool cut = false;
    at = append_source(scratch, at, task, (void *)event->arg0, event->arg3, &flags);
    set_string(&event->path, sizeof(*event), at);
    __u64 begin = at;
    at = append_asked_path(scratch, at, task, AT_FDCWD, (void *)event->arg1, USER_NAME, &flags);
    set_string(&event->target, begin, at);
    begin = at;
    at = append_user_string(scratch, at, (void *)event->arg2, NAME_BYTES, &cut);
    set_string(&event->text, begin, at);
    event->h.flags |= flags;
    send_notable(scratch, task, at);
    return 0;
}

/* umount2: target; swapon: path. */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_place, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    spare_budget(scratch, result);
    __u64 at = sizeof(*event);
    __u16 flags = 0;
    if ((scratch->identity.flags & PICKET_FLAG_COMPAT) && regs->orig_ax == COMPAT_OLD_UMOUNT)
        event->arg1 = 0;
    at = append_asked_path(scratch, at, task, AT_FDCWD, (void *)event->arg0, USER_NAME, &flags);
    set_string(scratch->identity.syscall == NR_UMOUNT2 ? &event->target : &event->path, sizeof(*event), at);
    event->h.flags |= flags;
    send_notable(scratch, task, at);
    return 0;
}

/* New root and place of the old one. As given: when the call returns the directory they are relative to has moved too.
 */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_pivot_root, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    spare_budget(scratch, result);
    bool cut = false;
    __u64 begin = append_user_string(scratch, sizeof(*event), (void *)event->arg0, PATH_MAX_BYTES, &cut);
    set_string(&event->path, sizeof(*event), begin);
    __u64 at = append_user_string(scratch, begin, (void *)event->arg1, PATH_MAX_BYTES, &cut);
    set_string(&event->target, begin, at);
    event->h.flags |= PICKET_FLAG_USER_PATH | (cut ? PICKET_FLAG_PATH_TRUNCATED : 0);
    send_notable(scratch, task, at);
    return 0;
}

/*
 * A mount that fsmount or open_tree made is named by its descriptor alone. Where it hangs afterwards is told by the
 * kernel.
 */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_move_mount, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    spare_budget(scratch, result);
    __u64 at = sizeof(*event);
    __u16 flags = 0;
    bool by_descriptor = first_of((void *)event->arg1, USER_NAME) == 0;
    struct file *mount = by_descriptor && result == 0 ? file_of(task, event->arg0) : NULL;
    if (!by_descriptor)
        at = append_asked_path(scratch, at, task, event->arg0, (void *)event->arg1, USER_NAME, &flags);
    set_string(&event->path, sizeof(*event), at);
    __u64 begin = at;
    if (mount)
        at = append_path(at, &mount->f_path, &flags);
    else
        at = append_asked_path(scratch, at, task, event->arg2, (void *)event->arg3, USER_NAME, &flags);
    set_string(&event->target, begin, at);
    event->h.flags |= flags;
    send_notable(scratch, task, at);
    return 0;
}

/* Source and type of the mount that was made; of one that failed there is nothing to look at. */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_fsmount, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    spare_budget(scratch, result);
    struct file *file = result >= 0 ? file_of(task, result) : NULL;
    __u64 at = sizeof(*event);
    bool cut = false;
    if (file) {
        struct vfsmount *mnt = get(file, f_path.mnt);
        void *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
        at = append_kernel_string(scratch, at, get(as(struct mount___name, mount), mnt_devname), NAME_BYTES, &cut);
        set_string(&event->path, sizeof(*event), at);
        __u64 begin = at;
        struct super_block___type *super = as(struct super_block___type, BPF_CORE_READ(file, f_inode, i_sb));
        at = append_kernel_string(scratch, at, BPF_CORE_READ(super, s_type, name), NAME_BYTES, &cut);
        set_string(&event->text, begin, at);
    }
    send_notable(scratch, task, at);
    return 0;
}

/* The new root as it is seen from the root of the mount name space: seen from itself it is "/". */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_chroot, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    spare_budget(scratch, result);
    struct fs_struct *fs = get(task, fs);
    __u64 at = sizeof(*event);
    __u16 flags = 0;
    if (result == 0 && fs)
        at = append_whole_path(at, &fs->root, &flags);
    else
        at = append_asked_path(scratch, at, task, AT_FDCWD, (void *)event->arg0, USER_NAME, &flags);
    set_string(&event->path, sizeof(*event), at);
    event->h.flags |= flags;
    send_notable(scratch, task, at);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
