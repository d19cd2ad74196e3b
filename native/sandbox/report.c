#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_NOT_STARTED 70

static int report_fd = -1;
static bool missing = false;

void report_to(int fd) {
    report_fd = fd;
}

static void tell(const char *kind, const char *name, const char *reason) {
    /* One write a line: the reader sees whole lines, and nothing is left in a buffer at exec. */
    char line[256];
    const int length = snprintf(line, sizeof(line), "%s %s%s%s\n", kind, name, reason[0] ? " " : "", reason);
    const int fd = report_fd >= 0 ? report_fd : STDERR_FILENO;
    if (write(fd, line, (size_t)length) != length)
        _exit(EXIT_NOT_STARTED);
}

void have(const char *name) {
    tell("have", name, "");
}

void miss(const char *name, int error) {
    missing = true;
    tell("miss", name, strerror(error));
}

bool anything_missing(void) {
    return missing;
}

void give_up(const char *what, int error) {
    tell("fail", what, strerror(error));
    _exit(EXIT_NOT_STARTED);
}
