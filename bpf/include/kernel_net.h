/* The kernel types of sockets, in the manner of kernel.h. */
#ifndef PICKET_KERNEL_NET_H
#define PICKET_KERNEL_NET_H

#include "kernel.h"
#include <bpf/bpf_endian.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct in6_addr {
    __u8 bytes[16];
};

struct sock_common {
    __be32 skc_daddr;
    __be32 skc_rcv_saddr;
    __be16 skc_dport;
    unsigned short skc_family;
    volatile unsigned char skc_state;
    struct in6_addr skc_v6_daddr;
    struct in6_addr skc_v6_rcv_saddr;
    unsigned long skc_flags;
};

struct sock {
    struct sock_common __sk_common;
    int sk_err;
    __u16 sk_protocol;
    __u16 sk_type;
    struct socket *sk_socket;
};

struct socket {
    struct file *file;
    struct sock *sk;
};

struct inet_sock {
    __be16 inet_sport;
};

struct tcp_sock {
    __u64 bytes_received;
    __u64 bytes_sent;
    __u64 bytes_retrans;
};

#pragma clang attribute pop

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define TCP_SYN_SENT 2
#define TCP_CLOSE 7
#define SOCK_DONE (1 << 1)
#define EINPROGRESS 115

#endif
