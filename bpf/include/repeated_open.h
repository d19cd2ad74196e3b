/* Layer 2 of the probes: opens that equal one of the same process a moment ago. */
#ifndef PICKET_REPEATED_OPEN_H
#define PICKET_REPEATED_OPEN_H

#include "opened_file.h"
#include "recent.h"

#define NR_OPEN 2
#define NR_OPENAT 257

/* By which call counts too: some of them no honest program makes. */
static __always_inline struct recent_key open_key(const struct identity *who, struct task_struct *task,
                                                  struct file *file, __u32 open_flags) {
    __u16 gate = who->flags & PICKET_FLAG_COMPAT ? 1 << 15 : 0;
    struct recent_key key = {
        .what = {word_of(struct file, file, f_path.dentry), word_of(struct file, file, f_path.mnt)},
        .how = open_flags,
        .how_else = PICKET_FILE_OPEN << 16 | gate | who->syscall,
    };
    set_process(&key, task);
    return key;
}

static __always_inline void count_repeated_open(struct recent *entry) {
    entry->count++;
    count_loss(PICKET_FILE_OPEN, PICKET_LOST_SUPPRESSED);
}

/*
 * For the dispatcher, before it goes to the handler: counts an open of the two usual calls that file.open has found to
 * be held back before. Whatever is new or doubtful is left to the handler.
 */
static __always_inline bool is_held_back(const struct settings *now, const struct pt_regs *regs,
                                         const struct identity *who, struct task_struct *task, long result) {
    if (now->suppress == 0 || result < 0 || who->flags & PICKET_FLAG_COMPAT ||
        (who->syscall != NR_OPENAT && who->syscall != NR_OPEN))
        return false;
    struct file *file = file_of(task, result);
    if (!file || get(file, f_mode) & FMODE_CREATED)
        return false;
    struct recent_key key = open_key(who, task, file, who->syscall == NR_OPEN ? regs->si : regs->dx);
    struct recent *entry = recent_entry(&key);
    if (!entry || entry->checked != RECENT_MAY_WAIT || !is_recent(entry, &key, now->suppress))
        return false;
    count_repeated_open(entry);
    return true;
}

#endif
