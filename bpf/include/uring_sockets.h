/* Layer 3 of the probes: sockets, connect, accept and listen that were asked for through io_uring. */
#ifndef PICKET_URING_SOCKETS_H
#define PICKET_URING_SOCKETS_H

#include "raw_socket.h"
#include "unix.h"
#include "uring_request.h"

struct address {
    __u16 family;
    __be16 port;
    __be32 ip;
    struct picket_ip ip6;
};

/* where it stands */
struct address_place {
    const void *at;
    bool user;
};

static __always_inline void read_address(struct address *to, const struct address_place *place) {
    if (place->user)
        bpf_probe_read_user(to, sizeof(*to), place->at);
    else
        bpf_probe_read_kernel(to, sizeof(*to), place->at);
}

static __always_inline bool is_told(const struct address *to) {
    return to->family == AF_INET || to->family == AF_INET6 || to->family == AF_UNIX;
}

/*
 * The address to connect to. Since 6.10 the kernel has copied it when the request is submitted: to the beginning of the
 * data of the request, or behind a message header there, whose beginning (an aligned pointer) looks like no family.
 */
static __always_inline struct address_place asked_address(struct io_kiocb *req, struct address *to) {
    struct io_connect *asked = as(struct io_connect, req);
    void *copied = get(req, async_data);
    if (bpf_core_type_exists(struct io_async_connect) || !copied) {
        struct address_place place = {get(asked, addr), true};
        read_address(to, &place);
        return place;
    }
    struct address_place place = {copied, false};
    read_address(to, &place);
    if (!is_told(to)) {
        place.at = copied + bpf_core_field_offset(struct io_async_msghdr, addr);
        read_address(to, &place);
    }
    return place;
}

static __always_inline void set_peer(struct picket_net_connect *event, const struct address *to) {
    event->remote_port = bpf_ntohs(to->port);
    event->family = to->family;
    if (to->family == AF_INET6)
        event->remote_ip = to->ip6;
    else
        event->remote_ip = mapped(to->ip);
}

/* The descriptor of the request; -1 for a slot of the ring. */
static __always_inline int asked_descriptor(struct io_kiocb *req) {
    return get(req, flags) & REQ_FIXED_FILE ? -1 : get(req, cqe.fd);
}

static __always_inline struct sock *sock_of_file(struct file *file) {
    if (!file)
        return NULL;
    struct inode *inode = get(file, f_inode);
    if (!inode || (get(inode, i_mode) & S_IFMT) != S_IFSOCK)
        return NULL;
    void *socket = get(file, private_data);
    return socket ? get(as(struct socket, socket), sk) : NULL;
}

static __always_inline __u64 begin_connect_unix(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req,
                                                const struct address_place *place) {
    struct picket_net_unix *event = (void *)scratch->record;
    struct io_connect *asked = as(struct io_connect, req);
    fill_header(&event->h, PICKET_NET_UNIX, task, &scratch->identity, scratch->identity.syscall, 0);
    event->h.flags |= PICKET_FLAG_USER_PATH;
    event->fd = asked_descriptor(req);
    struct sock *sock = socket_of(task, event->fd);
    event->socket = 0;
    event->peer_pid = 0;
    event->type = sock ? BPF_CORE_READ(sock, sk_type) : 0;
    struct unix_name name =
        append_name(scratch, sizeof(*event), place->at + sizeof(__u16), get(asked, addr_len), place->user);
    event->abstract = name.abstract;
    set_string(&event->path, sizeof(*event), name.end);
    return name.end;
}

static __always_inline __u64 begin_connect_inet(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req,
                                                const struct address *to) {
    struct picket_net_connect *event = (void *)scratch->record;
    fill_header(&event->h, PICKET_NET_CONNECT, task, &scratch->identity, scratch->identity.syscall, 0);
    __builtin_memset(&event->local_ip, 0, sizeof(*event) - sizeof(event->h));
    event->fd = asked_descriptor(req);
    event->count = 1;
    struct sock *sock = socket_of(task, event->fd);
    if (sock && is_inet(sock))
        read_endpoint((void *)&event->local_ip, sock);
    set_peer(event, to);
    return sizeof(*event);
}

static __always_inline __u64 begin_connect(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req) {
    struct address to = {};
    struct address_place place = asked_address(req, &to);
    if (!is_told(&to))
        return 0;
    return to.family == AF_UNIX ? begin_connect_unix(scratch, task, req, &place)
                                : begin_connect_inet(scratch, task, req, &to);
}

