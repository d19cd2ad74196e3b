/*
 * Runs a program without a file: copies FILE into a memfd and executes that. memory-run FILE NAME [ARGUMENT...]:
 * NAME becomes argument zero.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
    struct stat status;
    int file = argc > 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    int memory = memfd_create("payload", MFD_CLOEXEC);
    if (file < 0 || memory < 0 || fstat(file, &status)) {
        perror("memory-run");
        return 1;
    }
    for (off_t left = status.st_size; left > 0;) {
        ssize_t copied = sendfile(memory, file, NULL, left);
        if (copied <= 0) {
            perror("memory-run");
            return 1;
        }
        left -= copied;
    }
    fexecve(memory, argv + 2, environ);
    perror("memory-run");
    return 1;
}
