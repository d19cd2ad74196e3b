/*
 * Layer 3 of the probes: requests of io_uring between their submission and their end.
 *
 * A request is complete at its submission but for its result, and only then its submitter is the current task and its
 * names are still there. So the record is made at submission, kept by the address of the request, and sent when the
 * kernel posts the result. Where it never will, the record is sent without one (flag unfinished): when the request says
 * that success posts nothing, when the completion queue is full, and when nothing more can be kept.
 */
#ifndef PICKET_URING_REQUEST_H
#define PICKET_URING_REQUEST_H

#include "kernel_uring.h"
#include "modified_file.h"
#include "peer_rules.h"

/* room for one path of any length; longer records are not kept but sent at once */
#define KEPT_BYTES 8448
#define KEPT_REQUESTS 256

struct request {
    char record[KEPT_BYTES];
    __u64 ring;
    __u64 user_data;
    __u32 end;
    /* the result is not a descriptor but this slot of the ring, counted from 1, or FILE_SLOT_ANY; 0: a descriptor */
    __u32 file_slot;
};

/* by address of the kernel's request, which it does not use again before the request has ended */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, KEPT_REQUESTS);
    __type(key, __u64);
    __type(value, struct request);
} requests SEC(".maps");

/* What the plan says of the path of an open: whether it is wanted; marks what must be seen. */
static __always_inline bool open_wanted(struct scratch *scratch) {
    struct picket_file_open *event = (void *)scratch->record;
    struct settings *now = get_settings();
    if (!now || !now->path_rules)
        return true;
    /* writes into the padding before the path only */
    __u32 bits = path_bits(sizeof(*event), event->path.offset + event->path.length);
    if (bits & PATH_MUST_SEE)
        scratch->identity.must_see = 1;
    return !(bits & PATH_IGNORE) || bits & PATH_MUST_SEE;
}

static __noinline int send(struct scratch *scratch, __u32 end) {
    struct picket_header *h = (void *)scratch->record;
    struct picket_file_modify *change = (void *)scratch->record;
    struct picket_net_connect *connect = (void *)scratch->record;
    switch (h->kind) {
    case PICKET_FILE_OPEN:
        if (open_wanted(scratch))
            submit_bulk(scratch, bounded(end));
        break;
    case PICKET_FILE_MODIFY:
        mark_must_see(scratch, bounded(change->target.offset), bounded(end));
        submit_bulk(scratch, bounded(end));
        break;
    case PICKET_NET_CONNECT:
        if (is_ignored_peer((void *)&connect->local_ip))
            break;
        /* fall through */
    default:
        submit_rare(scratch, bounded(end));
    }
    return 0;
}

static __always_inline void send_unfinished(struct scratch *scratch, __u32 end) {
    struct picket_header *h = (void *)scratch->record;
    h->flags |= PICKET_FLAG_UNFINISHED;
    send(scratch, end);
}

/* Puts what was kept back into the scratch. */
static __always_inline void restore(struct scratch *scratch, const struct request *kept) {
    struct picket_header *h = (void *)scratch->record;
    bpf_probe_read_kernel(scratch->record, kept->end < KEPT_BYTES ? kept->end : KEPT_BYTES, kept->record);
    scratch->identity = (struct identity){
        .cgroup = h->cgroup, .slot = h->slot, .generation = h->generation, .flags = h->flags, .syscall = h->syscall};
}

/* The request will never be told as complete, or nobody can say which result is its own. */
static __noinline int give_up(struct request *kept) {
    struct scratch *scratch = get_scratch();
    if (!scratch || !kept)
        return 0;
    restore(scratch, kept);
    send_unfinished(scratch, kept->end);
    return 0;
}

/* Keeps record[0..end) of the scratch until the request ends, or sends it if that can not be waited for. */
static __always_inline void keep(struct scratch *scratch, struct io_kiocb *req, __u64 end, __u32 file_slot) {
    struct request *request = (void *)scratch->record;
    __u64 key = (__u64)req;
    struct picket_header *h = (void *)scratch->record;
    h->flags |= PICKET_FLAG_IO_URING;
    if (end > KEPT_BYTES || get(req, flags) & REQ_CQE_SKIP) {
        send_unfinished(scratch, end);
        return;
    }
    request->ring = (__u64)get(req, ctx);
    request->user_data = get(req, cqe.user_data);
    request->end = end;
    request->file_slot = file_slot;
    if (bpf_map_update_elem(&requests, &key, request, BPF_ANY))
        send_unfinished(scratch, end);
}

/* The file in a slot of the ring, where the kernel keeps them as since 6.13; else NULL. */
static __always_inline struct file *file_in_slot(struct io_ring_ctx *ring, __u32 index) {
    struct io_rsrc_node *node = NULL;
    if (!bpf_core_field_exists(ring->file_table.data.nodes) || index >= get(ring, file_table.data.nr))
        return NULL;
    struct io_rsrc_node **nodes = get(ring, file_table.data.nodes);
    bpf_probe_read_kernel(&node, sizeof(node), &nodes[index]);
    if (!node)
        return NULL;
    struct io_rsrc_node *known = as(struct io_rsrc_node, node);
    __u64 file = get(known, file_ptr) & ~FILE_PTR_FLAGS;
    return file ? as(struct file, file) : NULL;
}

/* The file behind the result, if the current task still has it: workers of io_uring share the descriptors of their
 * process. */
static __always_inline struct file *resulting_file(const struct picket_header *h, struct io_kiocb *req,
                                                   __u32 file_slot) {
    struct task_struct *task = current_task();
    if (file_slot)
        return file_in_slot(get(req, ctx), file_slot == FILE_SLOT_ANY ? h->result : file_slot - 1);
    return get(task, tgid) == h->tgid ? file_of(task, h->result) : NULL;
}

#endif