/* A connection that stands is told by the socket at its other end, like that of a system call. */
static __always_inline __u64 end_connect_unix(struct scratch *scratch, __u64 end, struct io_kiocb *req) {
    struct picket_net_unix *event = (void *)scratch->record;
    struct file *file = get(req, file);
    struct sock *sock = sock_of_file(file);
    if (!sock || get(sock, __sk_common.skc_family) != AF_UNIX)
        return 0;
    struct inode *inode = get(file, f_inode);
    event->socket = get(inode, i_ino);
    event->type = BPF_CORE_READ(sock, sk_type);
    struct sock *peer = event->h.result == 0 ? get(as(struct unix_sock, sock), peer) : NULL;
    if (!peer)
        return end;
    __u16 flags = 0;
    struct unix_name name = append_peer(scratch, sizeof(*event), as(struct unix_sock, peer), &flags);
    event->peer_pid = peer_pid(sock);
    event->abstract = name.abstract;
    event->h.flags = (event->h.flags & ~PICKET_FLAG_USER_PATH) | flags;
    set_string(&event->path, sizeof(*event), name.end);
    return name.end;
}

/* The thread that ran the request may have left the peer of a connect behind (net_close.bpf.c). */
static __always_inline void forget_connecting(const struct picket_header *h) {
    __u64 submitter = (__u64)h->tgid << 32 | h->tid;
    __u64 current = bpf_get_current_pid_tgid();
    bpf_map_delete_elem(&connecting, &submitter);
    bpf_map_delete_elem(&connecting, &current);
}

static __always_inline void end_connect(struct scratch *scratch, struct io_kiocb *req) {
    struct picket_net_connect *event = (void *)scratch->record;
    struct file *file = get(req, file);
    struct sock *sock = sock_of_file(file);
    forget_connecting(&event->h);
    if (!sock || !is_inet(sock))
        return;
    /* one that failed has been undone in the socket: its peer is what was asked for */
    struct picket_ip peer = event->remote_ip;
    __u16 port = event->remote_port;
    read_endpoint((void *)&event->local_ip, sock);
    if (event->h.result < 0) {
        event->remote_ip = peer;
        event->remote_port = port;
    } else if (event->protocol == IPPROTO_TCP && !is_closed(sock)) {
        remember(sock, &event->h, ROLE_CONNECTED);
    }
}

static __always_inline __u64 begin_listen(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req) {
    struct picket_net_listen *event = (void *)scratch->record;
    struct io_listen *asked = as(struct io_listen, req);
    fill_header(&event->h, PICKET_NET_LISTEN, task, &scratch->identity, scratch->identity.syscall, 0);
    __builtin_memset(&event->local_ip, 0, sizeof(*event) - sizeof(event->h));
    event->fd = asked_descriptor(req);
    if (bpf_core_type_exists(struct io_listen))
        event->backlog = get(asked, backlog);
    struct sock *sock = socket_of(task, event->fd);
    if (sock && is_inet(sock))
        read_endpoint((void *)&event->local_ip, sock);
    return sizeof(*event);
}

/* False when it was no socket of the kind that is told. */
static __always_inline bool end_listen(struct scratch *scratch, struct io_kiocb *req) {
    struct picket_net_listen *event = (void *)scratch->record;
    struct sock *sock = sock_of_file(get(req, file));
    if (!sock || !is_inet(sock))
        return false;
    read_endpoint((void *)&event->local_ip, sock);
    return true;
}

/* Of sockets only those that see or make raw packets are told. */
static __always_inline __u64 begin_socket(struct scratch *scratch, struct task_struct *task, struct io_kiocb *req) {
    struct picket_net_socket *event = (void *)scratch->record;
    struct io_socket *asked = as(struct io_socket, req);
    if (!set_socket(event, get(asked, domain), get(asked, type), get(asked, protocol)))
        return 0;
    fill_header(&event->h, PICKET_NET_SOCKET, task, &scratch->identity, scratch->identity.syscall, 0);
    return sizeof(*event);
}

/* A connection that was accepted; returns the end of the record, 0 when it is of no kind that is told. */
static __always_inline __u64 make_accept(struct scratch *scratch, struct io_kiocb *req, int result) {
    struct picket_net_accept *event = (void *)scratch->record;
    struct io_accept *asked = as(struct io_accept, req);
    struct task_struct *task = current_task();
    fill_header(&event->h, PICKET_NET_ACCEPT, task, &scratch->identity, scratch->identity.syscall, result);
    __u32 file_slot = get(asked, file_slot);
    struct sock *sock = sock_of_file(resulting_file(&event->h, req, file_slot));
    if (!sock || !is_inet(sock))
        return 0;
    read_endpoint((void *)&event->local_ip, sock);
    event->fd = file_slot ? -1 : result;
    event->count = 1;
    if (!is_closed(sock))
        remember(sock, &event->h, ROLE_ACCEPTED);
    return sizeof(*event);
}

#endif
