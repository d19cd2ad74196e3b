/* net.connect: runs when connect returned, for TCP and UDP over IPv4 and IPv6. */
#include "../include/asked_peer.h"
#include "../include/peer_rules.h"
#include "../include/recent_peer.h"

/* Whether a socket is still the connection that was begun: it may have been closed since, and be another one's now. */
static __always_inline bool is_begun(const struct endpoint *ends, const struct endpoint *begun) {
    return ends->remote_port == begun->remote_port && ends->remote_ip.high == begun->remote_ip.high &&
           ends->remote_ip.low == begun->remote_ip.low;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(net_connect, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_net_connect *event = (void *)scratch->record;
    __u64 thread = bpf_get_current_pid_tgid();
    struct endpoint *begun = bpf_map_lookup_elem(&connecting, &thread);
    __u32 fd = argument(regs, &scratch->identity, 0);
    /* a connect may take long: by now another thread may have put another file in the place of the descriptor */
    __u64 connected = begun ? begun->socket : 0;
    struct sock *sock = connected ? as(struct sock, connected) : socket_of(task, fd);

    if (!sock && (result >= 0 || result == -EINPROGRESS))
        count_loss(PICKET_NET_CONNECT, PICKET_LOST_UNREADABLE);
    if (sock && get(sock, __sk_common.skc_family) == AF_UNIX)
        bpf_tail_call(ctx, &exit_handlers, HANDLER_CONNECT_UNIX);
    if (!sock || !is_inet(sock) || !kind_wanted(PICKET_NET_CONNECT))
        goto out;
    fill_header(&event->h, PICKET_NET_CONNECT, task, &scratch->identity, scratch->identity.syscall, result);
    struct endpoint *ends = (void *)&event->local_ip;
    read_endpoint(ends, sock);
    /* a connect that failed has been undone in the socket: its peer is what the kernel began with */
    bool is_open = result == 0 || result == -EINPROGRESS;
    if (begun && !(is_open && is_begun(ends, begun))) {
        *ends = *begun;
        is_open = false;
    } else if (!is_open && ends->remote_port == 0 &&
               read_asked_peer(&ends->remote_ip, &ends->remote_port, ends->family,
                               (void *)argument(regs, &scratch->identity, 1)))
        /* one that was not begun, as there is no way to the peer, is in no socket */
        event->h.flags |= PICKET_FLAG_USER_PATH;
    event->fd = fd;
    event->count = is_ignored_peer(ends) ? 0 : stands_for(task, PICKET_NET_CONNECT, ends, ends->remote_port, result);
    if (is_open && ends->protocol == IPPROTO_TCP && !is_closed(sock))
        remember(sock, &event->h, ROLE_CONNECTED);
    if (event->count > 1)
        event->h.flags |= PICKET_FLAG_REPEATED;
    if (event->count > 0)
        submit_rare(scratch, sizeof(*event));
out:
    if (begun)
        bpf_map_delete_elem(&connecting, &thread);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
