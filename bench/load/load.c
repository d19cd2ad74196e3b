/*
 * Makes a known number of events as fast as asked, and says how many. Static, so that it runs in any container.
 *
 *   load KIND COUNT [RATE] [FOLDER] [FILES]
 *
 * KIND: getppid | open (open and close) | mix (of a hundred: 55 opens, 10 opens of what is not there, 35 UDP connects)
 * | fork (fork and exec of itself) | tcp (loopback connections) | acts (reads of COUNT new files FOLDER/N/id_rsa,
 * evenly spaced: each a finding of its own) | names (makes and removes FOLDER/0, FOLDER/1 ...: no two events are
 * equal). COUNT: how many; RATE: at most so many a second, 0 for no limit. Opens go through FILES files of FOLDER in
 * turn, which it makes. Prints one JSON object:
 * {"kind","opens","failures","connects","forks","calls","ns","cpu_ns"}; cpu_ns: CPU time, that of children with it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long opens, failures, connects, forks, calls;
static char **paths;
static long path_count = 100;

static long now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static long cpu_ns(void) {
    struct timespec own;
    struct rusage children;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    long micros = (children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1000000L + children.ru_utime.tv_usec +
                  children.ru_stime.tv_usec;
    return own.tv_sec * 1000000000L + own.tv_nsec + micros * 1000;
}

static void die(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void make_files(const char *folder) {
    if (mkdir(folder, 0755) && errno != EEXIST)
        die(folder);
    paths = calloc(path_count, sizeof(*paths));
    for (long i = 0; i < path_count; i++) {
        if (asprintf(&paths[i], "%s/libexample-%04ld.so.6", folder, i) < 0)
            die("asprintf");
        int fd = open(paths[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
        if (fd < 0)
            die(paths[i]);
        close(fd);
        opens++;
    }
}

static void act(const char *folder, long i) {
    char *own, *path;
    if (asprintf(&own, "%s/%d.%ld", folder, getpid(), i) < 0 || asprintf(&path, "%s/id_rsa", own) < 0)
        die("asprintf");
    if (mkdir(own, 0700))
        die(own);
    int made = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (made < 0 || fd < 0)
        die(path);
    close(made);
    close(fd);
    unlink(path);
    rmdir(own);
    free(path);
    free(own);
    opens += 2;
}

static void name_one(const char *folder, long i) {
    char path[256];
    snprintf(path, sizeof(path), "%s/%ld", folder, i);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        die(path);
    close(fd);
    unlink(path);
    opens++;
}

static void open_one(long i) {
    int fd = open(paths[i % path_count], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die("open");
    close(fd);
    opens++;
}

static void open_nothing(long i) {
    static const char *missing[] = {"/usr/share/locale/en_US/LC_MESSAGES/example.mo", "/usr/local/lib/libexample.so.6",
                                    "/etc/example.d/override.conf"};
    if (open(missing[i % 3], O_RDONLY | O_CLOEXEC) >= 0 || errno != ENOENT)
        die("open of a missing file");
    failures++;
}

static void connect_udp(int fd, long i) {
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(2000 + i % 1000), .sin_addr.s_addr = htonl(0x7f000001)};
    if (connect(fd, (void *)&to, sizeof(to)))
        die("connect");
    connects++;
}

static void fork_exec(void) {
    pid_t pid = vfork();
    if (pid == 0) {
        execl("/proc/self/exe", "load", "nothing", (char *)0);
        _exit(127);
    }
    if (pid < 0)
        die("vfork");
    int status;
    waitpid(pid, &status, 0);
    forks++;
}

static void tcp_once(int listener, const struct sockaddr_in *address) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (void *)address, sizeof(*address)))
        die("tcp connect");
    int peer = accept4(listener, 0, 0, SOCK_CLOEXEC);
    if (peer < 0)
        die("accept");
    struct linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
    close(peer);
    connects++;
}

static int listen_on(struct sockaddr_in *address) {
    socklen_t size = sizeof(*address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    if (fd < 0 || bind(fd, (void *)address, size) || listen(fd, 128) || getsockname(fd, (void *)address, &size))
        die("listen");
    return fd;
}

/* Sleeps when it is ahead of the rate; looked at every 64 turns of a fast one. */
static void pace(long done, long rate, long begin) {
    if (rate == 0 || (rate > 6400 && done % 64))
        return;
    long ahead = done * 1000000000L / rate - (now_ns() - begin);
    if (ahead > 100000)
        nanosleep(&(struct timespec){ahead / 1000000000L, ahead % 1000000000L}, 0);
}

int main(int argc, char **argv) {
    const char *kind = argc > 1 ? argv[1] : "";
    if (!strcmp(kind, "nothing"))
        return 0;
    long count = argc > 2 ? atol(argv[2]) : 0, rate = argc > 3 ? atol(argv[3]) : 0;
    struct sockaddr_in address;
    int is_acts = !strcmp(kind, "acts"), is_open = !strcmp(kind, "open"), is_mix = !strcmp(kind, "mix"),
        is_fork = !strcmp(kind, "fork"), is_tcp = !strcmp(kind, "tcp"), is_names = !strcmp(kind, "names");
    if (count <= 0 || !(is_open || is_mix || is_fork || is_tcp || is_acts || is_names || !strcmp(kind, "getppid"))) {
        fprintf(stderr, "usage: load getppid|open|mix|fork|tcp|acts|names COUNT [RATE] [FOLDER] [FILES]\n");
        return 2;
    }
    if (argc > 5 && atol(argv[5]) > 0)
        path_count = atol(argv[5]);
    if ((is_acts || is_names) && (argc < 5 || (mkdir(argv[4], 0700) && errno != EEXIST)))
        die("acts and names need a FOLDER");
    if (is_open || is_mix)
        make_files(argc > 4 ? argv[4] : "/tmp/load");
    int udp = is_mix ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    int listener = is_tcp ? listen_on(&address) : -1;
    long begin = now_ns(), cpu_begin = cpu_ns();
    for (long i = 0; i < count; i++) {
        if (is_mix && i % 20 >= 13)
            connect_udp(udp, i);
        else if (is_mix && i % 20 >= 11)
            open_nothing(i);
        else if (is_open || is_mix)
            open_one(i);
        else if (is_acts)
            act(argv[4], i);
        else if (is_names)
            name_one(argv[4], i);
        else if (is_fork)
            fork_exec();
        else if (is_tcp)
            tcp_once(listener, &address);
        else
            syscall(SYS_getppid), calls++;
        pace(i + 1, rate, begin);
    }
    long ns = now_ns() - begin, cpu = cpu_ns() - cpu_begin;
    printf("{\"kind\":\"%s\",\"opens\":%ld,\"failures\":%ld,\"connects\":%ld,\"forks\":%ld,", kind, opens, failures,
           connects, forks);
    printf("\"calls\":%ld,\"ns\":%ld,\"cpu_ns\":%ld}\n", calls, ns, cpu);
    return 0;
}
