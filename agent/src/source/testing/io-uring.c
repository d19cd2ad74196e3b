/*
 * Asks the kernel for things through io_uring, by raw system calls, one request after the other; prints the result of
 * each in a line of its own, "none" where nothing was posted. Static.
 *   io-uring [OPTION…] REQUEST… [+ REQUEST…]
 * Options: poll (the kernel takes requests by itself), worker (requests run in a worker of the kernel), skip (success
 * posts nothing), full (the completion queue has no room).
 * Requests: open DIR PATH FLAGS MODE · open2 PATH FLAGS MODE · slot PATH (open into slot 3 of the ring) ·
 * unlink PATH FLAGS · rename FROM TO FLAGS · mkdir PATH MODE · symlink CONTENT PATH · link DIR FROM TO FLAGS ·
 * truncate PATH SIZE · connect ADDRESS PORT · talk (listen, connect and accept on one port, which is printed first) ·
 * unix PATH (connect to a socket file) · socket DOMAIN TYPE PROTOCOL ·
 * crowd COUNT PATH (so many opens of a pipe for writing, none of which is waited for).
 * DIR is a path that is opened first, or "-" for the working directory. Numbers as C writes them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define OP_FTRUNCATE 55
#define OP_LISTEN 57
#define SLOT 3
#define NONE (-100000)

struct open_how {
    unsigned long long flags, mode, resolve;
};

static int ring, polled, skipped, full;
static unsigned char sqe_flags;
static unsigned *sq_tail, *sq_mask, *sq_array, *sq_flags, *cq_head, *cq_tail, *cq_mask;
static struct io_uring_sqe *sqes;
static struct io_uring_cqe *cqes;

static void die(const char *what) {
    perror(what);
    exit(3);
}

static void make_ring(void) {
    struct io_uring_params p = {.flags = polled ? IORING_SETUP_SQPOLL : 0, .sq_thread_idle = 10000};
    ring = syscall(SYS_io_uring_setup, 4, &p);
    if (ring < 0)
        die("io_uring_setup");
    char *sq = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
    sqes = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
    if (sq == MAP_FAILED || sqes == MAP_FAILED)
        die("mmap");
    sq_tail = (void *)(sq + p.sq_off.tail);
    sq_mask = (void *)(sq + p.sq_off.ring_mask);
    sq_array = (void *)(sq + p.sq_off.array);
    sq_flags = (void *)(sq + p.sq_off.flags);
    cq_head = (void *)(sq + p.cq_off.head);
    cq_tail = (void *)(sq + p.cq_off.tail);
    cq_mask = (void *)(sq + p.cq_off.ring_mask);
    cqes = (void *)(sq + p.cq_off.cqes);
}

static void submit(struct io_uring_sqe sqe, unsigned wait) {
    unsigned at = *sq_tail & *sq_mask;
    sqe.flags |= sqe_flags;
    sqes[at] = sqe;
    sq_array[at] = at;
    __atomic_store_n(sq_tail, *sq_tail + 1, __ATOMIC_RELEASE);
    unsigned flags = wait ? IORING_ENTER_GETEVENTS : 0;
    if (polled && __atomic_load_n(sq_flags, __ATOMIC_ACQUIRE) & IORING_SQ_NEED_WAKEUP)
        flags |= IORING_ENTER_SQ_WAKEUP;
    if (syscall(SYS_io_uring_enter, ring, 1, wait, flags, 0, 0) < 0)
        die("io_uring_enter");
}

static int take(void) {
    unsigned head = *cq_head;
    if (head == __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE))
        return NONE;
    int result = cqes[head & *cq_mask].res;
    __atomic_store_n(cq_head, head + 1, __ATOMIC_RELEASE);
    return result;
}

static int ask(struct io_uring_sqe sqe) {
    int wait = !skipped && !full;
    submit(sqe, wait);
    if (!wait)
        usleep(50000);
    return full ? NONE : take();
}

static struct io_uring_sqe request(int op, int fd, const void *addr, unsigned len) {
    struct io_uring_sqe sqe = {.opcode = op, .fd = fd, .addr = (unsigned long)addr, .len = len, .user_data = 42};
    return sqe;
}

static unsigned number(const char *text) {
    return strtoul(text, 0, 0);
}

static int directory(const char *path) {
    return strcmp(path, "-") ? open(path, O_PATH) : AT_FDCWD;
}

static int to_address(const char *ip, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, ip, &to.sin_addr);
    struct io_uring_sqe sqe = request(IORING_OP_CONNECT, socket(AF_INET, SOCK_STREAM, 0), &to, 0);
    sqe.off = sizeof(to);
    return ask(sqe);
}

static int to_file(const char *path) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strncpy(to.sun_path, path, sizeof(to.sun_path) - 1);
    struct io_uring_sqe sqe = request(IORING_OP_CONNECT, socket(AF_UNIX, SOCK_STREAM, 0), &to, 0);
    sqe.off = sizeof(to);
    return ask(sqe);
}

static int crowd(int count, const char *path) {
    struct io_uring_sqe sqe = request(IORING_OP_OPENAT, AT_FDCWD, path, 0);
    sqe.open_flags = O_WRONLY;
    while (count-- > 0)
        submit(sqe, 0);
    return NONE;
}

static int talk(void) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    socklen_t length = sizeof(own);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server, (void *)&own, length) || getsockname(server, (void *)&own, &length))
        die("bind");
    printf("%d\n", ntohs(own.sin_port));
    int listening = ask(request(OP_LISTEN, server, 0, 5));
    if (listening < 0)
        return listening;
    int connected = to_address("127.0.0.1", ntohs(own.sin_port));
    return connected < 0 ? connected : ask(request(IORING_OP_ACCEPT, server, 0, 0));
}

static int perform(char **a) {
    const char *what = a[0];
    struct io_uring_sqe sqe;
    if (!strcmp(what, "open")) {
        sqe = request(IORING_OP_OPENAT, directory(a[1]), a[2], number(a[4]));
        sqe.open_flags = number(a[3]);
    } else if (!strcmp(what, "open2")) {
        static struct open_how how;
        how = (struct open_how){number(a[2]), number(a[3]), 0};
        sqe = request(IORING_OP_OPENAT2, AT_FDCWD, a[1], sizeof(how));
        sqe.off = (unsigned long)&how;
    } else if (!strcmp(what, "slot")) {
        int none[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
        syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, none, 8);
        sqe = request(IORING_OP_OPENAT, AT_FDCWD, a[1], 0);
        sqe.file_index = SLOT + 1;
    } else if (!strcmp(what, "unlink")) {
        sqe = request(IORING_OP_UNLINKAT, AT_FDCWD, a[1], 0);
        sqe.unlink_flags = number(a[2]);
    } else if (!strcmp(what, "rename")) {
        sqe = request(IORING_OP_RENAMEAT, AT_FDCWD, a[1], AT_FDCWD);
        sqe.off = (unsigned long)a[2];
        sqe.rename_flags = number(a[3]);
    } else if (!strcmp(what, "mkdir")) {
        sqe = request(IORING_OP_MKDIRAT, AT_FDCWD, a[1], number(a[2]));
    } else if (!strcmp(what, "symlink")) {
        sqe = request(IORING_OP_SYMLINKAT, AT_FDCWD, a[1], 0);
        sqe.off = (unsigned long)a[2];
    } else if (!strcmp(what, "link")) {
        sqe = request(IORING_OP_LINKAT, directory(a[1]), a[2], AT_FDCWD);
        sqe.off = (unsigned long)a[3];
        sqe.hardlink_flags = number(a[4]);
    } else if (!strcmp(what, "truncate")) {
        sqe = request(OP_FTRUNCATE, open(a[1], O_WRONLY), 0, 0);
        sqe.off = number(a[2]);
    } else if (!strcmp(what, "connect")) {
        return to_address(a[1], number(a[2]));
    } else if (!strcmp(what, "unix")) {
        return to_file(a[1]);
    } else if (!strcmp(what, "socket")) {
        sqe = request(IORING_OP_SOCKET, number(a[1]), 0, number(a[3]));
        sqe.off = number(a[2]);
    } else if (!strcmp(what, "crowd")) {
        return crowd(number(a[1]), a[2]);
    } else if (!strcmp(what, "talk")) {
        return talk();
    } else {
        die(what);
    }
    return ask(sqe);
}

static int option(const char *word) {
    if (!strcmp(word, "poll"))
        return polled = 1;
    if (!strcmp(word, "full"))
        return full = 1;
    if (!strcmp(word, "worker"))
        return sqe_flags |= IOSQE_ASYNC;
    if (!strcmp(word, "skip"))
        return skipped = sqe_flags |= IOSQE_CQE_SKIP_SUCCESS;
    return 0;
}

int main(int argc, char **argv) {
    int i = 1;
    while (i < argc && option(argv[i]))
        i++;
    make_ring();
    for (int n = 0; full && n < 8; n++)
        submit(request(IORING_OP_NOP, -1, 0, 0), 0);
    while (i < argc) {
        int result = perform(&argv[i]);
        if (result == NONE)
            puts("none");
        else
            printf("%d\n", result);
        while (i < argc && strcmp(argv[i], "+"))
            i++;
        i++;
    }
    return 0;
}
