/* Layer 2 of the probes: which system call makes a child. */
#ifndef PICKET_FORKING_H
#define PICKET_FORKING_H

#include "current_call.h"

#define NR_CLONE 56
#define NR_FORK 57
#define NR_VFORK 58
#define NR_CLONE3 435
#define COMPAT_FORK 2
#define COMPAT_CLONE 120
#define COMPAT_VFORK 190
#define NO_FORKING_CALL 0xffff

/*
 * x86-64 number of the call by which the current task makes a child, from the registers it came into the kernel with. A
 * thread of the kernel makes children without a call. Before Linux 5.15 the registers can not be had: then it is clone.
 */
static __always_inline __u16 forking_call(void) {
    struct pt_regs *regs = call_registers();
    if (!regs)
        return NR_CLONE;
    __u64 number = regs->orig_ax & ~(__u64)X32_BIT;
    if (is_compat_call())
        number = number == COMPAT_FORK    ? NR_FORK
                 : number == COMPAT_CLONE ? NR_CLONE
                 : number == COMPAT_VFORK ? NR_VFORK
                                          : number;
    bool forks = number == NR_CLONE || number == NR_FORK || number == NR_VFORK || number == NR_CLONE3;
    return forks ? number : NO_FORKING_CALL;
}

#endif
