/*
 * Layer 2 of the probes: what each container may send. A flood of one container is summarised by its own budget, kind
 * by kind, and costs no other container an event. What a rule must see goes through all the same.
 */
#ifndef PICKET_BUDGET_H
#define PICKET_BUDGET_H

#include "identify.h"

#define BUDGET_KINDS 64

/*
 * [slot * BUDGET_KINDS + kind]: the time up to which the budget is used up, ns. An event moves it on by its cost; when
 * it is further ahead of now than may be saved up, the event is over the budget (the "generic cell rate algorithm",
 * ITU-T I.371). Two processors at once may let one event more through: cheaper than a lock.
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SLOTS *BUDGET_KINDS);
    __type(key, __u32);
    __type(value, __u64);
} budgets SEC(".maps");

/* Whether the container of the event has used up what it may send of this kind; h->time must be set. */
static __always_inline bool over_budget(const struct picket_header *h) {
    struct settings *now = get_settings();
    __u32 kind = h->kind & (BUDGET_KINDS - 1);
    __u32 key = h->slot * BUDGET_KINDS + kind;
    if (!now || now->cost[kind] == 0 || h->kind >= BUDGET_KINDS || now->must_see[kind])
        return false;
    __u64 *used = bpf_map_lookup_elem(&budgets, &key);
    if (!used)
        return false;
    __u64 at = *used > h->time ? *used : h->time;
    if (at - h->time > now->burst[kind])
        return true;
    *used = at + now->cost[kind];
    return false;
}

#endif
