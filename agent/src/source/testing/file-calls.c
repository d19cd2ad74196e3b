/*
 * Makes system calls by number, one after the other, and prints what each returned (a negative errno when it failed).
 * Static.
 *   file-calls NUMBER[,32] ARGUMENT… [+ NUMBER ARGUMENT…]
 *   file-calls handle PATH     opens PATH by its handle
 * With ",32" the call goes through the 32-bit gate. Arguments: s:TEXT a string · d:PATH a descriptor of PATH for calls
 * relative to it · w:PATH one to write to · r:COUNT a string of so many "x" · h:FLAGS:MODE what openat2 takes · null ·
 * a number as C writes it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* 32-bit calls can only point below 4 GiB */
static char *low;

static long gate32(long n, const long *a) {
    long result;
    register long sixth __asm__("rbp") = 0;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(n), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4]), "r"(sixth)
                     : "memory", "r8", "r9", "r10", "r11");
    return (int)result;
}

static long gate64(long n, const long *a) {
    long result = syscall(n, a[0], a[1], a[2], a[3], a[4]);
    return result < 0 ? -errno : result;
}

static char *put(const char *text, size_t length) {
    char *at = low;
    memcpy(at, text, length);
    at[length] = 0;
    low += (length + 16) & ~7UL;
    return at;
}

static long repeated(size_t count) {
    char *at = put("", 0);
    memset(at, 'x', count);
    at[count] = 0;
    low += (count + 16) & ~7UL;
    return (long)at;
}

static long value(const char *word) {
    unsigned long long how[3] = {0};
    char *rest;
    if (!strcmp(word, "null"))
        return 0;
    if (!strncmp(word, "s:", 2))
        return (long)put(word + 2, strlen(word + 2));
    if (!strncmp(word, "d:", 2))
        return open(word + 2, O_PATH);
    if (!strncmp(word, "w:", 2))
        return open(word + 2, O_RDWR);
    if (!strncmp(word, "r:", 2))
        return repeated(strtoul(word + 2, 0, 0));
    if (!strncmp(word, "h:", 2)) {
        how[0] = strtoul(word + 2, &rest, 0);
        how[1] = strtoul(rest + 1, 0, 0);
        return (long)put((char *)how, sizeof(how));
    }
    return strtol(word, 0, 0);
}

static long by_handle(const char *path) {
    char room[256];
    struct file_handle *handle = (void *)room;
    int mount;
    handle->handle_bytes = 128;
    if (name_to_handle_at(AT_FDCWD, path, handle, &mount, 0))
        return -errno;
    long fd = open_by_handle_at(AT_FDCWD, handle, O_RDONLY);
    return fd < 0 ? -errno : fd;
}

int main(int argc, char **argv) {
    low = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (argc < 3 || low == MAP_FAILED)
        return 2;
    if (!strcmp(argv[1], "handle"))
        return printf("%ld\n", by_handle(argv[2])) < 0;
    for (int i = 1; i < argc; i++) {
        long a[6] = {0};
        char *gate;
        long n = strtol(argv[i], &gate, 0);
        for (int k = 0; ++i < argc && strcmp(argv[i], "+"); k++)
            a[k % 6] = value(argv[i]);
        printf("%ld\n", *gate ? gate32(n, a) : gate64(n, a));
    }
    return 0;
}
