/*
 * Layer 2 of the probes: facts about tasks, files and sockets, read from kernel memory only.
 *
 * Two builds of the same source: with PICKET_DIRECT kernel pointers are loaded directly (one instruction; needs
 * bpf_rdonly_cast, Linux 6.2), without it every load is a helper call (any kernel). `get` and `as` hide which.
 */
#ifndef PICKET_READ_H
#define PICKET_READ_H

#include "containers.h"
#include "kernel_net.h"

#ifdef PICKET_DIRECT
extern void *bpf_rdonly_cast(const void *pointer, __u32 btf_id) __ksym;
#define as(type, pointer) ((type *)bpf_rdonly_cast((const void *)(pointer), bpf_core_type_id_kernel(type)))
#define get(pointer, member) ((pointer)->member)
#else
#define as(type, pointer) ((type *)(pointer))
#define get(pointer, member) BPF_CORE_READ(pointer, member)
#endif

/* Eight bytes of kernel memory, as they stand there. */
#ifdef PICKET_DIRECT
/* a pointer read as such would be no number to the verifier */
#define load_word(address) ((__u64)as(struct timespec64, address)->tv_sec)
#else
#define load_word(address)                                                                                             \
    ({                                                                                                                 \
        __u64 word = 0;                                                                                                \
        bpf_probe_read_kernel(&word, sizeof(word), (const void *)(address));                                           \
        word;                                                                                                          \
    })
#endif

/* The value of a pointer member, as a number. */
#define word_of(type, pointer, member) load_word((void *)(pointer) + bpf_core_field_offset(type, member))

static __always_inline struct task_struct *current_task(void) {
    return as(struct task_struct, bpf_get_current_task());
}

#define STACK_OWNERS 8192
#define STACK_SHIFT 14

/* [address of the kernel stack / its size]: the task that was found there last */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, STACK_OWNERS);
    __type(key, __u32);
    __type(value, __u64);
} stack_owners SEC(".maps");

/*
 * The task that makes a system call, by its kernel stack, on which its registers are: a helper call takes as long as
 * all else on the way of a call that nobody asked for. A task says itself which stack it has, and loses it when it
 * ends, so a wrong one is never taken; what is not found is asked for. Where stacks have another size, it is always
 * asked for.
 */
static __always_inline struct task_struct *task_of_call(const struct pt_regs *regs) {
#ifdef PICKET_DIRECT
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return current_task();
    *(volatile __u64 *)&scratch->word = (__u64)regs;
    __u64 stack = *(volatile __u64 *)&scratch->word >> STACK_SHIFT;
    __u32 at = stack & (STACK_OWNERS - 1);
    __u64 *owner = bpf_map_lookup_elem(&stack_owners, &at);
    if (!owner)
        return current_task();
    __u64 task = *owner;
    if (task && word_of(struct task_struct, task, stack) == stack << STACK_SHIFT)
        return as(struct task_struct, task);
    task = bpf_get_current_task();
    *owner = task;
    return as(struct task_struct, task);
#else
    return current_task();
#endif
}

/* The same for a handler: the dispatcher has found it already. */
static __always_inline struct task_struct *acting_task(const struct scratch *scratch) {
    return as(struct task_struct, *(volatile __u64 *)&scratch->task);
}

static __always_inline __u64 process_start(struct task_struct *task) {
    struct task_struct *leader = get(task, group_leader);
    return get(leader, start_boottime);
}

/* A capability set; its inner type changed over time, its eight bytes did not. */
#define capabilities(cred, which)                                                                                      \
    ({                                                                                                                 \
        __u64 set = 0;                                                                                                 \
        bpf_core_read(&set, sizeof(set), &(cred)->which);                                                              \
        set;                                                                                                           \
    })

static __always_inline __u64 cgroup_id(struct cgroup *cgroup) {
    struct kernfs_node *node = get(cgroup, kn);
    return get(node, id);
}

static __always_inline __u64 cgroup_of(struct task_struct *task) {
    struct css_set *set = get(task, cgroups);
    return cgroup_id(get(set, dfl_cgrp));
}

/* The open file behind a descriptor of `task`; NULL when there is none. Like the kernel, only 32 bits are looked at. */
static __always_inline struct file *file_of(struct task_struct *task, __u32 fd) {
    struct files_struct *files = get(task, files);
    if (!files)
        return NULL;
    struct fdtable *table = get(files, fdt);
    if (!table || fd >= get(table, max_fds))
        return NULL;
    struct file **slots = get(table, fd);
    __u64 file = load_word(&slots[fd]);
    return file ? as(struct file, file) : NULL;
}

