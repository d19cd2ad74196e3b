/*
 * Layer 3 of the probes: datagrams are told by flow, not one by one. A flow is a process, a socket, a peer and a
 * direction. Its first datagram is told at once, what follows at most once a second; what is left when it goes quiet is
 * told by the sweep that the agent runs. So the counts of the records and of the losses add up to what was sent.
 */
#ifndef PICKET_FLOW_H
#define PICKET_FLOW_H

#include "socket.h"

#define FLOWS 16384
#define TELL_EVERY_NS 1000000000ULL
#define FORGET_AFTER_NS 5000000000ULL

struct flow_key {
    __u64 socket;
    struct picket_ip remote_ip;
    __u32 tgid;
    __u16 remote_port;
    __u16 local_port;
    __u32 received;
    __u32 reserved;
};

struct flow {
    /* of the first datagram: who it was, both ends */
    struct picket_net_udp event;
    /* not told yet */
    __u64 count;
    __u64 bytes;
    __u64 told;
    __u64 seen;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, FLOWS);
    __type(key, struct flow_key);
    __type(value, struct flow);
} udp_flows SEC(".maps");

/* Sends a record of `count` datagrams in the likeness of `like`. */
static __always_inline void tell_datagrams(const struct picket_net_udp *like, __u64 count, __u64 bytes) {
    struct picket_net_udp *event = bpf_ringbuf_reserve(&events_bulk, sizeof(*event), 0);
    if (!event) {
        count_losses_of(&like->h, PICKET_LOST_RING_FULL, count);
        return;
    }
    *event = *like;
    if (count > 1)
        event->h.flags |= PICKET_FLAG_REPEATED;
    event->count = count;
    event->bytes = bytes;
    bpf_ringbuf_submit(event, wake_if_due(&events_bulk, true));
}

/*
 * Tells what has come together, or lets it come together further when the container has used up its budget. Two CPUs
 * may do so at a time: each datagram is taken by one of them.
 */
static __always_inline void tell_flow(struct flow *flow, __u64 now) {
    if (flow->count == 0)
        return;
    flow->event.h.time = now;
    if (over_budget(&flow->event.h))
        return;
    flow->told = now;
    __u64 count = __sync_lock_test_and_set(&flow->count, 0);
    __u64 bytes = __sync_lock_test_and_set(&flow->bytes, 0);
    if (count > 0)
        tell_datagrams(&flow->event, count, bytes);
}

static __always_inline void add_to_flow(struct flow *flow, __u64 bytes, __u64 now) {
    flow->seen = now;
    __sync_fetch_and_add(&flow->bytes, bytes);
    __sync_fetch_and_add(&flow->count, 1);
    if (now - flow->told >= TELL_EVERY_NS)
        tell_flow(flow, now);
}

/* One datagram of a flow that finds no room. */
static __always_inline void tell_alone(const struct picket_net_udp *event, __u64 bytes) {
    if (over_budget(&event->h))
        count_losses_of(&event->h, PICKET_LOST_THROTTLED, 1);
    else
        tell_datagrams(event, 1, bytes);
}

#endif
