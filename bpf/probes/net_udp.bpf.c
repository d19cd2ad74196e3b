/*
 * net.udp: runs when a call that sends or receives datagrams returned. The handlers see every such call, those on TCP
 * sockets too: the protocol is looked at before anything else.
 */
#include "../include/asked_peer.h"
#include "../include/flow.h"

#define IPPROTO_UDP 17
#define IPPROTO_UDPLITE 136
#define MSG_PEEK 0x2
#define MSG_ERRQUEUE 0x2000
#define MESSAGES_MAX 1024

#define NR_SENDTO 44
#define NR_RECVFROM 45
#define NR_SENDMSG 46
#define NR_RECVMSG 47
#define NR_RECVMMSG 299
#define NR_SENDMMSG 307

/* struct msghdr as far as it is looked at, and the size of struct mmsghdr, whose msg_len is behind the msghdr */
struct message {
    __u64 name;
    __u32 name_length;
};
#define MMSGHDR_SIZE 64
#define MMSGHDR_LENGTH 56
/* the same of 32-bit programs */
struct message32 {
    __u32 name;
    __u32 name_length;
};
#define MMSGHDR32_SIZE 32
#define MMSGHDR32_LENGTH 28

/* The peer that the caller's address names; false when it names none. */
static __always_inline bool read_peer(struct flow_key *key, struct sock *sock, const void *name) {
    return read_asked_peer(&key->remote_ip, &key->remote_port, get(sock, __sk_common.skc_family), name);
}

/* The peer the socket is connected to, as the kernel has it; port 0 when it is not. */
static __always_inline void read_connected(struct flow_key *key, struct sock *sock) {
    key->remote_port = bpf_ntohs(get(sock, __sk_common.skc_dport));
    if (get(sock, __sk_common.skc_family) == AF_INET6)
        BPF_CORE_READ_INTO(&key->remote_ip, sock, __sk_common.skc_v6_daddr);
    else
        key->remote_ip = mapped(get(sock, __sk_common.skc_daddr));
}

static __always_inline void begin_flow(struct scratch *scratch, const struct flow_key *key, struct sock *sock, __u32 fd,
                                       __u64 bytes, __u16 flags) {
    struct flow *flow = (void *)scratch->record;
    struct picket_net_udp *event = &flow->event;
    fill_header(&event->h, PICKET_NET_UDP, acting_task(scratch), &scratch->identity, scratch->identity.syscall, 0);
    event->h.flags |= flags;
    event->h.length = sizeof(*event);
    read_endpoint((void *)&event->local_ip, sock);
    event->remote_ip = key->remote_ip;
    event->remote_port = key->remote_port;
    event->received = key->received;
    event->fd = fd;
    event->reserved = 0;
    flow->told = flow->count = flow->bytes = 0;
    flow->seen = event->h.time;
    /* fails when another thread was first, or when there are too many flows: then each datagram is told by itself */
    bpf_map_update_elem(&udp_flows, key, flow, BPF_NOEXIST);
    struct flow *kept = bpf_map_lookup_elem(&udp_flows, key);
    if (kept)
        add_to_flow(kept, bytes, event->h.time);
    else
        tell_alone(event, bytes);
}

/* Counts one datagram. A global function: the verifier checks it once, not for every message of sendmmsg. */
__noinline int count_datagram(__u64 socket, __u64 name, __u64 bytes, __u64 fd, __u64 received) {
    struct scratch *scratch = get_scratch();
    struct sock *sock = as(struct sock, socket);
    struct flow_key key = {.socket = socket, .tgid = bpf_get_current_pid_tgid() >> 32, .received = received};
    __u16 flags = 0;
    if (!scratch)
        return 0;
    read_connected(&key, sock);
    /* what a connected socket receives can only be from its peer; what it sends can be to another one */
    if ((!received || !key.remote_port) && read_peer(&key, sock, (void *)name))
        flags = PICKET_FLAG_USER_PATH;
    key.local_port = bpf_ntohs(get(as(struct inet_sock, sock), inet_sport));
    struct flow *flow = bpf_map_lookup_elem(&udp_flows, &key);
    if (flow)
        add_to_flow(flow, bytes, bpf_ktime_get_boot_ns());
    else
        begin_flow(scratch, &key, sock, fd, bytes, flags);
    return 0;
}

