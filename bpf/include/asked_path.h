/*
 * Layer 2 of the probes: a path as the caller asked for it, for what has no file of the kernel to look at: a call that
 * failed, or one that changed a name. Symbolic links and ".." stand in it as they were given.
 */
#ifndef PICKET_ASKED_PATH_H
#define PICKET_ASKED_PATH_H

#include "path.h"

#define AT_FDCWD (-100)

/* where the name lies: in memory of the caller, or already copied by the kernel */
enum name_memory {
    USER_NAME,
    KERNEL_NAME,
};

/* First byte of a name; 0 when it is empty or can not be read. */
static __always_inline char first_of(const void *name, enum name_memory memory) {
    char first = 0;
    if (memory == USER_NAME)
        bpf_probe_read_user(&first, 1, name);
    else
        bpf_probe_read_kernel(&first, 1, name);
    return first;
}

/* Where a descriptor or AT_FDCWD stands, in kernel memory; NULL when it is not open. */
static __always_inline const struct path *place_of(struct task_struct *task, int directory) {
    if (directory == AT_FDCWD) {
        struct fs_struct *fs = get(task, fs);
        return fs ? &fs->pwd : NULL;
    }
    struct file *file = file_of(task, directory);
    return file ? &file->f_path : NULL;
}

/* Appends a name behind the directory it is relative to; the path is always flagged as asked. */
static __always_inline __u64 append_asked_path(struct scratch *scratch, __u64 at, struct task_struct *task,
                                               int directory, const void *name, enum name_memory memory, __u16 *flags) {
    __u64 begin = at;
    char first = first_of(name, memory);
    bool cut = false;
    *flags |= PICKET_FLAG_USER_PATH;
    if (first != '/' && first != 0) {
        const struct path *place = place_of(task, directory);
        if (place)
            at = append_path(at, place, flags);
        if (at > RECORD_MAX - 2 * PATH_MAX_BYTES)
            return at;
        /* behind "/" alone no other slash is due */
        if (at > begin + 1) {
            scratch->record[at] = '/';
            at++;
        }
    }
    if (memory == USER_NAME)
        at = append_user_string(scratch, at, name, PATH_MAX_BYTES, &cut);
    else
        at = append_kernel_string(scratch, at, name, PATH_MAX_BYTES, &cut);
    if (cut)
        *flags |= PICKET_FLAG_PATH_TRUNCATED;
    return at;
}

/* More of a name is not told beside the path it led to. */
#define DETOUR_BYTES 256

/*
 * Appends the name that was asked for behind the path at record[begin..at) that it led to, unless they are the same: of
 * one length and with the same first bytes, which no way round has. Another thread may have changed it since.
 */
static __always_inline __u64 append_detour(struct scratch *scratch, __u64 begin, __u64 at, const void *name) {
    bool cut = false;
    __u64 asked, told, length = at - begin, from = bounded(at);
    __u64 end = append_user_string(scratch, at, name, DETOUR_BYTES, &cut);
    if (end - at != length || from > RECORD_MAX - sizeof(asked))
        return end;
    __builtin_memcpy(&told, &scratch->record[begin], sizeof(told));
    __builtin_memcpy(&asked, &scratch->record[from], sizeof(asked));
    __u64 others = length < sizeof(told) ? ~0ULL << (length & 7) * 8 : 0;
    return (told ^ asked) & ~others ? end : at;
}

#endif
