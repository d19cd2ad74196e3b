/* A program that does nothing, on the hook of all system calls: what hanging there costs by itself. */
#include "../../bpf/include/kernel.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(empty_exit, struct pt_regs *regs, long result) {
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
