/*
 * syscall.notable, the calls that programs make all the time and that are notable in one form only. What tells the form
 * is looked at before anything else.
 */
#include "../include/notable.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sock___locks {
    __u8 sk_userlocks : 4;
};

#pragma clang attribute pop

#define PROT_WRITE_EXEC 6
#define COMPAT_OLD_MMAP 90
#define MAP_ANONYMOUS 0x20
#define F_DUPFD 0
#define F_DUPFD_CLOEXEC 1030
#define STDERR 2
#define QUERY 0xffffffff
/* the program named the port, the kernel did not choose it */
#define SOCK_BINDPORT_LOCK 8

/* prctl options */
#define PR_SET_DUMPABLE 4
#define PR_SET_KEEPCAPS 8
#define PR_SET_SECUREBITS 28
#define PR_SET_MM 35
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_RAISE 2
#define PR_SET_PTRACER 0x59616d61

/* arguments of the oldest 32-bit mmap, which lie in memory */
struct old_mmap {
    __u32 address;
    __u32 length;
    __u32 protection;
    __u32 flags;
    __u32 fd;
    __u32 offset;
};

static __always_inline bool in_memory(const struct pt_regs *regs, const struct identity *who) {
    return (who->flags & PICKET_FLAG_COMPAT) && regs->orig_ax == COMPAT_OLD_MMAP;
}

/* mmap, mprotect and pkey_mprotect: memory that can be both written and run */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_memory, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    const struct identity *who = &scratch->identity;
    __u64 protection = argument(regs, who, 2);
    struct old_mmap old = {};
    bool is_old = in_memory(regs, who);
    if (is_old) {
        bpf_probe_read_user(&old, sizeof(old), (void *)argument(regs, who, 0));
        protection = old.protection;
    }
    if ((protection & PROT_WRITE_EXEC) != PROT_WRITE_EXEC)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    __u64 at = sizeof(*event);
    __u16 flags = 0;
    if (is_old) {
        event->arg0 = old.address;
        event->arg1 = old.length;
        event->arg2 = old.protection;
        event->arg3 = old.flags;
        event->arg4 = old.fd;
        event->arg5 = old.offset;
    }
    if (who->syscall == NR_MMAP && !(event->arg3 & MAP_ANONYMOUS)) {
        struct file *file = file_of(task, event->arg4);
        if (file)
            at = append_path(at, &file->f_path, &flags);
    }
    set_string(&event->path, sizeof(*event), at);
    event->h.flags |= flags;
    send_notable(scratch, task, at);
    return 0;
}

/* dup, dup2, dup3 and fcntl: a socket that becomes standard input, output or error */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_dup, struct pt_regs *regs, long result) {
    if (result < 0 || result > STDERR)
        return 0;
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    const struct identity *who = &scratch->identity;
    __u32 command = argument(regs, who, 1);
    if (who->syscall == NR_FCNTL && command != F_DUPFD && command != F_DUPFD_CLOEXEC)
        return 0;
    /* dup2 of a descriptor onto itself does nothing */
    if ((__u32)argument(regs, who, 0) == result)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct sock *sock = socket_of(task, result);
    if (!sock)
        return 0;
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    struct endpoint *ends = (void *)&event->local_ip;
    if (is_inet(sock))
        read_endpoint(ends, sock);
    else
        ends->family = get(sock, __sk_common.skc_family);
    send_notable(scratch, task, sizeof(*event));
    return 0;
}

/* The address that was asked for: one that was refused is in no socket. */
static __always_inline bool read_asked(struct endpoint *out, struct sock *sock, const void *address) {
    struct {
        __u16 family;
        __be16 port;
        __be32 v4;
        struct picket_ip v6;
    } asked = {};
    __u16 family = get(sock, __sk_common.skc_family);
    if (bpf_probe_read_user(&asked, family == AF_INET6 ? sizeof(asked) : 8, address))
        return false;
    out->family = family;
    out->protocol = BPF_CORE_READ(sock, sk_protocol);
    out->local_port = bpf_ntohs(asked.port);
    out->local_ip = asked.family == AF_INET6 ? asked.v6 : mapped(asked.v4);
    return true;
}

/* bind of an internet socket to a port of the program's choice */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_bind, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    const struct identity *who = &scratch->identity;
    struct task_struct *task = acting_task(scratch);
    struct sock *sock = socket_of(task, argument(regs, who, 0));
    if (!sock || !is_inet(sock))
        return 0;
    struct sock___locks *locks = (void *)sock;
    if (result == 0 && !(BPF_CORE_READ_BITFIELD_PROBED(locks, sk_userlocks) & SOCK_BINDPORT_LOCK))
        return 0;
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    struct endpoint *ends = (void *)&event->local_ip;
    if (result == 0)
        read_endpoint(ends, sock);
    else if (read_asked(ends, sock, (void *)event->arg1))
        event->h.flags |= PICKET_FLAG_USER_PATH;
    if (result == 0 || ends->local_port != 0)
        send_notable(scratch, task, sizeof(*event));
    return 0;
}

static __always_inline bool prctl_notable(__u32 option, __u64 second) {
    return option == PR_SET_DUMPABLE || option == PR_SET_KEEPCAPS || option == PR_SET_SECUREBITS ||
           option == PR_SET_MM || option == PR_SET_PTRACER ||
           (option == PR_CAP_AMBIENT && second == PR_CAP_AMBIENT_RAISE);
}

/* prctl and personality: changes, no questions */
SEC("tp_btf/sys_exit")
int BPF_PROG(notable_options, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    const struct identity *who = &scratch->identity;
    __u32 first = argument(regs, who, 0);
    if (who->syscall == NR_PRCTL ? !prctl_notable(first, argument(regs, who, 1)) : first == QUERY)
        return 0;
    struct task_struct *task = acting_task(scratch);
    begin_notable(scratch, task, regs, result);
    send_notable(scratch, task, sizeof(struct picket_syscall_notable));
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
