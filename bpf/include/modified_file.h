/* Layer 3 of the probes: what all records of file.modify have in common, however the change was asked for. */
#ifndef PICKET_MODIFIED_FILE_H
#define PICKET_MODIFIED_FILE_H

#include "emit.h"
#include "asked_path.h"
#include "path_rules.h"

#define AT_EMPTY_PATH 0x1000
#define UNCHANGED (~0U)

static __always_inline struct picket_file_modify *begin_modify(struct scratch *scratch, struct task_struct *task,
                                                               long result) {
    struct picket_file_modify *event = (void *)scratch->record;
    fill_header(&event->h, PICKET_FILE_MODIFY, task, &scratch->identity, scratch->identity.syscall, result);
    __builtin_memset(&event->inode, 0, sizeof(*event) - sizeof(event->h));
    event->owner = UNCHANGED;
    event->group = UNCHANGED;
    event->count = 1;
    return event;
}

/* The file that the call worked on, from the kernel. */
static __always_inline __u64 append_known(struct picket_file_modify *event, __u64 at, const struct path *place,
                                          __u16 *flags) {
    struct path copy = {};
    bpf_core_read(&copy, sizeof(copy), place);
    struct dentry *dentry = as(struct dentry, copy.dentry);
    struct inode *inode = get(dentry, d_inode);
    if (inode) {
        struct super_block *super = get(inode, i_sb);
        event->inode = get(inode, i_ino);
        event->device = get(super, s_dev);
    }
    return append_path(at, place, flags);
}

/* A name, or with AT_EMPTY_PATH and no name the descriptor itself. */
static __always_inline __u64 append_name_or_place(struct scratch *scratch, __u64 at, struct task_struct *task,
                                                  int directory, const void *name, enum name_memory memory,
                                                  __u16 *flags) {
    struct picket_file_modify *event = (void *)scratch->record;
    if (event->call_flags & AT_EMPTY_PATH && first_of(name, memory) == 0) {
        const struct path *place = place_of(task, directory);
        return place ? append_known(event, at, place, flags) : at;
    }
    return append_asked_path(scratch, at, task, directory, name, memory, flags);
}

/* What a symbolic link holds is text, not a path relative to anything known here. */
static __always_inline __u64 append_content(struct scratch *scratch, __u64 at, const void *text,
                                            enum name_memory memory, __u16 *flags) {
    bool cut = false;
    if (memory == USER_NAME)
        at = append_user_string(scratch, at, text, PATH_MAX_BYTES, &cut);
    else
        at = append_kernel_string(scratch, at, text, PATH_MAX_BYTES, &cut);
    if (cut)
        *flags |= PICKET_FLAG_PATH_TRUNCATED;
    return at;
}

/* Whether the plan says that a change of the path at record[begin..end) must be seen. */
static __always_inline bool must_see_path(struct scratch *scratch, __u64 begin, __u64 end) {
    /* path_bits writes over the four bytes before */
    __u64 at = bounded(begin - 4);
    if (begin < 4 || at > RECORD_MAX - 4)
        return false;
    __u32 before;
    __builtin_memcpy(&before, &scratch->record[at], 4);
    __u32 bits = path_bits(begin, end);
    __builtin_memcpy(&scratch->record[at], &before, 4);
    return bits & PATH_MUST_SEE;
}

/* Path is what lies before `middle`, target what lies behind. */
static __always_inline void set_names(struct scratch *scratch, __u64 middle, __u64 end, __u16 flags) {
    struct picket_file_modify *event = (void *)scratch->record;
    event->h.flags |= flags;
    set_string(&event->path, sizeof(*event), middle);
    set_string(&event->target, middle, end);
}

/* A change of a path that rules watch goes through however many others there are. */
static __always_inline void mark_must_see(struct scratch *scratch, __u64 middle, __u64 end) {
    struct settings *now = get_settings();
    if (!now || !now->path_rules || !now->cost[PICKET_FILE_MODIFY])
        return;
    if (must_see_path(scratch, sizeof(struct picket_file_modify), middle) || must_see_path(scratch, middle, end))
        scratch->identity.must_see = 1;
}

#endif
