#include "system.h"

#include "arguments.h"
#include "errors.h"
#include "owned_fd.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace picket {

namespace {

[[noreturn]] void fail_cgroup(Napi::Env env, const std::string &path, int error) {
    fail_bpf(env, code::CGROUP_FAILED, "cannot read the cgroup id of '" + path + "'", error);
}

// The id of a cgroup2 directory is what its file handle holds; the inode is the same number on 64-bit machines only.
uint64_t read_handle(Napi::Env env, const std::string &path) {
    uint64_t id = 0;
    alignas(file_handle) char memory[sizeof(file_handle) + sizeof(id)] = {};
    auto *handle = reinterpret_cast<file_handle *>(memory);
    handle->handle_bytes = sizeof(id);
    int mount = 0;
    if (name_to_handle_at(AT_FDCWD, path.c_str(), handle, &mount, 0) != 0)
        fail_cgroup(env, path, errno);
    if (handle->handle_bytes != sizeof(id))
        fail_cgroup(env, path, EINVAL);
    memcpy(&id, memory + sizeof(file_handle), sizeof(id));
    return id;
}

} // namespace

Napi::Value enable_run_stats(const Napi::CallbackInfo &info) {
    OwnedFd fd(bpf_enable_stats(BPF_STATS_RUN_TIME));
    if (!fd.is_open())
        fail_bpf(info.Env(), code::STATS_FAILED, "cannot make the kernel time BPF programs", errno);
    return Napi::External<OwnedFd>::New(info.Env(), new OwnedFd(std::move(fd)),
                                        [](Napi::Env, OwnedFd *owned) { delete owned; });
}

Napi::Value close_run_stats(const Napi::CallbackInfo &info) {
    if (!info[0].IsExternal())
        fail(info.Env(), code::INVALID_ARGUMENT, "handle must come from enableRunStats");
    info[0].As<Napi::External<OwnedFd>>().Data()->reset();
    return info.Env().Undefined();
}

Napi::Value possible_cpus(const Napi::CallbackInfo &info) {
    const int cpus = libbpf_num_possible_cpus();
    if (cpus < 0)
        fail_bpf(info.Env(), code::MAP_FAILED, "cannot count the possible processors", cpus);
    return Napi::Number::New(info.Env(), cpus);
}

Napi::Value boot_time_ns(const Napi::CallbackInfo &info) {
    timespec now = {};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return Napi::BigInt::New(info.Env(),
                             static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec));
}

Napi::Value cgroup_id(const Napi::CallbackInfo &info) {
    const std::string path = string_argument(info, 0, "path");
    struct statfs filesystem = {};
    if (statfs(path.c_str(), &filesystem) != 0)
        fail_cgroup(info.Env(), path, errno);
    if (filesystem.f_type != CGROUP2_SUPER_MAGIC)
        fail(info.Env(), code::CGROUP_FAILED,
             "'" + path + "' is not in a cgroup2 file system; find its mount point in /proc/self/mountinfo", EINVAL);
    return Napi::BigInt::New(info.Env(), read_handle(info.Env(), path));
}

} // namespace picket
