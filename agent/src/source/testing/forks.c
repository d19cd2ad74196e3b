/*
 * Makes a child in every way there is and prints the process ids as JSON, by way. Each child ends at once. Then runs
 * /bin/true through a descriptor. Static.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long gate32(long number, long first) {
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(first), "c"(0), "d"(0), "S"(0), "D"(0)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

static void tell(const char *way, long pid, const char *end) {
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    printf("\"%s\":%ld%s", way, pid, end);
    fflush(stdout);
}

int main(void) {
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    printf("{");
    fflush(stdout);
    tell("fork", syscall(SYS_fork), ",");
    tell("clone", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), ",");
    tell("clone3", syscall(SYS_clone3, &arguments, sizeof(arguments)), ",");
    pid_t child = vfork();
    if (child == 0)
        _exit(0);
    tell("vfork", child, ",");
    tell("fork32", gate32(2, 0), ",");
    tell("clone32", gate32(120, SIGCHLD), "}\n");
    char *const words[] = {"renamed", NULL}, *const none[] = {NULL};
    syscall(SYS_execveat, open("/bin/true", O_RDONLY), "", words, none, AT_EMPTY_PATH);
    return 1;
}
