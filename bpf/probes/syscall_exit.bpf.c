/*
 * The one program on the return of system calls: counts them by container and number, then hands the event to
 * the handler of that number, if a probe put one into exit_handlers. Handlers find the identity in the scratch.
 */
#include "../include/emit.h"

#define TS_COMPAT 0x0002

SEC("tp_btf/sys_exit")
int BPF_PROG(syscall_exit, struct pt_regs *regs, long result) {
    __u64 number = regs->orig_ax;
    struct settings *now = get_settings();
    struct identity who;

    if (number >= SYSCALLS || !now)
        return 0;
    bool handled = now->handled[number];
    if (!handled && !now->histogram)
        return 0;
    if (!identify_current(&who))
        return 0;
    /* the numbers of 32-bit calls mean other calls */
    if (get(current_task(), thread_info.status) & TS_COMPAT)
        return 0;
    if (now->histogram && who.slot < SLOTS) {
        __u32 key = who.slot * SYSCALLS + number;
        __u64 *count = bpf_map_lookup_elem(&syscall_counts, &key);
        if (count)
            *count += 1;
    }
    if (!handled)
        return 0;
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    scratch->identity = who;
    bpf_tail_call(ctx, &exit_handlers, number);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