/* A kernel pointer as the plain number that a global function takes: what comes back from a map has no type. */
static __always_inline __u64 number_of(struct scratch *scratch, const void *pointer) {
    volatile __u64 *place = (void *)scratch->record;
    *place = (__u64)pointer;
    return *place;
}

static __always_inline __u64 name_of_message(const void *message, bool compat) {
    struct message wide = {};
    struct message32 narrow = {};
    if (compat) {
        bpf_probe_read_user(&narrow, sizeof(narrow), message);
        return narrow.name_length ? narrow.name : 0;
    }
    bpf_probe_read_user(&wide, sizeof(wide), message);
    return wide.name_length ? wide.name : 0;
}

static __always_inline void count_messages(__u64 socket, const void *messages, __u32 fd, bool received, bool compat,
                                           long done) {
    __u64 step = compat ? MMSGHDR32_SIZE : MMSGHDR_SIZE;
    __u64 length_at = compat ? MMSGHDR32_LENGTH : MMSGHDR_LENGTH;
    for (__u32 i = 0; i < MESSAGES_MAX; i++) {
        if (i >= done)
            break;
        __u32 bytes = 0;
        bpf_probe_read_user(&bytes, sizeof(bytes), messages + length_at);
        count_datagram(socket, name_of_message(messages, compat), bytes, fd, received);
        messages += step;
    }
}

static __always_inline bool is_udp(struct sock *sock) {
    __u16 protocol = BPF_CORE_READ(sock, sk_protocol);
    return (protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE) && is_inet(sock);
}

/* The socket behind a descriptor; NULL when it is none for datagrams. */
static __always_inline struct sock *udp_socket(const struct scratch *scratch, __u32 fd) {
    struct sock *sock = socket_of(acting_task(scratch), fd);
    return sock && is_udp(sock) ? sock : NULL;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(net_udp_send, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch || result < 0)
        return 0;
    const struct identity *who = &scratch->identity;
    __u32 fd = argument(regs, who, 0);
    struct sock *sock = udp_socket(scratch, fd);
    if (!sock)
        return 0;
    __u64 socket = number_of(scratch, sock);
    bool compat = who->flags & PICKET_FLAG_COMPAT;
    const void *message = (void *)argument(regs, who, 1);
    if (who->syscall == NR_SENDMMSG)
        count_messages(socket, message, fd, false, compat, result);
    else if (who->syscall == NR_SENDMSG)
        count_datagram(socket, name_of_message(message, compat), result, fd, false);
    else
        count_datagram(socket, argument(regs, who, 5) ? argument(regs, who, 4) : 0, result, fd, false);
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(net_udp_receive, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch || result < 0)
        return 0;
    const struct identity *who = &scratch->identity;
    __u32 fd = argument(regs, who, 0);
    struct sock *sock = udp_socket(scratch, fd);
    if (!sock)
        return 0;
    __u64 socket = number_of(scratch, sock);
    bool compat = who->flags & PICKET_FLAG_COMPAT;
    const void *message = (void *)argument(regs, who, 1);
    __u32 flags = argument(regs, who, who->syscall == NR_RECVMSG ? 2 : 3);
    /* a look at a datagram that stays in the queue, or at an error */
    if (flags & (MSG_PEEK | MSG_ERRQUEUE))
        return 0;
    if (who->syscall == NR_RECVMMSG)
        count_messages(socket, message, fd, true, compat, result);
    else if (who->syscall == NR_RECVMSG)
        count_datagram(socket, name_of_message(message, compat), result, fd, true);
    else
        count_datagram(socket, argument(regs, who, 4), result, fd, true);
    return 0;
}

static long sweep_flow(void *map, const struct flow_key *key, struct flow *flow, const __u64 *now) {
    if (*now - flow->told >= TELL_EVERY_NS)
        tell_flow(flow, *now);
    if (*now - flow->seen < FORGET_AFTER_NS || flow->count > 0)
        return 0;
    bpf_map_delete_elem(map, key);
    /* a datagram may have found the flow just before */
    tell_flow(flow, *now);
    return 0;
}

/* Run by the agent, not attached to anything: tells what quiet flows have left and forgets them. */
SEC("raw_tp")
int udp_sweep(void *context) {
    __u64 now = bpf_ktime_get_boot_ns();
    bpf_for_each_map_elem(&udp_flows, sweep_flow, &now, 0);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
