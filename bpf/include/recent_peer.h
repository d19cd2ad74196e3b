/* Layer 2 of the probes: equal connections of one process within a moment. */
#ifndef PICKET_RECENT_PEER_H
#define PICKET_RECENT_PEER_H

#include "recent.h"
#include "socket.h"

/*
 * How many equal connections to or from this peer the current one stands for; 0 when it equals one that was told a
 * moment ago: then it is counted there. `port` is that of the server.
 */
static __always_inline __u32 stands_for(struct task_struct *task, __u16 kind, const struct endpoint *ends, __u16 port,
                                        long result) {
    struct settings *now = get_settings();
    if (!now || !now->suppress)
        return 1;
    struct recent_key key = {
        .what = {ends->remote_ip.high, ends->remote_ip.low},
        .how = ((__u32)port << 16) | ends->protocol,
        .how_else = ((__u32)kind << 16) | (__u16)-result,
    };
    set_process(&key, task);
    struct recent *entry = recent_entry(&key);
    if (!entry)
        return 1;
    if (!is_recent(entry, &key, now->suppress))
        return begin_recent(entry, &key);
    entry->count++;
    count_loss(kind, PICKET_LOST_SUPPRESSED);
    return 0;
}

#endif
