#define _GNU_SOURCE
#include "limits.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

static void limit(int which, rlim_t most, const char *name) {
    struct rlimit now;
    if (getrlimit(which, &now) != 0)
        give_up(name, errno);
    if (most > now.rlim_max)
        most = now.rlim_max;
    const struct rlimit wanted = {.rlim_cur = most, .rlim_max = most};
    if (setrlimit(which, &wanted) != 0)
        give_up(name, errno);
}

void set_limits(const struct options *options) {
    limit(RLIMIT_CORE, 0, "core");
    limit(RLIMIT_FSIZE, 0, "file_size");
    limit(RLIMIT_MEMLOCK, 0, "locked_memory");
    limit(RLIMIT_MSGQUEUE, 0, "message_queues");
    limit(RLIMIT_NOFILE, options->open_files, "files");
    limit(RLIMIT_DATA, options->data_bytes, "data");
    limit(RLIMIT_AS, options->address_bytes, "address");
    /* Counted for all processes of the user: a user of its own has none but this. */
    if (options->change_uid && getuid() == options->uid)
        limit(RLIMIT_NPROC, options->processes, "processes");
    have("limits");
}

static void keep_open(int fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0 || fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) != 0)
        give_up("descriptor", errno);
}

void close_others(const struct options *options) {
    if (syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        const long most = sysconf(_SC_OPEN_MAX);
        for (int fd = 3; fd < most; fd++) {
            const int flags = fcntl(fd, F_GETFD);
            if (flags >= 0)
                fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
        }
    }
    for (int i = 0; i < options->keep_count; i++)
        keep_open(options->keep[i]);
    have("descriptors");
}
