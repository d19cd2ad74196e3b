/*
 * file.open: runs when an open returned. The path is that of the file the kernel opened; only a failed open,
 * which has no file, is told by the caller's string, and marked so. Where both are there and differ, both are told.
 */
#include "../include/asked_path.h"
#include "../include/emit.h"
#include "../include/opened_file.h"
#include "../include/path_rules.h"
#include "../include/repeated_open.h"

#define O_ACCMODE 3
#define O_TRUNC 01000

#define NR_CREAT 85
#define NR_OPEN_BY_HANDLE_AT 304
#define NR_OPENAT2 437
#define CREAT_FLAGS 01101

struct open_how {
    __u64 flags;
    __u64 mode;
};

struct call {
    long directory;
    const void *name;
    __u32 flags;
    __u32 mode;
};

static __always_inline struct call arguments(const struct pt_regs *regs, const struct identity *who) {
    struct open_how how = {};
    switch (who->syscall) {
    case NR_OPEN:
        return (struct call){AT_FDCWD, (void *)argument(regs, who, 0), argument(regs, who, 1), argument(regs, who, 2)};
    case NR_CREAT:
        return (struct call){AT_FDCWD, (void *)argument(regs, who, 0), CREAT_FLAGS, argument(regs, who, 1)};
    case NR_OPENAT2:
        bpf_probe_read_user(&how, sizeof(how), (void *)argument(regs, who, 2));
        return (struct call){(int)argument(regs, who, 0), (void *)argument(regs, who, 1), how.flags, how.mode};
    case NR_OPEN_BY_HANDLE_AT:
        return (struct call){AT_FDCWD, NULL, argument(regs, who, 2), 0};
    default:
        return (struct call){(int)argument(regs, who, 0), (void *)argument(regs, who, 1), argument(regs, who, 2),
                             argument(regs, who, 3)};
    }
}

/* By the result, not by the file: another thread may have closed the descriptor already. */
static __always_inline enum open_class class_of(const struct call *call, long result) {
    if (result < 0)
        return OPEN_FAILED;
    return call->flags & (O_ACCMODE | O_TRUNC) ? OPEN_WRITE : OPEN_READ;
}

/* What the plan says of the path in the record: whether it is wanted; marks what must be seen. */
static __always_inline bool path_wanted(struct scratch *scratch, const struct settings *now, enum open_class class,
                                        __u32 end) {
    __u32 wanted = now->open_wanted[class];
    if (now->path_rules == 0)
        return wanted == WANT_ALL;
    if (wanted == WANT_ALL && !now->path_ignores && now->cost[PICKET_FILE_OPEN] == 0)
        return true;
    __u32 bits = path_bits(sizeof(struct picket_file_open), end);
    if (bits & PATH_MUST_SEE) {
        scratch->identity.must_see = 1;
        return true;
    }
    /* a path as it was asked for may lead round the rules: better told than hidden */
    if (class == OPEN_FAILED && wanted != WANT_NONE && is_roundabout(sizeof(struct picket_file_open), end))
        return true;
    if (bits & PATH_IGNORE)
        return false;
    return wanted == WANT_ALL || (wanted == WANT_LISTED && bits & (1 << class));
}

/*
 * Whether this open equals one that was told a moment ago: then it is counted and not told. At the first repetition the
 * path decides whether repetitions may be held back at all.
 */
static __always_inline bool is_repetition(struct scratch *scratch, const struct settings *now, struct recent *entry,
                                          const struct recent_key *key, struct file *file) {
    if (!is_recent(entry, key, now->suppress))
        return false;
    if (entry->checked == RECENT_UNCHECKED) {
        __u16 flags = 0;
        __u64 at = sizeof(struct picket_file_open);
        entry->checked = RECENT_MAY_WAIT;
        if (now->path_rules && path_bits(at, append_path(at, &file->f_path, &flags)) & PATH_MUST_SEE)
            entry->checked = RECENT_MUST_SEE;
    }
    if (entry->checked == RECENT_MUST_SEE)
        return false;
    count_repeated_open(entry);
    return true;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(file_open, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    struct settings *now = get_settings();
    if (!scratch || !now)
        return 0;
    struct picket_file_open *event = (void *)scratch->record;
    struct task_struct *task = acting_task(scratch);
    struct call call = arguments(regs, &scratch->identity);
    struct file *file = result >= 0 ? file_of(task, result) : NULL;
    enum open_class class = class_of(&call, result);
    __u64 at = sizeof(*event);
    __u16 flags = 0;
    __u32 count = 1;

    if (now->open_wanted[class] == WANT_NONE && now->path_rules == 0)
        return 0;
    if (file && now->suppress && !(get(file, f_mode) & FMODE_CREATED)) {
        struct recent_key key = open_key(&scratch->identity, task, file, call.flags);
        struct recent *entry = recent_entry(&key);
        if (!entry || is_repetition(scratch, now, entry, &key, file))
            return 0;
        count = begin_recent(entry, &key);
    }
    at = file ? append_path(at, &file->f_path, &flags)
              : append_asked_path(scratch, at, task, call.directory, call.name, USER_NAME, &flags);
    if (!path_wanted(scratch, now, class, at))
        return 0;
    fill_header(&event->h, PICKET_FILE_OPEN, task, &scratch->identity, scratch->identity.syscall, result);
    set_open(event, call.flags, call.mode);
    event->count = count;
    if (file)
        describe_file(event, file);
    else
        describe_nothing(event);
    event->h.flags |= flags | (count > 1 ? PICKET_FLAG_REPEATED : 0);
    set_string(&event->path, sizeof(*event), at);
    __u64 end = file && call.name ? append_detour(scratch, sizeof(*event), at, call.name) : at;
    set_string(&event->name, at, end);
    submit_bulk(scratch, end);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
