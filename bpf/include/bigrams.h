/*
 * Layer 2 of the probes: how often one system call follows another in the same thread, by container. For the behaviour
 * models; counted only when one asks.
 */
#ifndef PICKET_BIGRAMS_H
#define PICKET_BIGRAMS_H

#include "maps.h"

#define THREAD_ENTRIES 65536
#define BIGRAM_ENTRIES 8192
#define BIGRAM_TABLES 2
#define BIGRAM_PROBES 4

struct last_call {
    __u32 tid;
    __u32 number;
};

/* by the low bits of the thread id: of two threads that share an entry the other one's pair is not counted */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, THREAD_ENTRIES);
    __type(key, __u32);
    __type(value, struct last_call);
} last_calls SEC(".maps");

struct bigram {
    /* slot << 48 | generation << 32 | previous << 16 | next; 0: free */
    __u64 pair;
    __u64 count;
};

/* [table * BIGRAM_ENTRIES + hash]: one table is filled while the agent reads and empties the other */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, BIGRAM_TABLES *BIGRAM_ENTRIES);
    __type(key, __u32);
    __type(value, struct bigram);
} bigrams SEC(".maps");

/* A pair that finds no room in the table is counted as lost. */
static __always_inline void add_bigram(__u32 table, __u64 pair) {
    __u32 hash = (pair * 0x9e3779b97f4a7c15ULL) >> 48;
    for (__u32 probe = 0; probe < BIGRAM_PROBES; probe++) {
        __u32 at = (table & (BIGRAM_TABLES - 1)) * BIGRAM_ENTRIES + ((hash + probe) & (BIGRAM_ENTRIES - 1));
        struct bigram *entry = bpf_map_lookup_elem(&bigrams, &at);
        if (!entry)
            return;
        if (entry->pair == 0)
            entry->pair = pair;
        if (entry->pair != pair)
            continue;
        entry->count++;
        return;
    }
    count_loss(PICKET_WINDOW_SYSCALLS, PICKET_LOST_MAP_FULL);
}

static __always_inline void count_bigram(__u32 table, const struct identity *who, __u32 tid) {
    __u32 at = tid & (THREAD_ENTRIES - 1);
    struct last_call *last = bpf_map_lookup_elem(&last_calls, &at);
    if (!last)
        return;
    __u64 owner = ((__u64)who->slot << 48) | ((__u64)who->generation << 32);
    if (last->tid == tid)
        add_bigram(table, owner | ((__u64)(last->number & 0xffff) << 16) | who->syscall);
    last->tid = tid;
    last->number = who->syscall;
}

#endif
