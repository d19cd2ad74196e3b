/*
 * file.modify: runs when a call that changes names or attributes of files returned, one program for each shape of
 * arguments. A call on a descriptor is told by the file of the kernel; a call by name has none any more, or never had
 * one, and is told by the name that was asked for, and marked so.
 */
#include "../include/modified_file.h"

#define NR_TRUNCATE 76
#define NR_FTRUNCATE 77
#define NR_MKDIR 83
#define NR_SYMLINK 88
#define NR_CHMOD 90
#define NR_FCHMOD 91
#define NR_CHOWN 92
#define NR_FCHOWN 93
#define NR_LCHOWN 94
#define NR_MKDIRAT 258
#define NR_FCHOWNAT 260
#define NR_UNLINKAT 263
#define NR_LINKAT 265
#define NR_SYMLINKAT 266
#define NR_FCHMODAT 268
#define NR_RENAMEAT2 316
#define NR_FCHMODAT2 452

/* 32-bit numbers whose arguments are narrower or spread wider than those of the x86-64 call they stand for */
#define COMPAT_LCHOWN16 16
#define COMPAT_FCHOWN16 95
#define COMPAT_CHOWN16 182
#define COMPAT_TRUNCATE64 193
#define COMPAT_FTRUNCATE64 194

static __always_inline void set_owner(struct picket_file_modify *event, const struct pt_regs *regs,
                                      const struct identity *who, int next) {
    event->owner = argument(regs, who, next);
    event->group = argument(regs, who, next + 1);
    if (!(who->flags & PICKET_FLAG_COMPAT))
        return;
    __u64 number = regs->orig_ax;
    if (number != COMPAT_LCHOWN16 && number != COMPAT_FCHOWN16 && number != COMPAT_CHOWN16)
        return;
    event->owner = (__u16)event->owner == 0xffff ? UNCHANGED : (__u16)event->owner;
    event->group = (__u16)event->group == 0xffff ? UNCHANGED : (__u16)event->group;
}

static __always_inline __u64 size_asked(const struct pt_regs *regs, const struct identity *who) {
    __u64 size = argument(regs, who, 1);
    if (!(who->flags & PICKET_FLAG_COMPAT))
        return size;
    if (regs->orig_ax == COMPAT_TRUNCATE64 || regs->orig_ax == COMPAT_FTRUNCATE64)
        return size | argument(regs, who, 2) << 32;
    return (int)size;
}

/* What the call set; `next` is its first argument behind the names. */
static __always_inline void set_change(struct picket_file_modify *event, const struct pt_regs *regs,
                                       const struct identity *who, int next) {
    switch (who->syscall) {
    case NR_CHMOD:
    case NR_FCHMOD:
    case NR_FCHMODAT:
    case NR_FCHMODAT2:
    case NR_MKDIR:
    case NR_MKDIRAT:
        event->mode = argument(regs, who, next) & 07777;
        break;
    case NR_CHOWN:
    case NR_FCHOWN:
    case NR_LCHOWN:
    case NR_FCHOWNAT:
        set_owner(event, regs, who, next);
        break;
    case NR_TRUNCATE:
    case NR_FTRUNCATE:
        event->new_size = size_asked(regs, who);
        break;
    }
}

/* Flags stand at the end, where there are any. */
static __always_inline __u32 flags_asked(const struct pt_regs *regs, const struct identity *who) {
    switch (who->syscall) {
    case NR_UNLINKAT:
        return argument(regs, who, 2);
    case NR_FCHMODAT2:
        return argument(regs, who, 3);
    case NR_FCHOWNAT:
    case NR_LINKAT:
    case NR_RENAMEAT2:
        return argument(regs, who, 4);
    default:
        return 0;
    }
}

static __always_inline struct picket_file_modify *begin(struct scratch *scratch, const struct pt_regs *regs,
                                                        struct task_struct *task, long result) {
    struct picket_file_modify *event = begin_modify(scratch, task, result);
    event->call_flags = flags_asked(regs, &scratch->identity);
    return event;
}

