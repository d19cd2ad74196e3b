/* Layer 2 of the probes: which sockets net.socket tells of. */
#ifndef PICKET_RAW_SOCKET_H
#define PICKET_RAW_SOCKET_H

#include "emit.h"

#define AF_NETLINK 16
#define AF_PACKET 17
#define SOCK_RAW 3
#define SOCK_PACKET 10
#define SOCK_TYPE_MASK 0xf
#define NR_SOCKET 41

/* Writes what was asked for; false for a socket that neither sees nor makes packets below the kernel's protocols. */
static __always_inline bool set_socket(struct picket_net_socket *event, __u32 domain, __u32 type, __u32 protocol) {
    event->domain = domain;
    event->type = type & SOCK_TYPE_MASK;
    event->protocol = protocol;
    event->reserved = 0;
    /* raw means nothing to netlink (netlink(7)), and every name look-up makes such a socket */
    if (domain == AF_NETLINK)
        return false;
    return domain == AF_PACKET || event->type == SOCK_RAW || event->type == SOCK_PACKET;
}

#endif
