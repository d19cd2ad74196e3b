/*
 * file.open: runs when an open returned. The path is that of the file the kernel opened; only a failed open,
 * which has no file, is told by the caller's string, and marked so.
 */
#include "../include/emit.h"

#define AT_FDCWD (-100)
#define O_CREAT 0100
#define O_TMPFILE 020000000
#define FMODE_CREATED 0x100000

#define NR_OPEN 2
#define NR_CREAT 85
#define NR_OPEN_BY_HANDLE_AT 304
#define NR_OPENAT2 437
#define CREAT_FLAGS 01101

struct open_how {
    __u64 flags;
    __u64 mode;
};

struct call {
    long directory;
    const void *name;
    __u32 flags;
    __u32 mode;
};

static __always_inline struct call arguments(const struct pt_regs *regs, const struct identity *who) {
    struct open_how how = {};
    switch (who->syscall) {
    case NR_OPEN:
        return (struct call){AT_FDCWD, (void *)argument(regs, who, 0), argument(regs, who, 1), argument(regs, who, 2)};
    case NR_CREAT:
        return (struct call){AT_FDCWD, (void *)argument(regs, who, 0), CREAT_FLAGS, argument(regs, who, 1)};
    case NR_OPENAT2:
        bpf_probe_read_user(&how, sizeof(how), (void *)argument(regs, who, 2));
        return (struct call){(int)argument(regs, who, 0), (void *)argument(regs, who, 1), how.flags, how.mode};
    case NR_OPEN_BY_HANDLE_AT:
        return (struct call){AT_FDCWD, NULL, argument(regs, who, 2), 0};
    default:
        return (struct call){(int)argument(regs, who, 0), (void *)argument(regs, who, 1), argument(regs, who, 2),
                             argument(regs, who, 3)};
    }
}

static __always_inline void describe_file(struct picket_file_open *event, struct file *file) {
    struct inode *inode = get(file, f_inode);
    struct super_block *super = get(inode, i_sb);
    event->inode = get(inode, i_ino);
    event->device = get(super, s_dev);
    event->file_mode = get(inode, i_mode);
    event->links = get(inode, i_nlink);
    event->file_flags = file_flags(file, inode) | (get(file, f_mode) & FMODE_CREATED ? PICKET_FILE_CREATED : 0);
}

static __always_inline void describe_nothing(struct picket_file_open *event) {
    event->inode = 0;
    event->device = 0;
    event->file_mode = 0;
    event->links = 0;
    event->file_flags = 0;
}

/* The name the caller gave, behind the directory it is relative to. */
static __always_inline __u64 append_asked_path(struct scratch *scratch, __u64 at, struct task_struct *task,
                                               const struct call *call, __u16 *flags) {
    char first = 0;
    bool cut = false;
    *flags |= PICKET_FLAG_USER_PATH;
    bpf_probe_read_user(&first, 1, call->name);
    if (first != '/' && first != 0) {
        struct fs_struct *fs = get(task, fs);
        struct file *directory = call->directory == AT_FDCWD ? NULL : file_of(task, call->directory);
        if (directory)
            at = append_path(at, &directory->f_path, flags);
        else if (fs && call->directory == AT_FDCWD)
            at = append_path(at, &fs->pwd, flags);
        if (at > RECORD_MAX - 2 * PATH_MAX_BYTES)
            return at;
        if (at > sizeof(struct picket_file_open) + 1) {
            scratch->record[at] = '/';
            at++;
        }
    }
    at = append_user_string(scratch, at, call->name, PATH_MAX_BYTES, &cut);
    if (cut)
        *flags |= PICKET_FLAG_PATH_TRUNCATED;
    return at;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(file_open, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct picket_file_open *event = (void *)scratch->record;
    struct task_struct *task = current_task();
    struct call call = arguments(regs, &scratch->identity);
    struct file *file = result >= 0 ? file_of(task, result) : NULL;
    __u64 at = sizeof(*event);
    __u16 flags = 0;

    fill_header(&event->h, PICKET_FILE_OPEN, task, &scratch->identity, scratch->identity.syscall, result);
    event->open_flags = call.flags;
    event->create_mode = call.flags & (O_CREAT | O_TMPFILE) ? call.mode & 07777 : 0;
    event->count = 1;
    if (file) {
        describe_file(event, file);
        at = append_path(at, &file->f_path, &flags);
    } else {
        describe_nothing(event);
        at = append_asked_path(scratch, at, task, &call, &flags);
    }
    event->h.flags |= flags;
    set_string(&event->path, sizeof(*event), at);
    set_string(&event->name, at, at);
    submit_bulk(scratch, at);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
