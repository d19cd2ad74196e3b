/* Layer 2 of the probes: the two ends of a socket, from the kernel's own socket. */
#ifndef PICKET_SOCKET_H
#define PICKET_SOCKET_H

#include "emit.h"

/* the members every socket record begins with behind its header; the same order as in the event table */
struct endpoint {
    struct picket_ip local_ip;
    struct picket_ip remote_ip;
    __u64 socket;
    __u16 local_port;
    __u16 remote_port;
    __u16 family;
    __u16 protocol;
};
_Static_assert(sizeof(struct endpoint) ==
                   __builtin_offsetof(struct picket_net_connect, fd) - sizeof(struct picket_header),
               "endpoint layout");

static __always_inline struct picket_ip mapped(__be32 address) {
    return (struct picket_ip){.high = 0, .low = ((__u64)address << 32) | 0xffff0000ULL};
}

static __always_inline bool is_inet(struct sock *sock) {
    unsigned short family = get(sock, __sk_common.skc_family);
    return family == AF_INET || family == AF_INET6;
}

static __always_inline void read_endpoint(struct endpoint *out, struct sock *sock) {
    out->socket = (__u64)sock;
    out->family = get(sock, __sk_common.skc_family);
    out->protocol = BPF_CORE_READ(sock, sk_protocol);
    /* skc_num is 0 again when a socket closes */
    out->local_port = bpf_ntohs(get(as(struct inet_sock, sock), inet_sport));
    out->remote_port = bpf_ntohs(get(sock, __sk_common.skc_dport));
    if (out->family == AF_INET6) {
        BPF_CORE_READ_INTO(&out->local_ip, sock, __sk_common.skc_v6_rcv_saddr);
        BPF_CORE_READ_INTO(&out->remote_ip, sock, __sk_common.skc_v6_daddr);
        return;
    }
    out->local_ip = mapped(get(sock, __sk_common.skc_rcv_saddr));
    out->remote_ip = mapped(get(sock, __sk_common.skc_daddr));
}

/* Place in exit_handlers, behind the last system call, of the program that net_connect hands unix sockets over to. */
#define HANDLER_CONNECT_UNIX 511

/* Who made a connection, kept until it closes: the last state change may run in any context. */
struct connection {
    struct picket_header owner;
    __u32 role;
    __u32 reserved;
};
#define ROLE_CONNECTED 1
#define ROLE_ACCEPTED 2

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 65536);
    __type(key, __u64);
    __type(value, struct connection);
} connections SEC(".maps");

/* The peer of a connect that has begun, by thread: a refused connect forgets it before the call returns. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, __u64);
    __type(value, struct endpoint);
} connecting SEC(".maps");

static __always_inline bool is_closed(struct sock *sock) {
    return get(sock, __sk_common.skc_state) == TCP_CLOSE;
}

/* For a socket that is not closed, or is about to change from that state. */
static __always_inline void remember(struct sock *sock, const struct picket_header *owner, __u32 role) {
    __u64 key = (__u64)sock;
    struct connection entry = {.owner = *owner, .role = role};
    if (!kind_wanted(PICKET_NET_CLOSE))
        return;
    if (bpf_map_update_elem(&connections, &key, &entry, BPF_ANY))
        count_loss(PICKET_NET_CLOSE, PICKET_LOST_MAP_FULL);
}

#endif
