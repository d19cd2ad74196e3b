/* The kernel types of io_uring, in the manner of kernel.h. All since Linux 6.4, where nothing else is said. */
#ifndef PICKET_KERNEL_URING_H
#define PICKET_KERNEL_URING_H

#include "kernel.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct filename {
    const char *name;
};

struct io_cqe {
    __u64 user_data;
    __s32 res;
    int fd;
};

struct io_rsrc_node {
    unsigned long file_ptr;
};

struct io_rsrc_data {
    unsigned int nr;
    struct io_rsrc_node **nodes;
};

/* since 6.13 */
struct io_file_table {
    struct io_rsrc_data data;
};

struct io_ring_ctx {
    struct io_file_table file_table;
};

struct io_kiocb {
    struct file *file;
    __u8 opcode;
    /* 64 bits wide since 6.9; those that are looked at stand in the low half */
    __u32 flags;
    struct io_cqe cqe;
    struct io_ring_ctx *ctx;
    void *async_data;
};

struct open_how {
    __u64 flags;
    __u64 mode;
};

struct io_open {
    int dfd;
    __u32 file_slot;
    struct filename *filename;
    struct open_how how;
};

struct io_rename {
    int old_dfd;
    int new_dfd;
    struct filename *oldpath;
    struct filename *newpath;
    int flags;
};

struct io_unlink {
    int dfd;
    int flags;
    struct filename *filename;
};

struct io_mkdir {
    int dfd;
    unsigned short mode;
    struct filename *filename;
};

struct io_link {
    int old_dfd;
    int new_dfd;
    struct filename *oldpath;
    struct filename *newpath;
    int flags;
};

/* since 6.9 */
struct io_ftrunc {
    __s64 len;
};

struct io_connect {
    void *addr;
    int addr_len;
};

/* before 6.10: the address is not copied until the request runs */
struct io_async_connect {
    int address;
};

struct __kernel_sockaddr_storage {
    unsigned short ss_family;
};

struct io_async_msghdr {
    struct __kernel_sockaddr_storage addr;
};

struct io_socket {
    int domain;
    int type;
    int protocol;
};

struct io_accept {
    __u32 file_slot;
};

/* since 6.11 */
struct io_listen {
    int backlog;
};

#pragma clang attribute pop

#define REQ_FIXED_FILE (1 << 0)
#define REQ_CQE_SKIP (1 << 6)
/* low bits of io_rsrc_node.file_ptr that are no part of the address */
#define FILE_PTR_FLAGS 7UL
#define FILE_SLOT_ANY (~0U)

/* operations, include/uapi/linux/io_uring.h */
#define OP_ACCEPT 13
#define OP_CONNECT 16
#define OP_OPENAT 18
#define OP_OPENAT2 28
#define OP_RENAMEAT 35
#define OP_UNLINKAT 36
#define OP_MKDIRAT 37
#define OP_SYMLINKAT 38
#define OP_LINKAT 39
#define OP_SOCKET 45
#define OP_FTRUNCATE 55
#define OP_LISTEN 57

#endif