static __always_inline int finish(struct scratch *scratch, __u64 middle, __u64 end, __u16 flags) {
    set_names(scratch, middle, end, flags);
    mark_must_see(scratch, middle, end);
    submit_bulk(scratch, end);
    return 0;
}

/* (name, …) and (directory, name, …) */
static __always_inline int one_name(struct pt_regs *regs, long result, bool has_directory) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    const struct identity *who = &scratch->identity;
    struct task_struct *task = acting_task(scratch);
    struct picket_file_modify *event = begin(scratch, regs, task, result);
    int directory = has_directory ? (int)argument(regs, who, 0) : AT_FDCWD;
    const void *name = (void *)argument(regs, who, has_directory ? 1 : 0);
    __u16 flags = 0;
    set_change(event, regs, who, has_directory ? 2 : 1);
    __u64 at = append_name_or_place(scratch, sizeof(*event), task, directory, name, USER_NAME, &flags);
    return finish(scratch, at, at, flags);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(file_modify_name, struct pt_regs *regs, long result) {
    return one_name(regs, result, false);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(file_modify_name_at, struct pt_regs *regs, long result) {
    return one_name(regs, result, true);
}

/* (descriptor, …) */
SEC("tp_btf/sys_exit")
int BPF_PROG(file_modify_descriptor, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    const struct identity *who = &scratch->identity;
    struct task_struct *task = acting_task(scratch);
    struct picket_file_modify *event = begin(scratch, regs, task, result);
    struct file *file = file_of(task, argument(regs, who, 0));
    __u64 at = sizeof(*event);
    __u16 flags = 0;
    set_change(event, regs, who, 1);
    if (file)
        at = append_known(event, at, &file->f_path, &flags);
    return finish(scratch, at, at, flags);
}

/* (old name, new name) */
SEC("tp_btf/sys_exit")
int BPF_PROG(file_modify_two_names, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    const struct identity *who = &scratch->identity;
    struct task_struct *task = acting_task(scratch);
    const void *from = (void *)argument(regs, who, 0);
    const void *to = (void *)argument(regs, who, 1);
    __u64 middle = sizeof(struct picket_file_modify);
    __u16 flags = 0;
    begin(scratch, regs, task, result);
    if (who->syscall == NR_SYMLINK)
        middle = append_content(scratch, middle, from, USER_NAME, &flags);
    else
        middle = append_name_or_place(scratch, middle, task, AT_FDCWD, from, USER_NAME, &flags);
    __u64 end = append_asked_path(scratch, middle, task, AT_FDCWD, to, USER_NAME, &flags);
    return finish(scratch, middle, end, flags);
}

/* (old directory, old name, new directory, new name, flags), and symlinkat with its (content, directory, name) */
SEC("tp_btf/sys_exit")
int BPF_PROG(file_modify_two_names_at, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    const struct identity *who = &scratch->identity;
    struct task_struct *task = acting_task(scratch);
    bool symlink = who->syscall == NR_SYMLINKAT;
    int to_directory = argument(regs, who, symlink ? 1 : 2);
    const void *to = (void *)argument(regs, who, symlink ? 2 : 3);
    __u64 middle = sizeof(struct picket_file_modify);
    __u16 flags = 0;
    begin(scratch, regs, task, result);
    if (symlink)
        middle = append_content(scratch, middle, (void *)argument(regs, who, 0), USER_NAME, &flags);
    else
        middle = append_name_or_place(scratch, middle, task, argument(regs, who, 0), (void *)argument(regs, who, 1),
                                      USER_NAME, &flags);
    __u64 end = append_asked_path(scratch, middle, task, to_directory, to, USER_NAME, &flags);
    return finish(scratch, middle, end, flags);
}

char LICENSE[] SEC("license") = "GPL";
