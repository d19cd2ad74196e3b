#define _GNU_SOURCE
#include "new_root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MOUNT_ATTR_RDONLY
#error "linux/mount.h is too old: it must know mount_setattr (Linux 5.12)"
#endif

/* Makes the folders above the last name of a path, and the last name as a folder or a file. */
static int make_place(char *path, bool folder) {
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const int failed = mkdir(path, 0755) != 0 && errno != EEXIST;
        *slash = '/';
        if (failed)
            return errno;
    }
    if (folder)
        return mkdir(path, 0755) != 0 && errno != EEXIST ? errno : 0;
    const int fd = open(path, O_CREAT | O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

/* All mounts below too, where the kernel can; else the upper one, with the flags that it must keep. */
static int make_read_only(const char *path) {
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE, &attr, sizeof(attr)) == 0)
        return 0;
    if (errno != ENOSYS)
        return errno;
    struct statvfs now;
    if (statvfs(path, &now) != 0)
        return errno;
    const unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | (now.f_flag & MS_NOEXEC);
    return mount(NULL, path, NULL, flags, NULL) != 0 ? errno : 0;
}

/* A path that the machine does not have is left out. */
static int show(const char *root, const char *path) {
    char place[PATH_MAX];
    struct stat found;
    if (stat(path, &found) != 0)
        return errno == ENOENT ? 0 : errno;
    if (snprintf(place, sizeof(place), "%s%s", root, path) >= (int)sizeof(place))
        return ENAMETOOLONG;
    int error = make_place(place, S_ISDIR(found.st_mode));
    if (error == 0 && mount(path, place, NULL, MS_BIND | MS_REC, NULL) != 0)
        error = errno;
    return error != 0 ? error : make_read_only(place);
}

static int fill(const struct options *options) {
    int error = 0;
    for (int i = 0; error == 0 && i < options->program_count; i++)
        error = show(options->root, options->programs[i]);
    for (int i = 0; error == 0 && i < options->path_count; i++)
        error = show(options->root, options->paths[i]);
    return error;
}

int enter_new_root(const struct options *options) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return errno;
    if (mount("tmpfs", options->root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m") != 0)
        return errno;
    /* A umask like 077 would close the folders above what is shown to the user id that the process gets. */
    const mode_t before = umask(022);
    int error = fill(options);
    umask(before);
    /* The upper file system alone: what is shown in it has been made read only already. */
    if (error == 0 &&
        mount(NULL, options->root, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) != 0)
        error = errno;
    if (error == 0 && (chdir(options->root) != 0 || syscall(SYS_pivot_root, ".", ".") != 0))
        error = errno;
    if (error != 0) {
        umount2(options->root, MNT_DETACH);
        return error;
    }
    /* The old root now lies over the new one. */
    if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
        return errno;
    return 0;
}
