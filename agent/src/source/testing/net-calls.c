/*
 * Makes network calls whose effects are known, and prints the numbers that the kernel chose. Static.
 *
 * - unix stream|dgram PATH: connects; a name that begins with @ is an abstract one; prints "fd inode result"
 * - unix32 PATH: the same through the 32-bit gate
 * - socket DOMAIN TYPE PROTO: prints the result
 * - socket32 DOMAIN TYPE PROTO: the same through the 32-bit gate
 * - flood COUNT SIZE: datagrams from a connected socket to another one of 127.0.0.1, all received; prints both ports
 * - spread PEERS: one datagram each to PEERS ports from 20000 on of 127.0.0.1; prints the port it sends from
 * - messages: sendmsg, sendmmsg, recvmsg, recvmmsg and a peek; prints the ports
 * - family6: to ::1, and to 127.0.0.1 from a socket of IPv6; prints the ports
 * - sendto32: five bytes through the 32-bit gate to 127.0.0.1:9
 * - tcp LISTEN CONNECT SENT BACK: a connection that is ended in order; prints the ports of client and server
 * - refused ADDRESS: connects to a port where nobody listens; prints the port and the result
 * - pending ADDRESS: connects without waiting, the last time to a server that does not answer any more; prints the port
 *   of the server, and port and result of the last
 * - dns udp|tcp QUERY ANSWER: asks 127.0.0.77:53 with the bytes of the file QUERY and is answered with those of ANSWER;
 *   prints the port it asks from
 */
// Size: one act for each call that is watched, each a few lines.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void must(int good, const char *what) {
    if (good)
        return;
    perror(what);
    exit(2);
}

static long gate32(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    __asm__ volatile("push %%rbp; mov %7, %%rbp; int $0x80; pop %%rbp"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), "r"(f)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

/* 32-bit calls can only point below 4 GiB */
static void *low_memory(void) {
    void *low = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    must(low != MAP_FAILED, "mmap");
    return low;
}

static struct sockaddr_in v4(const char *ip, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    must(inet_pton(AF_INET, ip, &address.sin_addr) == 1, ip);
    return address;
}

static struct sockaddr_in6 v6(const char *ip, int port) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    must(inet_pton(AF_INET6, ip, &address.sin6_addr) == 1, ip);
    return address;
}

/* A bound datagram socket; says its port. */
static int receiver(const void *address, socklen_t length, int *port) {
    struct sockaddr_in6 own;
    socklen_t own_length = sizeof(own);
    int fd = socket(((const struct sockaddr *)address)->sa_family, SOCK_DGRAM, 0);
    must(bind(fd, address, length) == 0, "bind");
    must(getsockname(fd, (void *)&own, &own_length) == 0, "getsockname");
    *port = ntohs(own.sin6_port);
    return fd;
}

static int receiver4(int *port) {
    struct sockaddr_in any = v4("127.0.0.1", 0);
    return receiver(&any, sizeof(any), port);
}

static void connect_unix(const char *kind, const char *path, int compat) {
    struct stat stat;
    struct sockaddr_un *to = low_memory();
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen(path);
    int fd = socket(AF_UNIX, strcmp(kind, "dgram") ? SOCK_STREAM : SOCK_DGRAM, 0);
    to->sun_family = AF_UNIX;
    memcpy(to->sun_path, path, strlen(path));
    if (*path == '@')
        to->sun_path[0] = 0;
    else
        length++;
    long result = compat ? gate32(362, fd, (long)to, length, 0, 0, 0) : connect(fd, (void *)to, length) ? -errno : 0;
    must(fstat(fd, &stat) == 0, "fstat");
    printf("%d %lu %ld\n", fd, (unsigned long)stat.st_ino, result);
}

static void flood(int count, int size) {
    static char data[65536];
    int port, own;
    int to = receiver4(&port), from = receiver4(&own);
    struct sockaddr_in peer = v4("127.0.0.1", port);
    must(connect(from, (void *)&peer, sizeof(peer)) == 0, "connect");
    for (int i = 0; i < count; i++) {
        must(send(from, data, size, 0) == size, "send");
        must(recv(to, data, sizeof(data), 0) == size, "recv");
    }
    printf("%d %d\n", own, port);
}

static void spread(int peers) {
    int port, fd = receiver4(&port);
    for (int i = 0; i < peers; i++) {
        struct sockaddr_in peer = v4("127.0.0.1", 20000 + i);
        must(sendto(fd, "x", 1, 0, (void *)&peer, sizeof(peer)) == 1, "sendto");
    }
    printf("%d\n", port);
}

