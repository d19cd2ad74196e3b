/*
 * Makes system calls by number, one after the other, and prints their results (negative errors) as a JSON list. Static.
 *   notable-calls NUMBER ARGUMENT... , NUMBER ARGUMENT... , ...
 * A number with a trailing "c" goes through the 32-bit gate. Arguments:
 *   123, 0x7b, -1       as it is
 *   s:TEXT              address of the text
 *   f:PATH              descriptor of the file, opened to read
 *   r:N                 result of the Nth call, from 0
 *   child               number of a child that waits, made once
 *   to:IP:PORT          descriptor of a TCP socket connected there
 *   a:IP:PORT           address of a sockaddr_in
 *   w:N,N,...           address of these 32-bit words
 *   v:TEXT              address of an iovec over the text
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <signal.h>

#define CALLS 32

static long results[CALLS];
static int made;
static pid_t child;
/* 32-bit calls can only point below 4 GiB */
static char *room;

static void *keep(const void *from, size_t length) {
    void *at = room;
    memcpy(at, from, length);
    room += (length + 15) & ~15UL;
    return at;
}

static long gate32(long number, const long *a) {
    long result;
    register long fifth __asm__("rdi") = a[4];
    __asm__ volatile("push %%rbp\n\tmov %[sixth], %%rbp\n\tint $0x80\n\tpop %%rbp"
                     : "=a"(result)
                     : "a"(number), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "r"(fifth), [sixth] "r"(a[5])
                     : "memory", "r8", "r9", "r10", "r11");
    return (int)result;
}

static pid_t waiting_child(void) {
    if (child)
        return child;
    /* the child ends with its parent, also where that has given up the right to kill it */
    int held[2];
    char byte;
    if (pipe(held))
        exit(4);
    child = fork();
    if (child)
        return child;
    close(held[1]);
    _exit(read(held[0], &byte, 1));
}

static struct sockaddr_in address_of(const char *text) {
    struct sockaddr_in out = {.sin_family = AF_INET};
    char ip[64] = "";
    const char *colon = strrchr(text, ':');
    snprintf(ip, sizeof(ip), "%.*s", (int)(colon - text), text);
    inet_pton(AF_INET, ip, &out.sin_addr);
    out.sin_port = htons(atoi(colon + 1));
    return out;
}

static long words_of(const char *text) {
    unsigned words[16];
    size_t count = 0;
    for (const char *at = text; at && count < 16; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        words[count++] = strtoul(at, NULL, 0);
    return (long)keep(words, count * sizeof(*words));
}

static long argument_of(const char *text) {
    struct sockaddr_in address;
    if (!strncmp(text, "s:", 2))
        return (long)keep(text + 2, strlen(text + 2) + 1);
    if (!strncmp(text, "f:", 2))
        return open(text + 2, O_RDONLY);
    if (!strncmp(text, "r:", 2))
        return results[atoi(text + 2)];
    if (!strcmp(text, "child"))
        return waiting_child();
    if (!strncmp(text, "to:", 3)) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        address = address_of(text + 3);
        if (connect(fd, (void *)&address, sizeof(address)))
            exit(3);
        return fd;
    }
    if (!strncmp(text, "a:", 2)) {
        address = address_of(text + 2);
        return (long)keep(&address, sizeof(address));
    }
    if (!strncmp(text, "w:", 2))
        return words_of(text + 2);
    if (!strncmp(text, "v:", 2)) {
        struct iovec vector = {.iov_base = keep(text + 2, strlen(text + 2)), .iov_len = strlen(text + 2)};
        return (long)keep(&vector, sizeof(vector));
    }
    return strtol(text, NULL, 0);
}

static long call(char **words, int count) {
    char *end;
    long number = strtol(words[0], &end, 0), a[6] = {0};
    for (int i = 1; i < count && i <= 6; i++)
        a[i - 1] = argument_of(words[i]);
    if (*end == 'c')
        return gate32(number, a);
    long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    return result == -1 ? -errno : result;
}

int main(int argc, char **argv) {
    int report = dup(1);
    room = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (room == MAP_FAILED)
        return 2;
    for (int at = 1; at < argc && made < CALLS;) {
        int end = at;
        while (end < argc && strcmp(argv[end], ","))
            end++;
        long result = call(argv + at, end - at);
        results[made++] = result;
        at = end + 1;
    }
    dprintf(report, "{\"pid\":%d,\"child\":%d,\"results\":[", getpid(), child);
    for (int i = 0; i < made; i++)
        dprintf(report, "%s%ld", i ? "," : "", results[i]);
    dprintf(report, "]}\n");
    if (child)
        kill(child, SIGKILL);
    return 0;
}
