#define _GNU_SOURCE
#include "landlock.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* All rights to files of version 1 are the lowest 13 bits; later versions added one each. */
#define FILES_1 0x1fffULL
#define REFER (1ULL << 13)
#define TRUNCATE (1ULL << 14)
#define IOCTL_DEVICE (1ULL << 15)
#define TCP 0x3ULL
#define ABSTRACT_UNIX_AND_SIGNALS 0x3ULL

/* The headers of the machine that builds may be older than its kernel. */
struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scoped;
};

static size_t describe(long version, struct ruleset *ruleset) {
    ruleset->files =
        FILES_1 | (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0) | (version >= 5 ? IOCTL_DEVICE : 0);
    ruleset->network = version >= 4 ? TCP : 0;
    ruleset->scoped = version >= 6 ? ABSTRACT_UNIX_AND_SIGNALS : 0;
    return version >= 6 ? 24 : version >= 4 ? 16 : 8;
}

static int allow(int ruleset, const char *path, uint64_t rights) {
    const int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : errno;
    struct stat found;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    if (fstat(fd, &found) == 0 && !S_ISDIR(found.st_mode))
        rule.allowed_access &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
    const long failed = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    const int error = failed ? errno : 0;
    close(fd);
    return error;
}

static int allow_all(int ruleset, const struct options *options) {
    const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    int error = 0;
    for (int i = 0; error == 0 && i < options->path_count; i++)
        error = allow(ruleset, options->paths[i], reading);
    for (int i = 0; error == 0 && i < options->program_count; i++)
        error = allow(ruleset, options->programs[i], reading | LANDLOCK_ACCESS_FS_EXECUTE);
    return error;
}

void restrict_by_landlock(const struct options *options) {
    const long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct ruleset ruleset;
    if (version < 1) {
        miss("landlock", errno);
        return;
    }
    const size_t size = describe(version, &ruleset);
    const int fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
    if (fd < 0) {
        miss("landlock", errno);
        return;
    }
    const int error = allow_all(fd, options);
    if (error != 0)
        miss("landlock", error);
    else if (syscall(SYS_landlock_restrict_self, fd, 0) != 0)
        miss("landlock", errno);
    else
        have("landlock");
    close(fd);
}
