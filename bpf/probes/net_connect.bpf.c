/* net.connect: runs when connect returned, for TCP and UDP over IPv4 and IPv6. */
#include "../include/socket.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(net_connect, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = current_task();
    struct picket_net_connect *event = (void *)scratch->record;
    __u64 thread = bpf_get_current_pid_tgid();
    struct endpoint *begun = bpf_map_lookup_elem(&connecting, &thread);
    __u32 fd = argument(regs, &scratch->identity, 0);
    struct sock *sock = socket_of(task, fd);

    if (!sock || !is_inet(sock))
        goto out;
    fill_header(&event->h, PICKET_NET_CONNECT, task, &scratch->identity, scratch->identity.syscall, result);
    struct endpoint *ends = (void *)&event->local_ip;
    read_endpoint(ends, sock);
    /* a connect that failed has been undone in the socket: its peer is what the kernel began with */
    if (result < 0 && result != -EINPROGRESS && begun)
        *ends = *begun;
    event->fd = fd;
    event->count = 1;
    if (ends->protocol == IPPROTO_TCP && (result == 0 || result == -EINPROGRESS))
        remember(sock, &event->h, ROLE_CONNECTED);
    submit_rare(scratch, sizeof(*event));
out:
    if (begun)
        bpf_map_delete_elem(&connecting, &thread);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
