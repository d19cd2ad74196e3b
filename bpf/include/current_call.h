/* Layer 2 of the probes: the system call that the current task makes, for programs that hang elsewhere. */
#ifndef PICKET_CURRENT_CALL_H
#define PICKET_CURRENT_CALL_H

#include "read.h"

#define TS_COMPAT 0x0002
#define X32_BIT 0x40000000

/* The registers that the current task came into the kernel with; NULL before Linux 5.15. A worker has those of nobody.
 */
static __always_inline struct pt_regs *call_registers(void) {
    if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
        return NULL;
    return (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
}

static __always_inline bool is_compat_call(void) {
    return bpf_get_current_task_btf()->thread_info.status & TS_COMPAT;
}

#endif
