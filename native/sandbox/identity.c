#define _GNU_SOURCE
#include "identity.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether the new user could run the program and read its code: else it would die of a message nobody understands. */
static int can_start(const struct options *options) {
    if (faccessat(AT_FDCWD, options->command[0], X_OK, AT_EACCESS) != 0)
        return errno;
    for (int i = 0; i < options->path_count; i++)
        if (faccessat(AT_FDCWD, options->paths[i], R_OK, AT_EACCESS) != 0 && errno != ENOENT)
            return errno;
    return 0;
}

static int try_identity(const struct options *options) {
    const gid_t own = getegid();
    const uid_t self = geteuid();
    if (setegid(options->gid) != 0)
        return errno;
    if (seteuid(options->uid) != 0) {
        const int error = errno;
        return setegid(own) != 0 ? errno : error;
    }
    const int error = can_start(options);
    if (seteuid(self) != 0 || setegid(own) != 0)
        give_up("identity", errno);
    return error;
}

static int clear_bounding(void) {
    int refused = 0;
    for (int capability = 0; capability <= 63; capability++)
        if (prctl(PR_CAPBSET_READ, capability) == 1 && prctl(PR_CAPBSET_DROP, capability) != 0)
            refused = errno;
    return refused;
}

void change_identity(const struct options *options) {
    if (!options->change_uid) {
        /* An ordinary user stays who it is: that is the user who started Picket. */
        miss("uid", EPERM);
        return;
    }
    const int error = try_identity(options);
    if (error != 0) {
        miss("uid", error);
        return;
    }
    const int first = clear_bounding();
    if (setgroups(0, NULL) != 0 || setresgid(options->gid, options->gid, options->gid) != 0 ||
        setresuid(options->uid, options->uid, options->uid) != 0)
        give_up("identity", errno);
    have("uid");
    if (first != 0)
        miss("bounding", first);
}

void drop_capabilities(void) {
    const int refused = clear_bounding();
    /* Without this an exec by uid 0 would bring back what the bounding set allows. */
    prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS_LOCKED);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    if (syscall(SYS_capset, &header, none) != 0)
        give_up("capabilities", errno);
    have("capabilities");
    if (refused != 0 && geteuid() == 0)
        miss("bounding", refused);
}
