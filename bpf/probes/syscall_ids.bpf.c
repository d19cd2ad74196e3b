/* syscall.notable, the calls that change user and group ids. */
#include "../include/notable.h"
#include "../include/task_note.h"

/* The id that a call changes: the effective one, which rights follow from, or that of the file system. */
static __always_inline __u32 id_of(const struct task_note *note, __u16 number) {
    switch (number) {
    case NR_SETGID:
    case NR_SETREGID:
    case NR_SETRESGID:
        return note->gid;
    case NR_SETFSUID:
        return note->fsuid;
    case NR_SETFSGID:
        return note->fsgid;
    default:
        return note->uid;
    }
}

SEC("tp_btf/sys_exit")
int BPF_PROG(notable_ids, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    if (!scratch)
        return 0;
    __u16 number = scratch->identity.syscall;
    struct task_struct *given = bpf_get_current_task_btf();
    struct task_struct *task = as(struct task_struct, given);
    struct picket_syscall_notable *event = begin_notable(scratch, task, regs, result);
    struct task_note now = {};
    write_note(&now, task);
    struct task_note *note = bpf_task_storage_get(&task_notes, given, NULL, 0);
    if (note)
        event->old_id = id_of(note, number);
    else
        note = bpf_task_storage_get(&task_notes, given, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (note)
        *note = now;
    event->new_id = id_of(&now, number);
    send_notable(scratch, task, sizeof(*event));
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