static void messages(void) {
    char data[8][16];
    int ports[3], to[2], from = receiver4(&ports[0]);
    struct sockaddr_in peers[2], who;
    for (int i = 0; i < 2; i++) {
        to[i] = receiver4(&ports[i + 1]);
        peers[i] = v4("127.0.0.1", ports[i + 1]);
    }
    struct iovec pieces[4];
    struct mmsghdr several[4] = {0};
    for (int i = 0; i < 4; i++) {
        pieces[i] = (struct iovec){data[i], i + 1};
        several[i].msg_hdr = (struct msghdr){
            .msg_name = &peers[i & 1], .msg_namelen = sizeof(peers[0]), .msg_iov = &pieces[i], .msg_iovlen = 1};
    }
    must(sendmsg(from, &several[3].msg_hdr, 0) == 4, "sendmsg");
    must(sendmmsg(from, several, 3, 0) == 3, "sendmmsg");
    socklen_t length = sizeof(who);
    must(recvfrom(to[0], data[0], 16, MSG_PEEK, (void *)&who, &length) == 1, "peek");
    struct mmsghdr got[4] = {0};
    struct sockaddr_in names[4];
    for (int i = 0; i < 4; i++) {
        pieces[i] = (struct iovec){data[i], 16};
        got[i].msg_hdr = (struct msghdr){
            .msg_name = &names[i], .msg_namelen = sizeof(names[0]), .msg_iov = &pieces[i], .msg_iovlen = 1};
    }
    must(recvmmsg(to[0], got, 4, MSG_DONTWAIT, NULL) == 2, "recvmmsg");
    must(recvmsg(to[1], &got[0].msg_hdr, 0) == 4, "recvmsg");
    must(recvfrom(to[1], data[0], 16, 0, (void *)&who, &length) == 2, "recvfrom");
    must(recv(to[1], data[0], 16, MSG_DONTWAIT) < 0, "nothing is left");
    printf("%d %d %d\n", ports[0], ports[1], ports[2]);
}

static void family6(void) {
    int here, own, mapped;
    struct sockaddr_in6 any = v6("::", 0), peer = v6("::1", 0);
    int to = receiver(&any, sizeof(any), &here), from = receiver(&any, sizeof(any), &own);
    receiver4(&mapped);
    peer.sin6_port = htons(here);
    must(sendto(from, "six", 3, 0, (void *)&peer, sizeof(peer)) == 3, "sendto");
    must(recv(to, &any, sizeof(any), 0) == 3, "recv");
    peer = v6("::ffff:127.0.0.1", mapped);
    must(sendto(from, "four", 4, 0, (void *)&peer, sizeof(peer)) == 4, "sendto");
    printf("%d %d %d\n", here, own, mapped);
}

static void sendto32(void) {
    struct sockaddr_in *to = low_memory();
    *to = v4("127.0.0.1", 9);
    must(gate32(369, socket(AF_INET, SOCK_DGRAM, 0), (long)to, 5, 0, (long)to, sizeof(*to)) == 5, "sendto");
}

static int read_whole(const char *path, char *out, int size) {
    int fd = open(path, O_RDONLY);
    int length = read(fd, out, size);
    must(length > 0, path);
    close(fd);
    return length;
}

static void dns(int type, const char *query, const char *answer) {
    static char asked[65536], said[65536], got[65536];
    int prefix = type == SOCK_STREAM ? 2 : 0;
    int asks = read_whole(query, asked + prefix, 60000), says = read_whole(answer, said + prefix, 60000);
    struct sockaddr_in server = v4("127.0.0.77", 53), own;
    socklen_t length = sizeof(own);
    int listener = socket(AF_INET, type, 0), client = socket(AF_INET, type, 0), on = 1;
    *(unsigned short *)said = prefix ? htons(says) : *(unsigned short *)said;
    *(unsigned short *)asked = prefix ? htons(asks) : *(unsigned short *)asked;
    must(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0, "setsockopt");
    must(bind(listener, (void *)&server, sizeof(server)) == 0, "bind");
    must(!prefix || listen(listener, 1) == 0, "listen");
    must(connect(client, (void *)&server, sizeof(server)) == 0, "connect");
    must(getsockname(client, (void *)&own, &length) == 0, "getsockname");
    int peer = prefix ? accept(listener, NULL, NULL) : listener;
    must(write(client, asked, asks + prefix) == asks + prefix, "ask");
    must(read(peer, got, sizeof(got)) == asks + prefix, "be asked");
    must(sendto(peer, said, says + prefix, 0, prefix ? NULL : (void *)&own, prefix ? 0 : sizeof(own)) == says + prefix,
         "answer");
    must(read(client, got, sizeof(got)) == says + prefix, "be answered");
    printf("%d\n", ntohs(own.sin_port));
}

