/*
 * Layer 2 of the probes: what the probe plan says of a path, by its beginning or by its last component.
 */
#ifndef PICKET_PATH_RULES_H
#define PICKET_PATH_RULES_H

#include "path.h"

#define PATH_PREFIX_MAX 120
#define NAME_RULE_MAX 32

/* bits of the values: 1 << enum open_class, and */
#define PATH_MUST_SEE (1 << 3)
#define PATH_IGNORE (1 << 4)

/* longer ones are taken for roundabout: the verifier follows no more jumps */
#define ROUNDABOUT_MAX 1024

struct path_prefix {
    __u32 bits;
    char path[PATH_PREFIX_MAX];
};

/* the longest prefix counts; the agent gives it the bits of the shorter ones too */
struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 4096);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct path_prefix);
    __type(value, __u32);
} path_rules SEC(".maps");

/* by the last component, as far as it fits, padded with 0 */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, char[NAME_RULE_MAX]);
    __type(value, __u32);
} name_rules SEC(".maps");

/*
 * The bits of the path at record[begin..end), 0 when no rule names it. Writes over the four bytes before `begin`: what
 * stands there is to be set afterwards. A global function, so that the verifier checks it once.
 */
__noinline __u32 path_bits(__u32 begin, __u32 end) {
    struct scratch *scratch = get_scratch();
    __u32 bits = 0;
    if (!scratch || begin < 4 || begin >= end || end > RECORD_MAX - PATH_PREFIX_MAX - NAME_RULE_MAX)
        return 0;
    __u64 at = bounded(begin - 4);
    if (at > RECORD_MAX - sizeof(struct path_prefix))
        return 0;
    __u32 length = end - begin;
    struct path_prefix *key = (void *)&scratch->record[at];
    key->bits = (length < PATH_PREFIX_MAX ? length : PATH_PREFIX_MAX) * 8;
    __u32 *found = bpf_map_lookup_elem(&path_rules, key);
    if (found)
        bits |= *found;

    char name[NAME_RULE_MAX] = {};
    __u64 from = end;
    for (__u32 i = 0; i < 255 && from > begin; i++) {
        __u64 before = bounded(from - 1);
        if (before >= RECORD_MAX || scratch->record[before] == '/')
            break;
        from = before;
    }
    from = bounded(from);
    if (from > RECORD_MAX - NAME_RULE_MAX)
        return bits;
    __u32 left = end - from;
    for (__u32 i = 0; i < NAME_RULE_MAX; i++)
        if (i < left)
            name[i] = scratch->record[from + i];
    found = bpf_map_lookup_elem(&name_rules, name);
    return found ? bits | *found : bits;
}

/*
 * Whether the path at record[begin..end) could be written shorter: `//`, `/./` and `/../` lead past every prefix. For
 * paths that were asked for; those of the kernel are never so. A global function, so that the verifier checks it once.
 */
__noinline __u32 is_roundabout(__u32 begin, __u32 end) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 1;
    scratch->path_at = begin;
    /* 0 elsewhere, 1 behind a slash, 2 and 3 behind a slash and as many dots less one */
    scratch->word = 0;
    for (__u32 i = 0; i < ROUNDABOUT_MAX; i++) {
        __u64 at = bounded(scratch->path_at);
        __u64 state = *(volatile __u64 *)&scratch->word;
        if (at >= end)
            return state > 1;
        if (at >= RECORD_MAX)
            break;
        char c = scratch->record[at];
        if (c == '/' && state > 0)
            break;
        scratch->word = c == '/' ? 1 : c == '.' && state > 0 && state < 3 ? state + 1 : 0;
        scratch->path_at = at + 1;
    }
    return 1;
}

#endif
