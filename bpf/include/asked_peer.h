/* Layer 2 of the probes: the peer that a caller asks for, from its own memory. It may be another by now: mark it so. */
#ifndef PICKET_ASKED_PEER_H
#define PICKET_ASKED_PEER_H

#include "socket.h"

#define AF_UNSPEC 0

union address {
    __u16 family;
    struct {
        __u16 family;
        __be16 port;
        __be32 ip;
    } v4;
    struct {
        __u16 family;
        __be16 port;
        __u32 flow;
        struct picket_ip ip;
    } __attribute__((packed)) v6;
};

/* False when the address names no peer that a socket of this family can have. */
static __always_inline bool read_asked_peer(struct picket_ip *ip, __u16 *port, __u16 socket_family, const void *name) {
    union address address = {};
    if (!name || bpf_probe_read_user(&address.v4, sizeof(address.v4), name))
        return false;
    __u16 family = address.family;
    if (family == AF_INET || (family == AF_UNSPEC && socket_family == AF_INET)) {
        *ip = mapped(address.v4.ip);
        *port = bpf_ntohs(address.v4.port);
        return true;
    }
    if (family != AF_INET6 || bpf_probe_read_user(&address.v6, sizeof(address.v6), name))
        return false;
    *ip = address.v6.ip;
    *port = bpf_ntohs(address.v6.port);
    return true;
}

#endif