static socklen_t any_address(void *out, const char *ip, int port) {
    if (strchr(ip, ':')) {
        *(struct sockaddr_in6 *)out = v6(ip, port);
        return sizeof(struct sockaddr_in6);
    }
    *(struct sockaddr_in *)out = v4(ip, port);
    return sizeof(struct sockaddr_in);
}

static int port_of(int fd) {
    struct sockaddr_in6 own;
    socklen_t length = sizeof(own);
    must(getsockname(fd, (void *)&own, &length) == 0, "getsockname");
    return ntohs(own.sin6_port);
}

static void move_bytes(int from, int to, int count) {
    static char data[4096];
    while (count > 0) {
        int piece = count < (int)sizeof(data) ? count : (int)sizeof(data);
        must(write(from, data, piece) == piece, "write");
        for (int got = 0; got < piece;)
            got += read(to, data, piece - got);
        count -= piece;
    }
}

static void tcp(const char *listens, const char *connects, int sent, int back) {
    struct sockaddr_in6 at, to;
    socklen_t length = any_address(&at, listens, 0);
    int family = at.sin6_family;
    int listener = socket(family, SOCK_STREAM, 0), client = socket(family, SOCK_STREAM, 0);
    char end;
    must(bind(listener, (void *)&at, length) == 0, "bind");
    must(listen(listener, 3) == 0, "listen");
    length = any_address(&to, connects, port_of(listener));
    must(connect(client, (void *)&to, length) == 0, "connect");
    int server = accept(listener, NULL, NULL);
    move_bytes(client, server, sent);
    move_bytes(server, client, back);
    printf("%d %d\n", port_of(client), port_of(listener));
    close(client);
    must(read(server, &end, 1) == 0, "end");
    close(server);
}

static void refused(const char *ip) {
    struct sockaddr_in6 to;
    socklen_t length = any_address(&to, ip, 0);
    int holder = socket(to.sin6_family, SOCK_STREAM, 0), client = socket(to.sin6_family, SOCK_STREAM, 0);
    must(bind(holder, (void *)&to, length) == 0, "bind");
    int port = port_of(holder);
    length = any_address(&to, ip, port);
    printf("%d %d\n", port, connect(client, (void *)&to, length) ? -errno : 0);
}

/* A server that accepts nobody takes few connections; those behind them get no answer. */
static void pending(const char *ip) {
    struct sockaddr_in6 to;
    socklen_t length = any_address(&to, ip, 0);
    int listener = socket(to.sin6_family, SOCK_STREAM, 0), client = -1, result = 0;
    must(bind(listener, (void *)&to, length) == 0, "bind");
    must(listen(listener, 0) == 0, "listen");
    int port = port_of(listener);
    length = any_address(&to, ip, port);
    for (int i = 0; i < 4; i++) {
        client = socket(to.sin6_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
        result = connect(client, (void *)&to, length) ? -errno : 0;
    }
    printf("%d %d %d\n", port, port_of(client), result);
}

int main(int argc, char **argv) {
    const char *act = argc > 1 ? argv[1] : "";
    if (!strcmp(act, "unix") && argc > 3)
        connect_unix(argv[2], argv[3], 0);
    else if (!strcmp(act, "unix32") && argc > 2)
        connect_unix("stream", argv[2], 1);
    else if (!strcmp(act, "socket") && argc > 4)
        printf("%d\n", socket(atoi(argv[2]), atoi(argv[3]), atoi(argv[4])));
    else if (!strcmp(act, "socket32") && argc > 4)
        printf("%ld\n", gate32(359, atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), 0, 0, 0));
    else if (!strcmp(act, "flood") && argc > 3)
        flood(atoi(argv[2]), atoi(argv[3]));
    else if (!strcmp(act, "spread") && argc > 2)
        spread(atoi(argv[2]));
    else if (!strcmp(act, "messages"))
        messages();
    else if (!strcmp(act, "family6"))
        family6();
    else if (!strcmp(act, "sendto32"))
        sendto32();
    else if (!strcmp(act, "tcp") && argc > 5)
        tcp(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]));
    else if (!strcmp(act, "refused") && argc > 2)
        refused(argv[2]);
    else if (!strcmp(act, "pending") && argc > 2)
        pending(argv[2]);
    else if (!strcmp(act, "dns") && argc > 4)
        dns(strcmp(argv[2], "tcp") ? SOCK_DGRAM : SOCK_STREAM, argv[3], argv[4]);
    else
        return 2;
    return 0;
}
