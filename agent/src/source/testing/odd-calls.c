/*
 * Makes system calls in ways that the C library never does, to show that they are seen all the same. Static.
 *   odd-calls open32 PATH     openat through the 32-bit gate
 *   odd-calls connect32       connect through the 32-bit gate, to 127.0.0.1:9
 *   odd-calls connect-high    connect with a bit above the 32 of a descriptor, to 127.0.0.1:9
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

static long gate32(long number, long a, long b, long c, long d) {
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

static long call64(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "memory", "rcx", "r11");
    return result;
}

int main(int argc, char **argv) {
    /* 32-bit calls can only point below 4 GiB */
    char *low = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0x7f000001)};
    if (argc < 2 || low == MAP_FAILED)
        return 2;
    if (!strcmp(argv[1], "open32") && argc > 2) {
        strncpy(low, argv[2], 4095);
        return gate32(295, -100, (long)low, 0, 0) < 0;
    }
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    memcpy(low, &to, sizeof(to));
    if (!strcmp(argv[1], "connect32"))
        gate32(362, fd, (long)low, sizeof(to), 0);
    else
        call64(42, (1L << 32) | fd, (long)low, sizeof(to));
    return 0;
}
