#define _GNU_SOURCE
#include "namespaces.h"

#include "identity.h"
#include "new_root.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int put(const char *file, const char *text) {
    const int fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    const ssize_t length = (ssize_t)strlen(text);
    const int error = write(fd, text, (size_t)length) == length ? 0 : errno;
    close(fd);
    return error;
}

/* Nobody but itself exists in the new user namespace. */
static int enter_user_namespace(void) {
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    char map[64];
    /* After a change of uid the files of the process below /proc belong to root until this. */
    prctl(PR_SET_DUMPABLE, 1);
    if (unshare(CLONE_NEWUSER) != 0)
        return errno;
    int error = put("/proc/self/setgroups", "deny");
    snprintf(map, sizeof(map), "%u %u 1", uid, uid);
    if (error == 0)
        error = put("/proc/self/uid_map", map);
    snprintf(map, sizeof(map), "%u %u 1", gid, gid);
    return error != 0 ? error : put("/proc/self/gid_map", map);
}

static bool leave(int flag, const char *name) {
    if (unshare(flag) == 0) {
        have(name);
        return true;
    }
    miss(name, errno);
    return false;
}

static void leave_rest(const struct options *options) {
    leave(CLONE_NEWIPC, "ipc");
    leave(CLONE_NEWUTS, "hostname");
    if (options->root == NULL || !leave(CLONE_NEWNS, "mounts"))
        return;
    const int error = enter_new_root(options);
    if (error == 0)
        have("root");
    else
        miss("root", error);
}

void leave_namespaces(const struct options *options) {
    if (unshare(CLONE_NEWNET) == 0) {
        have("network");
        leave_rest(options);
        change_identity(options);
        return;
    }
    change_identity(options);
    const int error = enter_user_namespace();
    if (error != 0) {
        miss("network", error);
        miss("ipc", error);
        miss("hostname", error);
        miss("mounts", error);
        return;
    }
    have("user");
    leave(CLONE_NEWNET, "network");
    leave_rest(options);
}
