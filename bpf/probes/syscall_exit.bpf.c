/*
 * The one program on the return of system calls: counts them by container and number, then hands the event to the
 * handler of that number, if a probe put one into exit_handlers. Handlers find the identity in the scratch. Runs at
 * every system call of the machine: up to the point where somebody is interested it makes no helper call.
 */
#include "../include/bigrams.h"
#include "../include/emit.h"
#include "../include/repeated_open.h"

#define TS_COMPAT 0x0002
#define X32_BIT 0x40000000

/* By 32-bit number the x86-64 number of the same call, NO_SYSCALL when there is none; set by the loader. */
const volatile __u16 compat_calls[SYSCALLS] = {};

#define COMPAT_SOCKETCALL 102
#define SOCKETCALL_CONNECT 3
#define SOCKETCALL_LISTEN 4
#define SOCKETCALL_ACCEPT 5
#define SOCKETCALL_ACCEPT4 18

/* socketcall hides its arguments in user memory, where they can be changed: what it did is counted, not told. */
static __always_inline void count_socketcall(__u32 call) {
    if (call == SOCKETCALL_CONNECT)
        count_loss(PICKET_NET_CONNECT, PICKET_LOST_UNREADABLE);
    else if (call == SOCKETCALL_LISTEN)
        count_loss(PICKET_NET_LISTEN, PICKET_LOST_UNREADABLE);
    else if (call == SOCKETCALL_ACCEPT || call == SOCKETCALL_ACCEPT4)
        count_loss(PICKET_NET_ACCEPT, PICKET_LOST_UNREADABLE);
}

static __always_inline void count_call(const struct identity *who, __u32 number) {
    __u32 slot = who->slot;
    struct call_counts *calls = bpf_map_lookup_elem(&syscall_counts, &slot);
    if (calls)
        calls->counts[number & (SYSCALLS - 1)]++;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(syscall_exit, struct pt_regs *regs, long result) {
    __u64 number = regs->orig_ax & ~(__u64)X32_BIT;
    struct settings *now = get_settings();
    struct identity who;

    if (number >= SYSCALLS || !now)
        return 0;
    struct task_struct *task = task_of_call(regs);
    bool compat = get(task, thread_info.status) & TS_COMPAT;
    if (!compat && !now->handled[number] && !now->histogram && !now->bigrams)
        return 0;
    if (!identify_task(task, &who))
        return 0;
    if (compat) {
        if (number == COMPAT_SOCKETCALL)
            count_socketcall(regs->bx);
        number = compat_calls[number];
        who.flags |= PICKET_FLAG_COMPAT;
        if (number >= SYSCALLS)
            return 0;
    }
    number &= SYSCALLS - 1;
    who.syscall = number;
    if (now->histogram)
        count_call(&who, number);
    if (now->bigrams)
        count_bigram(now->bigrams - 1, &who, get(task, pid));
    if (!now->handled[number] || is_held_back(now, regs, &who, task, result))
        return 0;
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    scratch->identity = who;
    *(volatile __u64 *)&scratch->task = (__u64)task;
    bpf_tail_call(ctx, &exit_handlers, number);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
