/*
 * Makes system calls on several processors at once, and says how much CPU time they took: far steadier than the time of
 * day on a machine that does other things too.
 *
 *   calls COUNT PROCESSES
 *
 * Each process calls getppid COUNT times; more than one run on a processor each and begin together. Prints one JSON
 * object: {"calls", "cpu_ns"}, both over all processes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 64

struct shared {
    atomic_int ready;
    long cpu_ns[MOST];
};

static void die(const char *what) {
    fprintf(stderr, "calls: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

/* To the n-th of the processors that may be used. */
static void pin(int n) {
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof(all), &all))
        die("sched_getaffinity");
    CPU_ZERO(&one);
    for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &all) && seen++ == n)
            CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof(one), &one))
        die("fewer processors than processes");
}

static void work(struct shared *shared, int own, int processes, long count) {
    if (processes > 1)
        pin(own);
    atomic_fetch_add(&shared->ready, 1);
    while (atomic_load(&shared->ready) < processes)
        sched_yield();
    long begin = cpu_ns();
    for (long i = 0; i < count; i++)
        syscall(SYS_getppid);
    shared->cpu_ns[own] = cpu_ns() - begin;
}

int main(int argc, char **argv) {
    long count = argc > 2 ? atol(argv[1]) : 0;
    int processes = argc > 2 ? atoi(argv[2]) : 0;
    if (count <= 0 || processes <= 0 || processes > MOST) {
        fprintf(stderr, "usage: calls COUNT PROCESSES (at most %d)\n", MOST);
        return 2;
    }
    struct shared *shared = mmap(0, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die("mmap");
    for (int i = 0; i < processes; i++) {
        pid_t pid = fork();
        if (pid < 0)
            die("fork");
        if (pid == 0) {
            work(shared, i, processes, count);
            return 0;
        }
    }
    long total = 0;
    for (int i = 0, status; i < processes; i++)
        if (wait(&status) < 0 || status != 0)
            return 1;
    for (int i = 0; i < processes; i++)
        total += shared->cpu_ns[i];
    printf("{\"calls\":%ld,\"cpu_ns\":%ld}\n", count * processes, total);
    return 0;
}
