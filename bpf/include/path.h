/*
 * Layer 2 of the probes: paths, from the kernel's own dentries, as the process sees them (from its root).
 * The caller's buffer is never looked at, so nothing can be changed between check and use.
 */
#ifndef PICKET_PATH_H
#define PICKET_PATH_H

#include "identify.h"

/* Tells the verifier what is known: no offset leaves 15 bits. Written so that the compiler can not undo it. */
static __always_inline __u64 bounded(__u64 at) {
    asm volatile("%0 &= 0x7fff" : "+r"(at));
    return at;
}

#define NAME_MAX_BYTES 255
#define PATH_MAX_BYTES 4096

/*
 * Collects the components from the file up to the root of the process; returns how many. Crossing a mount takes
 * one of the steps and leaves an empty component: so the count depends on the step alone, which is what keeps the
 * verifier from following every mix of the two.
 */
static __always_inline __u32 collect_components(struct scratch *scratch, struct vfsmount *mnt, struct dentry *dentry,
                                                bool whole, bool *cut) {
    struct task_struct *task = current_task();
    struct fs_struct *fs = get(task, fs);
    void *root_mnt = NULL, *root_dentry = NULL;
    if (fs && !whole) {
        root_mnt = get(fs, root.mnt);
        root_dentry = get(fs, root.dentry);
    }
    for (__u32 step = 0; step < PATH_DEPTH; step++) {
        if ((void *)dentry == root_dentry && (void *)mnt == root_mnt)
            return step;
        struct component *part = &scratch->components[step];
        struct dentry *parent = get(dentry, d_parent);
        if (dentry != get(mnt, mnt_root) && dentry != parent) {
            part->name = get(dentry, d_name.name);
            part->length = get(dentry, d_name.len);
            dentry = parent;
            continue;
        }
        /* a file without a directory, as of memfd_create: its name is all there is */
        if (dentry == parent && dentry != get(mnt, mnt_root)) {
            part->name = get(dentry, d_name.name);
            part->length = get(dentry, d_name.len);
            return step + 1;
        }
        void *raw = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
        struct mount *mount = as(struct mount, raw);
        struct mount *above = get(mount, mnt_parent);
        part->length = 0;
        if ((void *)above == raw)
            return step;
        dentry = get(mount, mnt_mountpoint);
        mnt = as(struct vfsmount, (void *)above + bpf_core_field_offset(struct mount, mnt));
    }
    *cut = true;
    return PATH_DEPTH;
}

#define PATH_CUT (1U << 31)
/* asks for the path from the root of the mount name space, not from that of the process */
#define PATH_WHOLE (1U << 30)

#define SHORT_NAME 32

/* Written so that the compiler does not take it apart into bytes. */
static __always_inline void store_word(char *to, __u64 word) {
    asm volatile("*(u64 *)(%0 + 0) = %1" : : "r"(to), "r"(word) : "memory");
}

/*
 * The name of a component. Most are short and lie in the dentry itself: read word by word, without a helper call. What
 * stands behind the name is copied too and then written over; asking for each word would be a branch that the verifier
 * follows. That a name is short is read from the map again, so that the verifier does not tie the two facts together.
 */
static __always_inline void copy_name(struct scratch *scratch, __u64 at, const struct component *part) {
#ifdef PICKET_DIRECT
    if (*(volatile __u64 *)&part->length <= SHORT_NAME) {
        store_word(&scratch->record[at], load_word(part->name));
        store_word(&scratch->record[at + 8], load_word(part->name + 8));
        store_word(&scratch->record[at + 16], load_word(part->name + 16));
        store_word(&scratch->record[at + 24], load_word(part->name + 24));
        return;
    }
#endif
    bpf_probe_read_kernel(&scratch->record[at], *(volatile __u64 *)&part->length & NAME_MAX_BYTES, part->name);
}

/*
 * Writes the path of a dentry at record[begin]; returns where it ends, with PATH_CUT when it lost its beginning (more
 * than PATH_DEPTH components) or its end (more than PATH_MAX_BYTES). A global function: the verifier checks it once,
 * not at every call; that is why pointers come as numbers.
 */
__noinline __u32 write_path(__u64 mnt, __u64 dentry, __u32 from) {
    __u32 begin = from & ~PATH_WHOLE;
    struct scratch *scratch = get_scratch();
    bool cut = false;
    if (!scratch || begin > RECORD_MAX - PATH_MAX_BYTES - 2 * (NAME_MAX_BYTES + 1))
        return begin | PATH_CUT;
    scratch->path_left =
        collect_components(scratch, as(struct vfsmount, mnt), as(struct dentry, dentry), from & PATH_WHOLE, &cut);
    scratch->path_at = begin;
    for (__u32 step = 0; step < PATH_DEPTH; step++) {
        __u64 left = scratch->path_left - 1;
        if (left >= PATH_DEPTH)
            break;
        scratch->path_left = left;
        __u64 length = scratch->components[left].length & NAME_MAX_BYTES;
        if (length == 0)
            continue;
        __u64 at = bounded(scratch->path_at);
        if (at > begin + PATH_MAX_BYTES - NAME_MAX_BYTES - 1 || at > RECORD_MAX - NAME_MAX_BYTES - 2)
            return at | PATH_CUT;
        scratch->record[at] = '/';
        copy_name(scratch, at + 1, &scratch->components[left]);
        scratch->path_at = at + length + 1;
    }
    __u64 end = bounded(scratch->path_at);
    if (end == begin) {
        end = bounded(end);
        if (end < RECORD_MAX)
            scratch->record[end++] = '/';
    }
    return cut ? end | PATH_CUT : end;
}

/* `path` stays in kernel memory; copying it turns its pointers into the numbers that a global function takes. */
static __always_inline __u64 append_path_as(__u64 at, const struct path *path, __u32 how, __u16 *flags) {
    struct path copy = {};
    bpf_core_read(&copy, sizeof(copy), path);
    __u64 end = write_path((__u64)copy.mnt, (__u64)copy.dentry, at | how);
    if (end & PATH_CUT)
        *flags |= PICKET_FLAG_PATH_TRUNCATED;
    return bounded(end);
}

static __always_inline __u64 append_path(__u64 at, const struct path *path, __u16 *flags) {
    return append_path_as(at, path, 0, flags);
}

static __always_inline __u64 append_whole_path(__u64 at, const struct path *path, __u16 *flags) {
    return append_path_as(at, path, PATH_WHOLE, flags);
}

/* Writes a NUL-terminated string of user memory, at most `max` bytes; returns where it ends (without the NUL). */
static __always_inline __u64 append_user_string(struct scratch *scratch, __u64 at, const void *from, __u32 max,
                                                bool *cut) {
    if (at > RECORD_MAX - PATH_MAX_BYTES - 1)
        return at;
    long length = bpf_probe_read_user_str(&scratch->record[at], max, from);
    if (length <= 1)
        return at;
    if (length == max)
        *cut = true;
    return at + ((length - 1) & (PATH_MAX_BYTES - 1));
}

static __always_inline __u64 append_kernel_string(struct scratch *scratch, __u64 at, const void *from, __u32 max,
                                                  bool *cut) {
    if (at > RECORD_MAX - PATH_MAX_BYTES - 1)
        return at;
    long length = bpf_probe_read_kernel_str(&scratch->record[at], max, from);
    if (length <= 1)
        return at;
    if (length == max)
        *cut = true;
    return at + ((length - 1) & (PATH_MAX_BYTES - 1));
}

#endif
