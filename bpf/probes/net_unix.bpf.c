/*
 * net.unix: a connect to a unix socket that returned, handed over by net_connect. Only a failed one, which has no peer,
 * is told by the caller's address, and marked so.
 */
#include "../include/unix.h"

static __always_inline struct unix_name append_asked(struct scratch *scratch, __u64 at, const void *address,
                                                     __u32 length, __u16 *flags) {
    *flags |= PICKET_FLAG_USER_PATH;
    return append_name(scratch, at, address + sizeof(__u16), length, true);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(net_unix, struct pt_regs *regs, long result) {
    struct scratch *scratch = get_scratch();
    /* the number this program stands under belongs to no call, but nobody keeps a program from making it */
    if (!scratch || scratch->identity.syscall != NR_CONNECT)
        return 0;
    struct task_struct *task = acting_task(scratch);
    struct picket_net_unix *event = (void *)scratch->record;
    __u32 fd = argument(regs, &scratch->identity, 0);
    const void *address = (void *)argument(regs, &scratch->identity, 1);
    struct file *file = file_of(task, fd);
    struct sock *sock = socket_of(task, fd);
    __u16 flags = 0, family = 0;

    if (!file || !sock || get(sock, __sk_common.skc_family) != AF_UNIX)
        return 0;
    /* a datagram socket is let go of its peer with AF_UNSPEC, which connects to nothing */
    bpf_probe_read_user(&family, sizeof(family), address);
    struct sock *peer = result == 0 ? get(as(struct unix_sock, sock), peer) : NULL;
    if (!peer && family != AF_UNIX)
        return 0;
    fill_header(&event->h, PICKET_NET_UNIX, task, &scratch->identity, NR_CONNECT, result);
    struct inode *inode = get(file, f_inode);
    event->socket = get(inode, i_ino);
    event->peer_pid = peer ? peer_pid(sock) : 0;
    event->type = BPF_CORE_READ(sock, sk_type);
    event->fd = fd;
    struct unix_name name =
        peer ? append_peer(scratch, sizeof(*event), as(struct unix_sock, peer), &flags)
             : append_asked(scratch, sizeof(*event), address, argument(regs, &scratch->identity, 2), &flags);
    event->abstract = name.abstract;
    event->h.flags |= flags;
    set_string(&event->path, sizeof(*event), name.end);
    submit_rare(scratch, name.end);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
