/* Layer 2 of the probes: names of unix sockets. The kernel types in the manner of kernel.h. */
#ifndef PICKET_UNIX_H
#define PICKET_UNIX_H

#include "socket.h"

#define NR_CONNECT 42
#define UNIX_NAME_MAX 108

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sockaddr_un {
    unsigned short sun_family;
    char sun_path[UNIX_NAME_MAX];
};

struct unix_address {
    int len;
    struct sockaddr_un name[];
};

struct unix_sock {
    struct unix_address *addr;
    struct path path;
    struct sock *peer;
};

struct sock___credentials {
    struct pid *sk_peer_pid;
};

#pragma clang attribute pop

/* A name as it stands in a record. */
struct unix_name {
    /* where it ends */
    __u64 end;
    __u32 abstract;
};

/*
 * The name in an address, `length` bytes long with its family: a path, or behind a zero byte an abstract name, which
 * may hold any bytes and ends with the address.
 */
static __always_inline struct unix_name append_name(struct scratch *scratch, __u64 at, const void *path, __u32 length,
                                                    bool user) {
    char first = 0;
    bool cut = false;
    __u64 left = length - sizeof(__u16);
    if (length <= sizeof(__u16) || left > UNIX_NAME_MAX)
        return (struct unix_name){at, 0};
    /* the verifier does not carry over what the comparison says */
    asm volatile("%0 &= 0x7f" : "+r"(left));
    user ? bpf_probe_read_user(&first, 1, path) : bpf_probe_read_kernel(&first, 1, path);
    if (first) {
        /* one more byte than there are, for the zero that ends the copy */
        at = user ? append_user_string(scratch, at, path, left + 1, &cut)
                  : append_kernel_string(scratch, at, path, left + 1, &cut);
        return (struct unix_name){at, 0};
    }
    __u64 rest = left ? left - 1 : 0;
    if (at > RECORD_MAX - 256)
        return (struct unix_name){at, 1};
    if (user)
        bpf_probe_read_user(&scratch->record[at], rest, path + 1);
    else
        bpf_probe_read_kernel(&scratch->record[at], rest, path + 1);
    return (struct unix_name){at + rest, 1};
}

/*
 * The name of the socket behind a connection. A path is that of the socket file itself, as the process that listens
 * sees it: neither a symbolic link nor a mount in the container hides which socket it is.
 */
static __always_inline struct unix_name append_peer(struct scratch *scratch, __u64 at, struct unix_sock *peer,
                                                    __u16 *flags) {
    if (get(peer, path.dentry))
        return (struct unix_name){append_path(at, &peer->path, flags), 0};
    struct unix_address *address = get(peer, addr);
    if (!address)
        return (struct unix_name){at, 0};
    struct sockaddr_un *name = (void *)address + bpf_core_field_offset(struct unix_address, name);
    const void *path = (void *)name + bpf_core_field_offset(struct sockaddr_un, sun_path);
    return append_name(scratch, at, path, get(address, len), false);
}

/* The process at the other end, as the kernel recorded it; 0 when it did not. */
static __always_inline __u32 peer_pid(struct sock *sock) {
    struct sock___credentials *credentials = (void *)sock;
    if (!bpf_core_field_exists(credentials->sk_peer_pid))
        return 0;
    return pid_at(as(struct pid, BPF_CORE_READ(credentials, sk_peer_pid)), 0);
}

#endif
