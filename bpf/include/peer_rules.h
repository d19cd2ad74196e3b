/* Layer 2 of the probes: peers that the probe plan does not want to hear of. */
#ifndef PICKET_PEER_RULES_H
#define PICKET_PEER_RULES_H

#include "socket.h"

#define PORT_RANGES 4

struct network {
    __u32 bits;
    __u8 address[16];
};

struct port_ranges {
    __u32 count;
    struct {
        __u16 first;
        __u16 last;
    } ranges[PORT_RANGES];
};

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 1024);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct network);
    __type(value, struct port_ranges);
} ignored_peers SEC(".maps");

static __always_inline bool is_ignored_peer(const struct endpoint *ends) {
    struct settings *now = get_settings();
    struct network key = {.bits = 128};
    if (!now || now->net_ignores == 0)
        return false;
    __builtin_memcpy(key.address, &ends->remote_ip, sizeof(key.address));
    struct port_ranges *found = bpf_map_lookup_elem(&ignored_peers, &key);
    if (!found)
        return false;
    for (__u32 i = 0; i < PORT_RANGES; i++)
        if (i < found->count && ends->remote_port >= found->ranges[i].first &&
            ends->remote_port <= found->ranges[i].last)
            return true;
    return false;
}

#endif
