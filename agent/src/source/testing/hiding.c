/*
 * Acts in ways that make them hard to see, and prints the numbers that the kernel chose. Static.
 *
 * - fastopen: a connection of TCP that is begun by sendto; prints the ports of client and server
 * - socketcall: a connection of TCP that is begun through the 32-bit gate, by the call that hides its arguments in
 *   memory; prints the port of the server and the result
 * - swapped: connects while another thread puts another file into the place of the descriptor; prints the port of the
 *   server and the result
 * - into FOLDER: makes a child in that cgroup, which runs /bin/true; prints its process id
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int good, const char *what) {
    if (good)
        return;
    perror(what);
    exit(2);
}

static struct sockaddr_in name_of(int fd) {
    struct sockaddr_in name = {0};
    socklen_t length = sizeof(name);
    must(getsockname(fd, (void *)&name, &length) == 0, "getsockname");
    return name;
}

static int listener_with(int backlog) {
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    must(bind(fd, (void *)&any, sizeof(any)) == 0, "bind");
    must(listen(fd, backlog) == 0, "listen");
    return fd;
}

static void fastopen(void) {
    int listener = listener_with(3), client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = name_of(listener);
    must(sendto(client, "hello", 5, MSG_FASTOPEN, (void *)&to, sizeof(to)) == 5, "sendto");
    printf("%d %d\n", ntohs(name_of(client).sin_port), ntohs(to.sin_port));
}

/* Addresses must fit in 32 bits. */
static long socketcall(long number, const unsigned *arguments) {
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(102), "b"(number), "c"(arguments)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

static void connect32(void) {
    int listener = listener_with(3), low = socket(AF_INET, SOCK_STREAM, 0);
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    must(page != MAP_FAILED, "mmap");
    struct sockaddr_in *to = (void *)page;
    unsigned *arguments = (void *)(page + 64);
    *to = name_of(listener);
    arguments[0] = low;
    arguments[1] = (unsigned)(unsigned long)to;
    arguments[2] = sizeof(*to);
    printf("%d %ld\n", ntohs(to->sin_port), socketcall(3, arguments));
}

static int client;
static struct sockaddr_in server;

static void *connect_it(void *unused) {
    (void)unused;
    return (void *)(long)(connect(client, (void *)&server, sizeof(server)) ? -errno : 0);
}

/* The server has no room at first, so that the call waits until the kernel asks again, a second later. */
static void swapped(void) {
    int listener = listener_with(0), other = open("/dev/null", O_RDONLY);
    pthread_t thread;
    void *result;
    server = name_of(listener);
    int first = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(first, (void *)&server, sizeof(server)) == 0, "first");
    client = socket(AF_INET, SOCK_STREAM, 0);
    must(pthread_create(&thread, NULL, connect_it, NULL) == 0, "thread");
    usleep(200000);
    must(dup(client) >= 0 && dup2(other, client) == client, "swap");
    must(accept(listener, NULL, NULL) >= 0, "accept");
    must(pthread_join(thread, &result) == 0, "join");
    printf("%d %ld\n", ntohs(server.sin_port), (long)result);
}

static void into(const char *folder) {
    struct clone_args arguments = {.exit_signal = SIGCHLD, .flags = CLONE_INTO_CGROUP};
    int cgroup = open(folder, O_PATH | O_DIRECTORY);
    must(cgroup >= 0, "cgroup");
    arguments.cgroup = cgroup;
    long child = syscall(SYS_clone3, &arguments, sizeof(arguments));
    if (child == 0) {
        execl("/bin/true", "true", NULL);
        _exit(3);
    }
    must(child > 0, "clone3");
    waitpid(child, NULL, 0);
    printf("%ld\n", child);
}

int main(int argc, char **argv) {
    const char *act = argc > 1 ? argv[1] : "";
    if (!strcmp(act, "fastopen"))
        fastopen();
    else if (!strcmp(act, "socketcall"))
        connect32();
    else if (!strcmp(act, "swapped"))
        swapped();
    else if (!strcmp(act, "into") && argc > 2)
        into(argv[2]);
    else
        return 2;
    return 0;
}
