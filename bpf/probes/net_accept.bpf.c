/* net.accept and net.listen: run when the call returned. */
#include "../include/recent_peer.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(net_accept, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    /* a failed accept has no peer to tell of; most are "try again" of a polling server */
    if (!scratch || result < 0 || !kind_wanted(PICKET_NET_ACCEPT))
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_net_accept *event = (void *)scratch->record;
    struct sock *sock = socket_of(task, result);
    /* another thread has closed the descriptor already */
    if (!sock)
        count_loss(PICKET_NET_ACCEPT, PICKET_LOST_UNREADABLE);
    if (!sock || !is_inet(sock))
        return 0;
    fill_header(&event->h, PICKET_NET_ACCEPT, task, &scratch->identity, scratch->identity.syscall, result);
    struct endpoint *ends = (void *)&event->local_ip;
    read_endpoint(ends, sock);
    event->fd = result;
    if (!is_closed(sock))
        remember(sock, &event->h, ROLE_ACCEPTED);
    event->count = stands_for(task, PICKET_NET_ACCEPT, ends, ends->local_port, 0);
    if (event->count > 1)
        event->h.flags |= PICKET_FLAG_REPEATED;
    if (event->count > 0)
        submit_rare(scratch, sizeof(*event));
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(net_listen, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch || !kind_wanted(PICKET_NET_LISTEN))
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_net_listen *event = (void *)scratch->record;
    __u32 fd = argument(regs, &scratch->identity, 0);
    struct sock *sock = socket_of(task, fd);
    if (!sock || !is_inet(sock))
        return 0;
    fill_header(&event->h, PICKET_NET_LISTEN, task, &scratch->identity, scratch->identity.syscall, result);
    read_endpoint((void *)&event->local_ip, sock);
    event->fd = fd;
    event->backlog = argument(regs, &scratch->identity, 1);
    submit_rare(scratch, sizeof(*event));
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
