/* process.exec: runs when an exec can not fail any more, before the new program's first instruction. */
#include "../include/emit.h"

#define ARGS_MAX 8192
#define ENV_SCAN 256
#define ENV_VALUE_MAX 512
#define ENV_NAMES 16
#define NR_EXECVE 59
#define NR_EXECVEAT 322
#define S_IWUSR 0200
#define S_IWGRP 0020
#define S_IWOTH 0002
#define SB_RDONLY 1
#define CAP_DAC_OVERRIDE 1

/* Names of variables worth keeping, by the first eight bytes; set by the loader, 0 ends the list. */
struct prefix {
    __u64 value;
    __u64 mask;
};
const volatile struct prefix env_prefixes[ENV_NAMES] = {};

static __always_inline void set_ids(struct picket_process_exec *event, struct task_struct *task) {
    const struct cred *cred = get(task, cred);
    struct signal_struct *signal = get(task, signal);
    struct pid *own = get(task, thread_pid);
    struct pid *group = as(struct pid, BPF_CORE_READ(signal, pids[PIDTYPE_PGID]));
    struct pid *session = as(struct pid, BPF_CORE_READ(signal, pids[PIDTYPE_SID]));
    __u32 level = get(own, level);
    event->gid = get(cred, gid.val);
    event->euid = get(cred, euid.val);
    event->egid = get(cred, egid.val);
    event->cap_effective = capabilities(cred, cap_effective);
    event->cap_permitted = capabilities(cred, cap_permitted);
    event->cap_inheritable = capabilities(cred, cap_inheritable);
    event->loginuid = bpf_core_field_exists(task->loginuid) ? get(task, loginuid.val) : ~0U;
    event->pgid = pid_at(group, 0);
    event->sid = pid_at(session, 0);
    event->vpid = pid_at(own, level);
    event->vpgid = pid_at(group, level);
    event->vsid = pid_at(session, level);
    event->tty = tty_of(task);
    struct task_struct *parent = get(task, real_parent);
    event->parent_start = process_start(parent);
}

static __always_inline bool may_write(const struct cred *cred, struct inode *inode) {
    struct super_block *super = get(inode, i_sb);
    __u32 mode = get(inode, i_mode);
    if (get(super, s_flags) & SB_RDONLY)
        return false;
    if (mode & S_IWOTH || capabilities(cred, cap_effective) & (1 << CAP_DAC_OVERRIDE))
        return true;
    if (mode & S_IWUSR && get(cred, euid.val) == get(inode, i_uid.val))
        return true;
    return mode & S_IWGRP && get(cred, egid.val) == get(inode, i_gid.val);
}

static __always_inline void set_executable(struct picket_process_exec *event, struct task_struct *task,
                                           struct linux_binprm *program, struct file *file) {
    struct inode *inode = get(file, f_inode);
    event->inode = get(inode, i_ino);
    times_of(inode, &event->mtime, &event->ctime);
    event->exe_flags = file_flags(file, inode);
    if (may_write(get(task, cred), inode))
        event->exe_flags |= PICKET_FILE_WRITABLE;
    if (get(program, interp) != get(program, filename))
        event->exe_flags |= PICKET_FILE_SCRIPT;
}

static __always_inline __u64 append_args(struct scratch *scratch, __u64 at, struct mm_struct *mm, __u16 *flags) {
    unsigned long begin = get(mm, arg_start);
    unsigned long length = get(mm, arg_end) - begin;
    if (length > ARGS_MAX) {
        length = ARGS_MAX;
        *flags |= PICKET_FLAG_ARGS_TRUNCATED;
    }
    if (at > RECORD_MAX - ARGS_MAX - 1 || length == 0)
        return at;
    if (bpf_probe_read_user(&scratch->record[at], length, (void *)begin)) {
        *flags |= PICKET_FLAG_ARGS_TRUNCATED;
        return at;
    }
    /* the last argument's own NUL is no separator */
    return at + length - 1;
}

static __always_inline bool env_wanted(__u64 head) {
    for (int i = 0; i < ENV_NAMES; i++) {
        if (env_prefixes[i].mask == 0)
            return false;
        if ((head & env_prefixes[i].mask) == env_prefixes[i].value)
            return true;
    }
    return false;
}

/* Only the allow-listed variables are copied: an environment is full of secrets. */
static __always_inline __u64 append_env(struct scratch *scratch, __u64 begin, struct mm_struct *mm, __u16 *flags) {
    unsigned long from = get(mm, env_start);
    unsigned long end = get(mm, env_end);
    scratch->env_at = begin;
    scratch->env_rest = 0;
    for (int i = 0; i < ENV_SCAN && from < end; i++) {
        __u64 head = 0;
        __u64 at = bounded(scratch->env_at);
        if (at > RECORD_MAX - PATH_MAX_BYTES - ENV_VALUE_MAX)
            break;
        bpf_probe_read_user(&head, sizeof(head), (void *)from);
        long length = bpf_probe_read_user_str(&scratch->record[at], ENV_VALUE_MAX, (void *)from);
        if (length <= 0)
            break;
        /* what follows a value that was cut at the bound is its rest, whatever name it seems to begin with */
        if (!scratch->env_rest && env_wanted(head))
            scratch->env_at = at + length;
        scratch->env_rest = length == ENV_VALUE_MAX;
        from += length - scratch->env_rest;
    }
    if (from < end)
        *flags |= PICKET_FLAG_ARGS_TRUNCATED;
    __u64 at = bounded(scratch->env_at);
    return at > begin ? at - 1 : begin;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task_, int old_pid, struct linux_binprm *program_) {
    struct scratch *scratch = get_scratch();
    struct task_struct *task = current_task();
    struct linux_binprm *program = as(struct linux_binprm, program_);
    __u64 at = sizeof(struct picket_process_exec);
    __u64 begin = at;
    __u16 flags = 0;
    bool cut = false;

    if (!scratch || !identify_current(&scratch->identity))
        return 0;
    struct picket_process_exec *event = (void *)scratch->record;
    struct file *file = get(program, file);
    struct fs_struct *fs = get(task, fs);
    struct mm_struct *mm = get(task, mm);
    /* a path below a descriptor comes from execveat only */
    __u16 call = bpf_core_field_exists(program->fdpath) && get(program, fdpath) ? NR_EXECVEAT : NR_EXECVE;
    fill_header(&event->h, PICKET_PROCESS_EXEC, task, &scratch->identity, call, 0);
    set_ids(event, task);
    set_executable(event, task, program, file);
    event->argc = get(program, argc);

    at = append_path(at, &file->f_path, &flags);
    set_string(&event->path, begin, at);
    begin = at;
    at = append_kernel_string(scratch, at, get(program, filename), PATH_MAX_BYTES, &cut);
    set_string(&event->filename, begin, at);
    begin = at;
    at = append_args(scratch, at, mm, &flags);
    set_string(&event->args, begin, at);
    begin = at;
    at = append_path(at, &fs->pwd, &flags);
    set_string(&event->cwd, begin, at);
    begin = at;
    at = append_env(scratch, at, mm, &flags);
    set_string(&event->env, begin, at);
    begin = at;
    at = append_comm(scratch, at, task);
    set_string(&event->comm, begin, at);
    event->h.flags |= flags | (cut ? PICKET_FLAG_PATH_TRUNCATED : 0);
    submit_rare(scratch, at);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
