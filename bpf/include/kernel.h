/*
 * The few kernel types that the probes read, with only the members they use. CO-RE finds the real offsets in
 * the BTF of the running kernel, so no dumped vmlinux.h is needed and the objects stay small and reproducible.
 * A `___suffix` marks another kernel version's shape of the same type; libbpf ignores it when it matches names.
 */
#ifndef PICKET_KERNEL_H
#define PICKET_KERNEL_H

#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#define NULL ((void *)0)
typedef _Bool bool;
#define true 1
#define false 0

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct qstr {
    __u32 len;
    const unsigned char *name;
};

struct super_block {
    unsigned int s_dev;
    unsigned long s_flags;
    unsigned long s_magic;
};

typedef struct {
    __u32 val;
} kuid_t;
typedef kuid_t kgid_t;

struct timespec64 {
    __s64 tv_sec;
    long tv_nsec;
};

struct inode {
    unsigned short i_mode;
    kuid_t i_uid;
    kgid_t i_gid;
    struct super_block *i_sb;
    unsigned long i_ino;
    unsigned int i_nlink;
};

/* since 6.11 */
struct inode___seconds {
    __s64 i_mtime_sec;
    __s64 i_ctime_sec;
    __u32 i_mtime_nsec;
    __u32 i_ctime_nsec;
};

/* 6.6 to 6.10 */
struct inode___hidden {
    struct timespec64 __i_mtime;
    struct timespec64 __i_ctime;
};

/* before 6.6 */
struct inode___spec {
    struct timespec64 i_mtime;
    struct timespec64 i_ctime;
};

struct dentry {
    struct dentry *d_parent;
    struct qstr d_name;
    struct inode *d_inode;
};

struct vfsmount {
    struct dentry *mnt_root;
};

struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
};

struct path {
    struct vfsmount *mnt;
    struct dentry *dentry;
};

struct file {
    unsigned int f_mode;
    void *private_data;
    struct inode *f_inode;
    struct path f_path;
};

struct fdtable {
    unsigned int max_fds;
    struct file **fd;
};

struct files_struct {
    struct fdtable *fdt;
};

struct fs_struct {
    struct path root;
    struct path pwd;
};

struct ovl_inode {
    struct inode vfs_inode;
    struct dentry *__upperdentry;
};

struct ovl_entry {
    unsigned int __numlower;
};

/* since 6.5 */
struct ovl_inode___entry {
    struct ovl_entry *oe;
};

struct upid {
    int nr;
};

struct pid {
    unsigned int level;
    struct upid numbers[];
};

struct tty_driver {
    int major;
    int minor_start;
};

struct tty_struct {
    int index;
    struct tty_driver *driver;
};

typedef struct {
    __u64 val;
} kernel_cap_t;

struct cred {
    kuid_t uid;
    kgid_t gid;
    kuid_t euid;
    kgid_t egid;
    kernel_cap_t cap_inheritable;
    kernel_cap_t cap_permitted;
    kernel_cap_t cap_effective;
};

enum pid_type {
    PIDTYPE_PID,
    PIDTYPE_TGID,
    PIDTYPE_PGID,
    PIDTYPE_SID,
    PIDTYPE_MAX,
};

typedef struct {
    int counter;
} atomic_t;

struct signal_struct {
    atomic_t live;
    int group_exit_code;
    struct pid *pids[PIDTYPE_MAX];
    struct tty_struct *tty;
};

struct mm_struct {
    unsigned long arg_start;
    unsigned long arg_end;
    unsigned long env_start;
    unsigned long env_end;
};

struct kernfs_node {
    __u64 id;
    const char *name;
};

struct cgroup_root {
    int hierarchy_id;
};

struct cgroup {
    int level;
    struct kernfs_node *kn;
    struct cgroup_root *root;
};

struct css_set {
    struct cgroup *dfl_cgrp;
};

struct thread_info {
    __u32 status;
};

struct task_struct {
    struct thread_info thread_info;
    void *stack;
    struct mm_struct *mm;
    int exit_code;
    int pid;
    int tgid;
    struct task_struct *real_parent;
    struct task_struct *group_leader;
    struct pid *thread_pid;
    __u64 start_boottime;
    __u64 self_exec_id;
    const struct cred *cred;
    char comm[16];
    struct fs_struct *fs;
    struct files_struct *files;
    struct signal_struct *signal;
    kuid_t loginuid;
    struct css_set *cgroups;
};

struct linux_binprm {
    struct file *file;
    int argc;
    const char *filename;
    const char *interp;
    const char *fdpath;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
    unsigned long bp;
    unsigned long bx;
    unsigned long r10;
    unsigned long r9;
    unsigned long r8;
    unsigned long cx;
    unsigned long dx;
    unsigned long si;
    unsigned long di;
    unsigned long orig_ax;
};
#else
#error "this architecture is not supported yet: add its system call registers here"
#endif

#pragma clang attribute pop

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define OVERLAYFS_MAGIC 0x794c7630
#define TMPFS_MAGIC 0x01021994

#endif
