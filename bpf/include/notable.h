/* Layer 3 of the probes: what all records of notable system calls share. */
#ifndef PICKET_NOTABLE_H
#define PICKET_NOTABLE_H

#include "socket.h"

/* x86-64 numbers of the calls that the handlers tell apart */
#define NR_MMAP 9
#define NR_MPROTECT 10
#define NR_DUP 32
#define NR_DUP2 33
#define NR_BIND 49
#define NR_FCNTL 72
#define NR_PTRACE 101
#define NR_SETUID 105
#define NR_SETGID 106
#define NR_SETREUID 113
#define NR_SETREGID 114
#define NR_SETRESUID 117
#define NR_SETRESGID 119
#define NR_SETFSUID 122
#define NR_SETFSGID 123
#define NR_CAPSET 126
#define NR_PERSONALITY 135
#define NR_PIVOT_ROOT 155
#define NR_PRCTL 157
#define NR_CHROOT 161
#define NR_MOUNT 165
#define NR_UMOUNT2 166
#define NR_SWAPON 167
#define NR_REBOOT 169
#define NR_INIT_MODULE 175
#define NR_DELETE_MODULE 176
#define NR_KEXEC_LOAD 246
#define NR_ADD_KEY 248
#define NR_REQUEST_KEY 249
#define NR_UNSHARE 272
#define NR_DUP3 292
#define NR_SETNS 308
#define NR_FINIT_MODULE 313
#define NR_MEMFD_CREATE 319
#define NR_KEXEC_FILE_LOAD 320
#define NR_BPF 321
#define NR_USERFAULTFD 323
#define NR_IO_URING_SETUP 425
#define NR_FSMOUNT 432

#define TEXT_MAX 1024
#define UNKNOWN_ID (~0U)

/* How many arguments a call has; the registers behind them hold whatever the program had there. */
static __always_inline int argument_count(__u16 number) {
    switch (number) {
    case NR_DUP:
    case NR_SETUID:
    case NR_SETGID:
    case NR_SETFSUID:
    case NR_SETFSGID:
    case NR_PERSONALITY:
    case NR_CHROOT:
    case NR_UNSHARE:
    case NR_USERFAULTFD:
        return 1;
    case NR_DUP2:
    case NR_SETREUID:
    case NR_SETREGID:
    case NR_CAPSET:
    case NR_PIVOT_ROOT:
    case NR_UMOUNT2:
    case NR_SWAPON:
    case NR_DELETE_MODULE:
    case NR_SETNS:
    case NR_MEMFD_CREATE:
    case NR_IO_URING_SETUP:
        return 2;
    case NR_MPROTECT:
    case NR_BIND:
    case NR_FCNTL:
    case NR_SETRESUID:
    case NR_SETRESGID:
    case NR_INIT_MODULE:
    case NR_DUP3:
    case NR_FINIT_MODULE:
    case NR_BPF:
    case NR_FSMOUNT:
        return 3;
    case NR_PTRACE:
    case NR_REBOOT:
    case NR_KEXEC_LOAD:
    case NR_REQUEST_KEY:
        return 4;
    case NR_MMAP:
    case 310: /* process_vm_readv */
    case 311: /* process_vm_writev */
        return 6;
    default:
        return 5;
    }
}

/* Fills everything that needs no string, and leaves the strings empty. */
static __always_inline struct picket_syscall_notable *begin_notable(struct scratch *scratch, struct task_struct *task,
                                                                    const struct pt_regs *regs, long result) {
    struct picket_syscall_notable *event = (void *)scratch->record;
    const struct identity *who = &scratch->identity;
    int count = argument_count(who->syscall);
    fill_header(&event->h, PICKET_SYSCALL_NOTABLE, task, who, who->syscall, result);
    event->arg0 = argument(regs, who, 0);
    event->arg1 = count > 1 ? argument(regs, who, 1) : 0;
    event->arg2 = count > 2 ? argument(regs, who, 2) : 0;
    event->arg3 = count > 3 ? argument(regs, who, 3) : 0;
    event->arg4 = count > 4 ? argument(regs, who, 4) : 0;
    event->arg5 = count > 5 ? argument(regs, who, 5) : 0;
    event->target_start = 0;
    event->target_pid = 0;
    event->count = 1;
    event->old_id = UNKNOWN_ID;
    event->new_id = UNKNOWN_ID;
    set_string(&event->path, sizeof(*event), sizeof(*event));
    set_string(&event->target, sizeof(*event), sizeof(*event));
    set_string(&event->text, sizeof(*event), sizeof(*event));
    __builtin_memset(&event->local_ip, 0, sizeof(struct endpoint));
    return event;
}

/* For calls that only succeed with rights over the system: what was done with them must not drown in a flood. */
static __always_inline void spare_budget(struct scratch *scratch, long result) {
    scratch->identity.must_see = result >= 0;
}

static __always_inline void set_target(struct picket_syscall_notable *event, struct task_struct *target) {
    event->target_pid = get(target, tgid);
    event->target_start = process_start(target);
}

/* Appends the name of the task and sends the record, whose strings end at `at`. */
static __always_inline void send_notable(struct scratch *scratch, struct task_struct *task, __u64 at) {
    struct picket_syscall_notable *event = (void *)scratch->record;
    __u64 end = append_comm(scratch, at, task);
    set_string(&event->comm, at, end);
    submit_rare(scratch, end);
}

#endif
