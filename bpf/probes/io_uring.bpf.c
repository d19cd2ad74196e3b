/*
 * What programs ask of the kernel through io_uring, for which they make no system call of their own. Told as the
 * system call that would have done the same, with the flag io_uring.
 */
#include "../include/uring_files.h"
#include "../include/uring_sockets.h"

#define NO_CALL 0
#define NR_ACCEPT4 288

/* x86-64 number of the call that an operation stands for; NO_CALL for what is not told. */
static __always_inline __u16 call_of(__u32 operation) {
    switch (operation) {
    case OP_SOCKET:
        return NR_SOCKET;
    case OP_CONNECT:
        return NR_CONNECT;
    case OP_LISTEN:
        return 50;
    case OP_FTRUNCATE:
        return 77;
    case OP_OPENAT:
        return 257;
    case OP_MKDIRAT:
        return 258;
    case OP_UNLINKAT:
        return 263;
    case OP_LINKAT:
        return 265;
    case OP_SYMLINKAT:
        return 266;
    case OP_RENAMEAT:
        return 316;
    case OP_OPENAT2:
        return 437;
    default:
        return NO_CALL;
    }
}

/* Makes the record; returns its end, 0 when there is nothing to tell. */
static __always_inline __u64 begin(struct scratch *scratch, struct io_kiocb *req, __u32 operation, __u32 *file_slot) {
    struct task_struct *task = current_task();
    switch (operation) {
    case OP_OPENAT:
    case OP_OPENAT2:
        return begin_open(scratch, task, req, file_slot);
    case OP_RENAMEAT:
        return begin_rename(scratch, task, req);
    case OP_UNLINKAT:
        return begin_unlink(scratch, task, req);
    case OP_MKDIRAT:
        return begin_mkdir(scratch, task, req);
    case OP_LINKAT:
        return begin_link(scratch, task, req, false);
    case OP_SYMLINKAT:
        return begin_link(scratch, task, req, true);
    case OP_FTRUNCATE:
        return begin_truncate(scratch, task, req);
    case OP_CONNECT:
        return begin_connect(scratch, task, req);
    case OP_SOCKET:
        return begin_socket(scratch, task, req);
    case OP_LISTEN:
        return begin_listen(scratch, task, req);
    default:
        return 0;
    }
}

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(uring_submit, void *request) {
    struct io_kiocb *req = as(struct io_kiocb, request);
    __u32 operation = get(req, opcode);
    __u16 call = call_of(operation);
    __u64 key = (__u64)request;
    __u32 file_slot = 0;
    if (call == NO_CALL)
        return 0;
    struct scratch *scratch = get_scratch();
    if (!scratch || !identify_current(&scratch->identity))
        return 0;
    struct identity who = scratch->identity;
    /* an earlier request at this address has ended without a word, as a link of a chain that broke */
    struct request *earlier = bpf_map_lookup_elem(&requests, &key);
    if (earlier) {
        give_up(earlier);
        bpf_map_delete_elem(&requests, &key);
    }
    scratch->identity = who;
    scratch->identity.syscall = call;
    __u64 end = begin(scratch, req, operation, &file_slot);
    struct picket_header *h = (void *)scratch->record;
    if (end && kind_wanted(h->kind))
        keep(scratch, req, end, file_slot);
    return 0;
}

/* Servers wait for connections without end, so accepts are not kept: the process that gets the result asked for it. */
static __always_inline int tell_accept(struct io_kiocb *req) {
    struct scratch *scratch = get_scratch();
    int result = get(req, cqe.res);
    if (result < 0 || !scratch || !kind_wanted(PICKET_NET_ACCEPT) || !identify_current(&scratch->identity))
        return 0;
    scratch->identity.flags |= PICKET_FLAG_IO_URING;
    scratch->identity.syscall = NR_ACCEPT4;
    __u64 end = make_accept(scratch, req, result);
    if (end)
        send(scratch, end);
    return 0;
}

/* Adds what is known now that the request has ended; returns the end of the record, 0 when there is nothing to tell. */
static __always_inline __u64 complete(struct scratch *scratch, __u64 end, struct io_kiocb *req, __u32 file_slot) {
    struct picket_header *h = (void *)scratch->record;
    switch (h->kind) {
    case PICKET_FILE_OPEN:
        return end_open(scratch, end, req, file_slot);
    case PICKET_NET_CONNECT:
        end_connect(scratch, req);
        return end;
    case PICKET_NET_UNIX:
        return end_connect_unix(scratch, end, req);
    case PICKET_NET_LISTEN:
        return end_listen(scratch, req) ? end : 0;
    default:
        return end;
    }
}

static __always_inline int tell_kept(struct io_kiocb *req) {
    __u64 key = (__u64)req;
    struct request *kept = bpf_map_lookup_elem(&requests, &key);
    struct scratch *scratch = get_scratch();
    if (!kept || !scratch)
        return 0;
    struct picket_header *h = (void *)scratch->record;
    __u32 file_slot = kept->file_slot;
    __u64 end = kept->end;
    restore(scratch, kept);
    bpf_map_delete_elem(&requests, &key);
    h->result = get(req, cqe.res);
    h->time = bpf_ktime_get_boot_ns();
    end = complete(scratch, end, req, file_slot);
    if (end)
        send(scratch, end);
    return 0;
}

/* The first two arguments have stood there since 5.19, those behind them have not. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(uring_complete, void *ring, void *request) {
    struct io_kiocb *req = as(struct io_kiocb, request);
    if (!request)
        return 0;
    __u32 operation = get(req, opcode);
    if (operation == OP_ACCEPT)
        return tell_accept(req);
    return call_of(operation) == NO_CALL ? 0 : tell_kept(req);
}

struct overflowed {
    __u64 ring;
    __u64 user_data;
};

static long send_overflowed(void *map, const __u64 *key, struct request *kept, struct overflowed *lost) {
    if (kept->ring != lost->ring || kept->user_data != lost->user_data)
        return 0;
    give_up(kept);
    bpf_map_delete_elem(&requests, key);
    return 0;
}

/* The completion queue is full: its result is not posted, and which request it was is only known by its user data. */
SEC("tp_btf/io_uring_cqe_overflow")
int BPF_PROG(uring_overflow, void *ring, unsigned long long user_data) {
    struct overflowed lost = {.ring = (__u64)ring, .user_data = user_data};
    bpf_for_each_map_elem(&requests, send_overflowed, &lost, 0);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
