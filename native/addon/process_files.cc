#include "process_files.h"

#include "owned_fd.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

namespace picket {

namespace {

constexpr int MOST_TRIES = 16;
constexpr size_t MOST_OWN = 65'536;
constexpr int READ_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

FileRead not_read(const char *state, int error = 0) {
    FileRead out;
    out.state = state;
    out.error = error;
    return out;
}

// Reads at most `most` bytes; 0 or the errno.
int fill(int fd, size_t most, std::string &bytes) {
    bytes.resize(most);
    size_t length = 0;
    while (length < most) {
        const ssize_t got = read(fd, bytes.data() + length, most - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        length += static_cast<size_t>(got);
    }
    bytes.resize(length);
    return 0;
}

// A link in the root, absolute ones and `..` too, leads to a place in the root; one of the kernel (/proc/1/root)
// nowhere.
OwnedFd open_in_root(int root, const std::string &path) {
    open_how how = {};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        const long fd = syscall(SYS_openat2, root, path.c_str(), &how, sizeof(how));
        if (fd >= 0)
            return OwnedFd(static_cast<int>(fd));
        // a folder on the way was moved meanwhile
        if (errno != EAGAIN)
            break;
    }
    return OwnedFd();
}

std::string stamp_of(const struct stat &about) {
    const auto time = [](const timespec &at) { return std::to_string(at.tv_sec) + "." + std::to_string(at.tv_nsec); };
    return std::to_string(about.st_dev) + ":" + std::to_string(about.st_ino) + ":" + std::to_string(about.st_size) +
           ":" + time(about.st_mtim) + ":" + time(about.st_ctim);
}

// Opening a device or a fifo can do something; so a place is looked at first, and opened by the look.
FileRead read_in_root(int root, const std::string &path, const std::string &stamp, size_t limit) {
    const OwnedFd place = open_in_root(root, path);
    if (!place.is_open())
        return errno == ENOENT || errno == ENOTDIR ? not_read("missing") : not_read("failed", errno);
    struct stat about = {};
    if (fstat(place.get(), &about) != 0)
        return not_read("failed", errno);
    if (!S_ISREG(about.st_mode))
        return not_read("irregular");
    FileRead out = not_read("same");
    out.stamp = stamp_of(about);
    if (out.stamp == stamp)
        return out;
    const OwnedFd file(open(("/proc/self/fd/" + std::to_string(place.get())).c_str(), READ_FLAGS));
    if (!file.is_open())
        return not_read("failed", errno);
    // no further than the size: files that the kernel makes up have none
    const size_t size = about.st_size > 0 ? static_cast<size_t>(about.st_size) : 0;
    out.cut = size > limit;
    const int error = fill(file.get(), std::min(size, limit), out.bytes);
    if (error != 0)
        return not_read("failed", error);
    out.state = "read";
    return out;
}

FileRead read_own(int process, const std::string &name) {
    const OwnedFd file(openat(process, name.c_str(), READ_FLAGS | O_NOFOLLOW));
    if (!file.is_open())
        return errno == ENOENT ? not_read("missing") : not_read("failed", errno);
    FileRead out = not_read("read");
    const int error = fill(file.get(), MOST_OWN, out.bytes);
    return error == 0 ? out : not_read("failed", error);
}

} // namespace

void read_process_files(ProcessFiles &files) {
    // this descriptor stays that of one process: when its id is given to another one, all that follows fails
    const OwnedFd process(open(("/proc/" + std::to_string(files.pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const OwnedFd root(process.is_open() ? openat(process.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1);
    struct stat about = {};
    if (!root.is_open() || fstat(root.get(), &about) != 0) {
        files.error = errno;
        return;
    }
    files.root_device = about.st_dev;
    files.root_inode = about.st_ino;
    for (const std::string &name : files.own)
        files.own_read.push_back(read_own(process.get(), name));
    for (size_t i = 0; i < files.paths.size(); i++)
        files.paths_read.push_back(read_in_root(root.get(), files.paths[i], files.stamps[i], files.limit));
}

} // namespace picket
