/*
 * syscall.notable, the calls that are told whenever they return: tracing and memory of other processes, name spaces,
 * modules, keys, files in memory, and those of which numbers say all.
 */
#include "../include/kernel_tasks.h"
#include "../include/notable.h"

/* requests of ptrace(2) */
#define PTRACE_TRACEME 0
#define PTRACE_POKETEXT 4
#define PTRACE_POKEUSR 6
#define PTRACE_SETREGS 13
#define PTRACE_SETFPREGS 15
#define PTRACE_ATTACH 16
#define PTRACE_SETREGSET 0x4205
#define PTRACE_SEIZE 0x4206

/* "memfd:" stands before the name that was asked for */
#define MEMFD_PREFIX 6

SEC("tp_btf/sys_exit")
int BPF_PROG(notable_plain, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    begin_notable(scratch, task, regs, result);
    send_notable(scratch, task, sizeof(struct picket_syscall_notable));
    return 0;
}

/* A debugger reads and continues thousands of times a second; who took hold of a process and who changed it matters. */
static __always_inline bool takes_or_changes(__u32 request) {
    return request == PTRACE_TRACEME || (request >= PTRACE_POKETEXT && request <= PTRACE_POKEUSR) ||
           request == PTRACE_SETREGS || request == PTRACE_SETFPREGS || request == PTRACE_ATTACH ||
           request == PTRACE_SETREGSET || request == PTRACE_SEIZE;
}

/* ptrace, process_vm_readv and process_vm_writev */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_target, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    const struct identity *who = &scratch->identity;
    bool traces = who->syscall == NR_PTRACE;
    __u32 first = argument(regs, who, 0);
    if (traces && !takes_or_changes(first))
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    if (!traces || first != PTRACE_TRACEME) {
        struct task_struct *target = task_by_number(task, traces ? event->arg1 : first);
        if (target)
            set_target(event, target);
    }
    send_notable(scratch, task, sizeof(*event));
    return 0;
}

/* The kind of a name space by its file, or the process behind a pidfd. */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_setns, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    spare_budget(scratch, result);
    __u64 at = sizeof(*event);
    bool cut = false;
    struct file *file = file_of(task, event->arg0);
    if (file) {
        struct inode *inode = get(file, f_inode);
        unsigned long magic = BPF_CORE_READ(inode, i_sb, s_magic);
        void *private = get(as(struct inode___private, inode), i_private);
        if (magic == NSFS_MAGIC) {
            at = append_kernel_string(scratch, at, BPF_CORE_READ((struct ns_common *)private, ops, name), 32, &cut);
        } else if (magic == PIDFS_MAGIC) {
            struct hlist_node *node = BPF_CORE_READ((struct pid___tasks *)private, tasks[PIDTYPE_PID].first);
            void *target = (void *)node - bpf_core_field_offset(struct task_struct___links, pid_links);
            if (node)
                set_target(event, as(struct task_struct, target));
        }
    }
    set_string(&event->text, sizeof(*event), at);
    send_notable(scratch, task, at);
    return 0;
}

/* The name is that of the file that the kernel made. */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_memfd, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    struct file *file = result >= 0 ? file_of(task, result) : NULL;
    __u64 at = sizeof(*event);
    bool cut = false;
    if (file) {
        struct dentry *dentry = get(file, f_path.dentry);
        const unsigned char *name = get(dentry, d_name.name);
        at = append_kernel_string(scratch, at, name + MEMFD_PREFIX, NAME_MAX_BYTES + 1, &cut);
    } else {
        at = append_user_string(scratch, at, (void *)event->arg0, NAME_MAX_BYTES + 1, &cut);
    }
    set_string(&event->text, sizeof(*event), at);
    send_notable(scratch, task, at);
    return 0;
}

/* init_module, delete_module, add_key and request_key: a text that the caller gave, never what it loads or keeps. */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_text, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    __u64 given = scratch->identity.syscall == NR_INIT_MODULE ? event->arg2 : event->arg0;
    bool cut = false;
    __u64 at = append_user_string(scratch, sizeof(*event), (void *)given, TEXT_MAX, &cut);
    set_string(&event->text, sizeof(*event), at);
    if (cut)
        event->h.flags |= PICKET_FLAG_ARGS_TRUNCATED;
    send_notable(scratch, task, at);
    return 0;
}

/* finit_module and kexec_file_load: the file that the kernel would load, and the parameters of a module. */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_image, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    spare_budget(scratch, result);
    struct file *file = file_of(task, event->arg0);
    __u64 at = sizeof(*event);
    __u16 flags = 0;
    bool cut = false;
    if (file)
        at = append_path(at, &file->f_path, &flags);
    set_string(&event->path, sizeof(*event), at);
    __u64 begin = at;
    if (scratch->identity.syscall == NR_FINIT_MODULE)
        at = append_user_string(scratch, at, (void *)event->arg1, TEXT_MAX, &cut);
    set_string(&event->text, begin, at);
    event->h.flags |= flags | (cut ? PICKET_FLAG_ARGS_TRUNCATED : 0);
    send_notable(scratch, task, at);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
