/*
 * Layer 3 of the probes: for programs that may run in an interrupt, where the scratch belongs to whom was interrupted.
 * They reserve records of a fixed size in the bulk ring.
 */
#ifndef PICKET_RESERVE_H
#define PICKET_RESERVE_H

#include "socket.h"

/* Wakes an agent that sleeps, and one that is behind; for records that are not many. */
static __always_inline __u64 wake_for_few(void *ring) {
    __u32 zero = 0;
    struct wake *wake = bpf_map_lookup_elem(&wakes, &zero);
    if (!wake)
        return BPF_RB_NO_WAKEUP;
    if (wake->asleep) {
        wake->asleep = 0;
        return BPF_RB_FORCE_WAKEUP;
    }
    return bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) >= wake->bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

#endif
