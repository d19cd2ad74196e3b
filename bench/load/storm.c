/*
 * Forks as fast as the machine can, then leaves a known set of processes behind. Static, so that it runs in any
 * container, also as its first process: it reaps what is given to it.
 *
 *   storm SECONDS CHAINS DEPTH
 *
 * One worker a CPU forks children that end at once; every 16th makes an orphan first. Afterwards CHAINS lines of
 * DEPTH processes, each the child of the one before, are left asleep. Prints one JSON object, then sleeps:
 * {"forks","ns","left"}. forks: processes made in all, the workers and those left included.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long *forks;

static long now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static pid_t counted_fork(void) {
    pid_t pid = fork();
    if (pid < 0) {
        fprintf(stderr, "storm: fork: %s\n", strerror(errno));
        _exit(1);
    }
    if (pid > 0)
        __atomic_add_fetch(forks, 1, __ATOMIC_RELAXED);
    return pid;
}

static void work(long end) {
    for (long i = 0; now_ns() < end; i++) {
        pid_t pid = counted_fork();
        if (pid == 0) {
            if (i % 16 == 0 && counted_fork() == 0)
                usleep(1000);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    _exit(0);
}

static void leave_chain(long depth) {
    if (depth == 0)
        return;
    if (counted_fork() == 0) {
        leave_chain(depth - 1);
        for (;;)
            pause();
    }
}

int main(int argc, char **argv) {
    long seconds = argc > 1 ? atol(argv[1]) : 0, chains = argc > 2 ? atol(argv[2]) : 0;
    long depth = argc > 3 ? atol(argv[3]) : 0, workers = sysconf(_SC_NPROCESSORS_ONLN);
    if (argc != 4 || seconds <= 0 || chains < 0 || depth < 0) {
        fprintf(stderr, "usage: storm SECONDS CHAINS DEPTH\n");
        return 2;
    }
    forks = mmap(NULL, sizeof(*forks), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    long begin = now_ns();
    for (long i = 0; i < workers; i++)
        if (counted_fork() == 0)
            work(begin + seconds * 1000000000L);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    long ns = now_ns() - begin;
    for (long i = 0; i < chains; i++)
        leave_chain(depth);
    /* the lines grow in their own time */
    usleep(200000);
    printf("{\"forks\":%ld,\"ns\":%ld,\"left\":%ld}\n", *forks, ns, chains * depth);
    fflush(stdout);
    for (;;)
        if (waitpid(-1, NULL, 0) < 0)
            pause();
}
