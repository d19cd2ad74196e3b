/* process.exec: runs when an exec can not fail any more, before the new program's first instruction. */
#include "../include/emit.h"
#include "../include/process.h"

#define ARGS_MAX 8192
#define ENV_SCAN 256
#define ENV_VALUE_MAX 512
#define ENV_NAMES 16
#define NR_EXECVE 59
#define NR_EXECVEAT 322

/* Names of variables worth keeping, by the first eight bytes; set by the loader, 0 ends the list. */
struct prefix {
    __u64 value;
    __u64 mask;
};
const volatile struct prefix env_prefixes[ENV_NAMES] = {};

static __always_inline void set_executable(struct picket_process_exec *event, struct task_struct *task,
                                           struct linux_binprm *program, struct file *file) {
    set_executable_file(event, task, file);
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
