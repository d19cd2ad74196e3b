/*
 * net.close, and the beginning of a connect. Both hang on the TCP state machine, which may run in an interrupt:
 * no scratch here, and the owner of a connection is whoever made it, not the current task.
 */
#include "../include/current_call.h"
#include "../include/peer_rules.h"

#define NR_CONNECT 42
#define NR_SENDTO 44
#define NR_SENDMSG 46
#define NR_SENDMMSG 307
#define COMPAT_SOCKETCALL 102
#define COMPAT_SENDMMSG 345
#define COMPAT_SENDTO 369
#define COMPAT_SENDMSG 370

static __always_inline bool is_socketcall(const struct pt_regs *regs) {
    return is_compat_call() && regs->orig_ax == COMPAT_SOCKETCALL;
}

/*
 * Whether the current call has no handler that tells of a connect: one that sends, which connects too with
 * MSG_FASTOPEN, and the one that hides what it does in user memory.
 */
static __always_inline bool is_untold(const struct pt_regs *regs) {
    __u64 number = regs->orig_ax & ~(__u64)X32_BIT;
    if (is_compat_call())
        return is_socketcall(regs) || number == COMPAT_SENDTO || number == COMPAT_SENDMSG || number == COMPAT_SENDMMSG;
    return number == NR_SENDTO || number == NR_SENDMSG || number == NR_SENDMMSG;
}

/* It is told at once, as a connect that is in progress. */
static __always_inline void tell_begun(struct sock *sock, const struct identity *who, const struct endpoint *ends,
                                       const struct pt_regs *regs) {
    struct picket_header h = {};
    fill_header(&h, PICKET_NET_CONNECT, current_task(), who, NR_CONNECT, -EINPROGRESS);
    h.flags |= is_compat_call() ? PICKET_FLAG_COMPAT : 0;
    h.length = sizeof(struct picket_net_connect);
    remember(sock, &h, ROLE_CONNECTED);
    if (!kind_wanted(PICKET_NET_CONNECT) || is_ignored_peer(ends))
        return;
    if (over_budget(&h)) {
        count_loss_of(&h, PICKET_LOST_THROTTLED);
        return;
    }
    struct picket_net_connect *event = bpf_ringbuf_reserve(&events_rare, sizeof(*event), 0);
    if (!event) {
        count_loss_of(&h, PICKET_LOST_RING_FULL);
        return;
    }
    event->h = h;
    __builtin_memcpy(&event->local_ip, ends, sizeof(*ends));
    event->fd = is_socketcall(regs) ? -1 : is_compat_call() ? (__u32)regs->bx : regs->di;
    event->count = 1;
    bpf_ringbuf_submit(event, 0);
}

static __always_inline void begin_connect(struct sock *sock) {
    __u64 thread = bpf_get_current_pid_tgid();
    struct identity who;
    struct endpoint ends = {};
    if (!identify_current(&who))
        return;
    read_endpoint(&ends, sock);
    struct pt_regs *regs = call_registers();
    if (regs && is_untold(regs))
        tell_begun(sock, &who, &ends, regs);
    else if (bpf_map_update_elem(&connecting, &thread, &ends, BPF_ANY))
        count_loss(PICKET_NET_CONNECT, PICKET_LOST_MAP_FULL);
}

static __always_inline void tell_end(struct sock *sock, const struct connection *known, const struct picket_header *h) {
    struct picket_net_close *event = bpf_ringbuf_reserve(&events_bulk, sizeof(*event), 0);
    if (!event) {
        count_loss_of(h, PICKET_LOST_RING_FULL);
        return;
    }
    struct tcp_sock *tcp = as(struct tcp_sock, sock);
    event->h = *h;
    read_endpoint((void *)&event->local_ip, sock);
    event->received = get(tcp, bytes_received);
    /* the kernel counts the end of the stream as a byte */
    if (event->received > 0 && get(sock, __sk_common.skc_flags) & SOCK_DONE)
        event->received--;
    event->sent = get(tcp, bytes_sent) - get(tcp, bytes_retrans);
    event->duration = event->h.time - known->owner.time;
    event->role = known->role;
    event->error = get(sock, sk_err);
    bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

static __always_inline void end_connection(struct sock *sock) {
    __u64 key = (__u64)sock;
    struct connection *known = bpf_map_lookup_elem(&connections, &key);
    if (!known)
        return;
    struct picket_header h = known->owner;
    h.kind = PICKET_NET_CLOSE;
    h.length = sizeof(struct picket_net_close);
    h.syscall = NO_SYSCALL;
    h.time = bpf_ktime_get_boot_ns();
    h.result = 0;
    h.flags &= ~PICKET_FLAG_REPEATED;
    if (!kind_wanted(PICKET_NET_CLOSE))
        goto out;
    if (over_budget(&h))
        count_loss_of(&h, PICKET_LOST_THROTTLED);
    else
        tell_end(sock, known, &h);
out:
    bpf_map_delete_elem(&connections, &key);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(net_state, const struct sock *sock_, int old_state, int new_state) {
    if (new_state != TCP_SYN_SENT && new_state != TCP_CLOSE)
        return 0;
    struct sock *sock = as(struct sock, sock_);
    if (BPF_CORE_READ(sock, sk_protocol) != IPPROTO_TCP)
        return 0;
    if (new_state == TCP_SYN_SENT)
        begin_connect(sock);
    else
        end_connection(sock);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
