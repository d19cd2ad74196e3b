/*
 * Makes cgroups that look like those of containers, with one process each, faster than any runtime would.
 *
 *   cgroups FOLDER PREFIX COUNT once             one after the other: made, its process runs a program, removed
 *   cgroups FOLDER PREFIX COUNT hold FILES       all at once, until the end of stdin
 *
 * Names are PREFIX and the number in hex, 64 digits in all, in FOLDER. "hold" prints "ready" when all are there; the
 * processes sleep until a line on stdin gives a rate: so many times a second all of them together open FILES/0 to
 * FILES/99 in turn. 0 makes them sleep again. Prints nothing else; fails with a reason on stderr.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICKS 10
#define FILES 100

static const char *folder, *prefix;
/* opens a second of one process */
static volatile double *rate;

static void die(const char *what) {
    fprintf(stderr, "cgroups: %s: %s\n", what, strerror(errno));
    exit(1);
}

static char *joined(const char *path, const char *name) {
    char *out;
    if (asprintf(&out, "%s/%s", path, name) < 0)
        die("asprintf");
    return out;
}

/* freed by nobody: there are few */
static char *path_of(long i) {
    char name[65] = {};
    int digits = 64 - (int)strlen(prefix);
    for (int at = 63; at >= 64 - digits; at--, i >>= 4)
        name[at] = "0123456789abcdef"[i & 15];
    memcpy(name, prefix, 64 - digits);
    return joined(folder, name);
}

static void enter(const char *path) {
    char *procs = joined(path, "cgroup.procs");
    int fd = open(procs, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1)
        die(procs);
    close(fd);
}

static void remove_cgroup(const char *path) {
    /* a process that ended may count as a member for a moment */
    for (int tries = 0; rmdir(path); tries++) {
        if (errno != EBUSY || tries == 1000)
            die(path);
        usleep(1000);
    }
}

static void run_once(long i, char **program) {
    char *path = path_of(i);
    if (mkdir(path, 0755))
        die(path);
    pid_t pid = fork();
    if (pid == 0) {
        enter(path);
        execv("/proc/self/exe", program);
        die("execv");
    }
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
        die("a process of a cgroup failed");
    remove_cgroup(path);
}

static void wake(int signal) {
    (void)signal;
}

/* Opens at a steady pace while it is asked to; sleeps without waking up else. */
static void live(const char *files) {
    char *paths[FILES];
    double owed = (double)(getpid() % 100) / 100;
    long next = getpid();
    sigset_t none;
    sigemptyset(&none);
    for (int i = 0; i < FILES; i++)
        if (asprintf(&paths[i], "%s/%d", files, i) < 0)
            die("asprintf");
    for (;;) {
        if (*rate == 0) {
            sigsuspend(&none);
            continue;
        }
        for (owed += *rate / TICKS; owed >= 1; owed--) {
            close(open(paths[next++ % FILES], O_RDONLY | O_CLOEXEC));
        }
        usleep(1000000 / TICKS);
    }
}

static void hold(long count, const char *files) {
    pid_t *pids = calloc(count, sizeof(*pids));
    char line[32];
    sigset_t wakes;
    sigemptyset(&wakes);
    sigaddset(&wakes, SIGUSR1);
    /* blocked but while a process sleeps for it, so that none is missed */
    sigprocmask(SIG_BLOCK, &wakes, NULL);
    signal(SIGUSR1, wake);
    for (long i = 0; i < count; i++) {
        char *path = path_of(i);
        if (mkdir(path, 0755))
            die(path);
        pids[i] = fork();
        if (pids[i] < 0)
            die("fork");
        if (pids[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            enter(path);
            live(files);
        }
    }
    printf("ready\n");
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        *rate = atof(line) / count;
        for (long i = 0; i < count; i++)
            kill(pids[i], SIGUSR1);
    }
    for (long i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
    while (wait(NULL) > 0)
        ;
    for (long i = 0; i < count; i++)
        remove_cgroup(path_of(i));
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "nothing"))
        return 0;
    if (argc < 5 || strlen(argv[2]) > 48 || (strcmp(argv[4], "once") && (strcmp(argv[4], "hold") || argc != 6))) {
        fprintf(stderr, "usage: cgroups FOLDER PREFIX COUNT once | hold FILES\n");
        return 2;
    }
    folder = argv[1];
    prefix = argv[2];
    rate = mmap(NULL, sizeof(*rate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!strcmp(argv[4], "hold"))
        hold(atol(argv[3]), argv[5]);
    else
        for (long i = 0; i < atol(argv[3]); i++)
            run_once(i, (char *[]){argv[0], "nothing", NULL});
    return 0;
}
