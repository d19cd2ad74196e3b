/*
 * Layer 2 of the probes: equal events of one process within a moment are told once, with their count. A small table on
 * each processor, an entry for each remainder of the hash: what collides is told twice, never lost.
 */
#ifndef PICKET_RECENT_H
#define PICKET_RECENT_H

#include "identify.h"

#define RECENT_ENTRIES 2048

struct recent_key {
    /* what: dentry and mount of a file, address of a peer */
    __u64 what[2];
    /* which run of which process: its task, and its start plus its number of execs, as the same task may be another
     * next */
    __u64 leader;
    __u64 start;
    /* how: flags of the open, port and protocol of the connect */
    __u32 how;
    /* kind << 16 | errno, or the call of an open */
    __u32 how_else;
};

/* Whether repetitions may be held back. */
enum recent_checked {
    RECENT_UNCHECKED = 0,
    RECENT_MAY_WAIT = 1,
    RECENT_MUST_SEE = 2,
};

/* as long as a cache line */
struct recent {
    struct recent_key key;
    /* jiffies of the event that was told */
    __u64 told;
    /* equal ones since */
    __u32 count;
    /* enum recent_checked */
    __u32 checked;
    __u64 reserved;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, RECENT_ENTRIES);
    __type(key, __u32);
    __type(value, struct recent);
} recents SEC(".maps");

static __always_inline void set_process(struct recent_key *key, struct task_struct *task) {
    key->leader = word_of(struct task_struct, task, group_leader);
    __u64 number = key->leader;
    struct task_struct *leader = as(struct task_struct, number);
    key->start = get(leader, start_boottime) + get(leader, self_exec_id);
}

/* Where `key` is or would be. */
static __always_inline struct recent *recent_entry(const struct recent_key *key) {
    __u64 how = ((__u64)key->how << 32) ^ ((__u64)key->how_else << 16);
    __u64 hash = (key->what[0] ^ (key->what[1] << 7) ^ key->start ^ how) * 0x9e3779b97f4a7c15ULL;
    __u32 at = (hash >> 40) & (RECENT_ENTRIES - 1);
    return bpf_map_lookup_elem(&recents, &at);
}

static __always_inline bool is_same(const struct recent *entry, const struct recent_key *key) {
    return entry->key.what[0] == key->what[0] && entry->key.what[1] == key->what[1] &&
           entry->key.leader == key->leader && entry->key.start == key->start && entry->key.how == key->how &&
           entry->key.how_else == key->how_else;
}

/* Whether the entry is of this key and its moment is not over. */
static __always_inline bool is_recent(const struct recent *entry, const struct recent_key *key, __u32 span) {
    return is_same(entry, key) && bpf_jiffies64() - entry->told < span;
}

/*
 * Begins a new moment; returns how many events the one that is told now stands for. Whether the next one may be held
 * back is asked again: the file may have been renamed, and the plan changed.
 */
static __always_inline __u32 begin_recent(struct recent *entry, const struct recent_key *key) {
    bool same = is_same(entry, key);
    __u32 count = same ? entry->count + 1 : 1;
    entry->key = *key;
    entry->told = bpf_jiffies64();
    entry->count = 0;
    entry->checked = RECENT_UNCHECKED;
    return count;
}

#endif
