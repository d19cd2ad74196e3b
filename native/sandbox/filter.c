#define _GNU_SOURCE
#include "filter.h"

#include "allowed_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the filter knows x86-64 and arm64"
#endif

#ifndef __NR_clone3
#define __NR_clone3 435
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

#define MOST_STEPS 600
#define X32_BIT 0x40000000

static struct sock_filter steps[MOST_STEPS];
static unsigned short count;

static void step(uint16_t code, uint32_t k, uint8_t yes, uint8_t no) {
    if (count < MOST_STEPS)
        steps[count++] = (struct sock_filter)BPF_JUMP(code, k, yes, no);
}

static void answer(uint32_t action) {
    step(BPF_RET | BPF_K, action, 0, 0);
}
static void deny(int error) {
    answer(SECCOMP_RET_ERRNO | (uint32_t)error);
}
static void load(size_t offset) {
    step(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}
/* Both architectures are little-endian: the lower half comes first. */
static size_t low(int argument) {
    return offsetof(struct seccomp_data, args) + 8 * (size_t)argument;
}
/* Goes on with the next `length` steps only for this value. */
static void only_if(uint32_t value, uint8_t length) {
    step(BPF_JMP | BPF_JEQ | BPF_K, value, 0, length);
}

static void allow_call(int number) {
    only_if((uint32_t)number, 1);
    answer(SECCOMP_RET_ALLOW);
}

/* Allowed when all of `bits` are clear in an argument. */
static void allow_without(int number, int argument, uint32_t bits) {
    only_if((uint32_t)number, 4);
    load(low(argument));
    step(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0);
    answer(SECCOMP_RET_ALLOW);
    deny(EPERM);
}

/* Allowed when an argument has one of the values; the kernel takes these arguments as 32 bits. */
static void allow_values(int number, int argument, const uint32_t *values, uint8_t length) {
    only_if((uint32_t)number, (uint8_t)(3 + length));
    load(low(argument));
    for (uint8_t i = 0; i < length; i++)
        step(BPF_JMP | BPF_JEQ | BPF_K, values[i], (uint8_t)(length - i), 0);
    deny(EPERM);
    answer(SECCOMP_RET_ALLOW);
}

/* Threads only: a new process, or one in new namespaces, has no CLONE_THREAD. */
static void allow_threads(void) {
    only_if(__NR_clone, 4);
    load(low(0));
    step(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
    deny(EPERM);
    answer(SECCOMP_RET_ALLOW);
    /* Its flags lie in memory where no filter sees them; with ENOSYS the C library takes clone. */
    only_if(__NR_clone3, 1);
    deny(ENOSYS);
}

/*
 * The one exec to come. The text of the path lies at an address chosen by chance, which the new program has no way to
 * learn; a wrong guess ends it.
 */
static void allow_exec(const char *program) {
    const uint64_t address = (uint64_t)(uintptr_t)program;
    only_if(__NR_execve, 6);
    load(low(0));
    step(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)address, 0, 3);
    load(low(0) + 4);
    step(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(address >> 32), 0, 1);
    answer(SECCOMP_RET_ALLOW);
    answer(SECCOMP_RET_KILL_PROCESS);
    only_if(__NR_execveat, 1);
    answer(SECCOMP_RET_KILL_PROCESS);
}

static void check_architecture(void) {
    load(offsetof(struct seccomp_data, arch));
    step(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    answer(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    step(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
    answer(SECCOMP_RET_KILL_PROCESS);
#endif
}

static void build(const char *program) {
    const uint32_t self[] = {(uint32_t)getpid()};
    const uint32_t limits_of[] = {0, (uint32_t)getpid()};
    const uint32_t settings[] = {PR_SET_NAME, PR_GET_NAME, PR_SET_VMA, PR_GET_DUMPABLE, PR_CAPBSET_READ};
    /* Not F_SETOWN with F_SETSIG: by these an event on a descriptor sends any signal to any process of the same user.
     */
    const uint32_t commands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL};
    const uint32_t requests[] = {TCGETS, FIONBIO, FIOCLEX, FIONREAD, TIOCGWINSZ};
    const uint32_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
    check_architecture();
    for (size_t i = 0; i < sizeof(ALLOWED_CALLS) / sizeof(ALLOWED_CALLS[0]); i++)
        allow_call(ALLOWED_CALLS[i]);
    allow_without(__NR_openat, 2, writing);
#ifdef __NR_open
    allow_without(__NR_open, 1, writing);
#endif
    allow_threads();
    /* abort() and node's own signals go to the process itself. */
    allow_values(__NR_tgkill, 0, self, 1);
    allow_values(__NR_prlimit64, 0, limits_of, 2);
    allow_values(__NR_prctl, 0, settings, sizeof(settings) / sizeof(settings[0]));
    allow_values(__NR_fcntl, 1, commands, sizeof(commands) / sizeof(commands[0]));
    allow_values(__NR_ioctl, 1, requests, sizeof(requests) / sizeof(requests[0]));
    allow_exec(program);
    deny(EPERM);
}

int install_filter(const char *program) {
    count = 0;
    build(program);
    if (count >= MOST_STEPS)
        return E2BIG;
    const struct sock_fprog filter = {.len = count, .filter = steps};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0 ? errno : 0;
}
