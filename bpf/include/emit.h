/* Layer 3 of the probes: fills the header and hands the record to its ring. */
#ifndef PICKET_EMIT_H
#define PICKET_EMIT_H

#include "budget.h"
#include "path.h"

#define NO_SYSCALL 0xffff

static __always_inline void set_string(struct picket_str *out, __u32 begin, __u32 end) {
    out->offset = begin;
    out->length = end - begin;
}

/* Argument `index` (0 to 5) of the call, from the registers of its own calling convention. */
static __always_inline __u64 argument(const struct pt_regs *regs, const struct identity *who, int index) {
    if (who->flags & PICKET_FLAG_COMPAT)
        return (__u32)(index == 0   ? regs->bx
                       : index == 1 ? regs->cx
                       : index == 2 ? regs->dx
                       : index == 3 ? regs->si
                       : index == 4 ? regs->di
                                    : regs->bp);
    return index == 0   ? regs->di
           : index == 1 ? regs->si
           : index == 2 ? regs->dx
           : index == 3 ? regs->r10
           : index == 4 ? regs->r8
                        : regs->r9;
}

/* Header of an event of `task`; length and later flags are set by submit. */
static __always_inline void fill_header(struct picket_header *h, __u16 kind, struct task_struct *task,
                                        const struct identity *who, __u16 syscall, long result) {
    struct task_struct *parent = get(task, real_parent);
    const struct cred *cred = get(task, cred);
    h->kind = kind;
    h->flags = who->flags;
    h->syscall = syscall;
    h->time = bpf_ktime_get_boot_ns();
    h->sequence = 0;
    h->tgid = get(task, tgid);
    h->tid = get(task, pid);
    h->ppid = get(parent, tgid);
    h->uid = get(cred, uid.val);
    h->start = process_start(task);
    h->cgroup = who->cgroup;
    h->slot = who->slot;
    h->generation = who->generation;
    h->result = result;
}

/* Bytes of bulk records of one processor between two looks at the backlog: a look costs as much as a record. */
#define LOOK_BYTES (16 * 1024)

/* Wakes an agent that sleeps; one that is behind only when the backlog is to be looked at. */
static __always_inline __u64 wake_if_due(void *ring, bool look) {
    __u32 zero = 0;
    struct wake *wake = bpf_map_lookup_elem(&wakes, &zero);
    if (!wake)
        return BPF_RB_NO_WAKEUP;
    if (wake->asleep) {
        wake->asleep = 0;
        return BPF_RB_FORCE_WAKEUP;
    }
    return look && bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) >= wake->bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* For many records: looks at the backlog now and then. Programs that may run in an interrupt have no scratch to count
 * in. */
static __always_inline __u64 bulk_wake(void *ring, struct scratch *scratch, __u64 length) {
    scratch->unlooked += length;
    bool look = scratch->unlooked >= LOOK_BYTES;
    if (look)
        scratch->unlooked = 0;
    return wake_if_due(ring, look);
}

/* Sends record[0..end) of the scratch; padding included, so the record must have room for 7 more bytes. */
static __always_inline void submit(void *ring, struct scratch *scratch, __u64 end, __u64 wake) {
    struct picket_header *h = (void *)scratch->record;
    __u64 length = bounded((end + 7) & ~7ULL);
    asm volatile("" : "+r"(length));
    if (length > RECORD_MAX) {
        count_loss_of(h, PICKET_LOST_SCRATCH_FULL);
        return;
    }
    h->length = length;
    if (bpf_ringbuf_output(ring, scratch->record, length, wake))
        count_loss_of(h, PICKET_LOST_RING_FULL);
}

/* Whether the record in the scratch may go; counts it when not. */
static __always_inline bool may_go(struct scratch *scratch) {
    struct picket_header *h = (void *)scratch->record;
    if (scratch->identity.must_see || !over_budget(h))
        return true;
    count_loss_of(h, PICKET_LOST_THROTTLED);
    return false;
}

/* Rare and urgent: the agent is woken at once, unless it is still busy with earlier ones (flags 0). */
static __always_inline void submit_rare(struct scratch *scratch, __u64 end) {
    if (may_go(scratch))
        submit(&events_rare, scratch, end, 0);
}

/* Rare, but nothing urgent follows from it: the timer of the agent is soon enough. */
static __always_inline void submit_unhurried(struct scratch *scratch, __u64 end) {
    if (may_go(scratch))
        submit(&events_rare, scratch, end, bulk_wake(&events_rare, scratch, end));
}

static __always_inline void submit_bulk(struct scratch *scratch, __u64 end) {
    if (may_go(scratch))
        submit(&events_bulk, scratch, end, bulk_wake(&events_bulk, scratch, end));
}

static __always_inline __u64 append_comm(struct scratch *scratch, __u64 at, struct task_struct *task) {
    bool cut = false;
    return append_kernel_string(scratch, at, (void *)task + bpf_core_field_offset(struct task_struct, comm), 16, &cut);
}

#endif