static __always_inline struct sock *socket_of(struct task_struct *task, __u32 fd) {
    struct file *file = file_of(task, fd);
    if (!file)
        return NULL;
    struct inode *inode = get(file, f_inode);
    if (!inode || (get(inode, i_mode) & S_IFMT) != S_IFSOCK)
        return NULL;
    void *socket = get(file, private_data);
    if (!socket)
        return NULL;
    return get(as(struct socket, socket), sk);
}

/* Number of a pid in the namespace at `level`; 0 when it is not visible there. */
static __always_inline __u32 pid_at(struct pid *pid, __u32 level) {
    if (!pid || get(pid, level) < level || level > 32)
        return 0;
    /* an index would step by the size of our short struct upid, not by the kernel's */
    struct upid *number =
        (void *)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid);
    return BPF_CORE_READ(number, nr);
}

/* Controlling terminal as /proc/pid/stat encodes it; 0 when there is none. */
static __always_inline __u32 tty_of(struct task_struct *task) {
    struct signal_struct *signal = get(task, signal);
    struct tty_struct *tty = get(signal, tty);
    if (!tty)
        return 0;
    struct tty_driver *driver = get(tty, driver);
    __u32 major = get(driver, major);
    __u32 minor = get(driver, minor_start) + get(tty, index);
    return (minor & 0xff) | (major << 8) | ((minor & ~0xffU) << 12);
}

/* ns since 1970 of the last content and status change of a file */
static __always_inline void times_of(struct inode *inode, __u64 *mtime, __u64 *ctime) {
    struct inode___seconds *now = (void *)inode;
    struct inode___hidden *hidden = (void *)inode;
    struct inode___spec *old = (void *)inode;
    const __u64 second = 1000000000;
    if (bpf_core_field_exists(now->i_ctime_sec)) {
        *mtime = BPF_CORE_READ(now, i_mtime_sec) * second + BPF_CORE_READ(now, i_mtime_nsec);
        *ctime = BPF_CORE_READ(now, i_ctime_sec) * second + BPF_CORE_READ(now, i_ctime_nsec);
    } else if (bpf_core_field_exists(hidden->__i_ctime)) {
        *mtime = BPF_CORE_READ(hidden, __i_mtime.tv_sec) * second + BPF_CORE_READ(hidden, __i_mtime.tv_nsec);
        *ctime = BPF_CORE_READ(hidden, __i_ctime.tv_sec) * second + BPF_CORE_READ(hidden, __i_ctime.tv_nsec);
    } else {
        *mtime = BPF_CORE_READ(old, i_mtime.tv_sec) * second + BPF_CORE_READ(old, i_mtime.tv_nsec);
        *ctime = BPF_CORE_READ(old, i_ctime.tv_sec) * second + BPF_CORE_READ(old, i_ctime.tv_nsec);
    }
}

/* Where a file on an overlay lives: PICKET_FILE_UPPER_LAYER and PICKET_FILE_LOWER_COPY, or 0. */
static __always_inline __u32 overlay_flags(struct inode *inode, unsigned long magic) {
    if (magic != OVERLAYFS_MAGIC || !bpf_core_type_exists(struct ovl_inode))
        return 0;
    struct ovl_inode *overlay = (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
    if (!BPF_CORE_READ(overlay, __upperdentry))
        return 0;
    struct ovl_inode___entry *entry = (void *)overlay;
    if (bpf_core_field_exists(entry->oe) && BPF_CORE_READ(entry, oe, __numlower) > 0)
        return PICKET_FILE_UPPER_LAYER | PICKET_FILE_LOWER_COPY;
    return PICKET_FILE_UPPER_LAYER;
}

static __always_inline bool is_memfd(struct dentry *dentry, unsigned long magic) {
    const char memfd[6] = {'m', 'e', 'm', 'f', 'd', ':'};
    char name[6] = {};
    if (magic != TMPFS_MAGIC)
        return false;
    bpf_probe_read_kernel(name, sizeof(name), get(dentry, d_name.name));
    for (int i = 0; i < 6; i++)
        if (name[i] != memfd[i])
            return false;
    return true;
}

static __always_inline __u32 file_flags(struct file *file, struct inode *inode) {
    struct super_block *super = get(inode, i_sb);
    unsigned long magic = get(super, s_magic);
    __u32 flags = overlay_flags(inode, magic);
    if (get(inode, i_nlink) == 0)
        flags |= PICKET_FILE_DELETED;
    if (is_memfd(get(file, f_path.dentry), magic))
        flags |= PICKET_FILE_MEMFD;
    return flags;
}

#endif
