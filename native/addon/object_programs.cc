// The programs of an object: what they are, attaching, running and measuring them.
#include "bpf_object.h"

#include "arguments.h"
#include "errors.h"
#include "map_shape.h"
#include "owned_fd.h"
#include "print_capture.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace picket {

namespace {

bpf_prog_info read_program_info(Napi::Env env, int fd) {
    bpf_prog_info program = {};
    uint32_t length = sizeof(program);
    if (bpf_obj_get_info_by_fd(fd, &program, &length) != 0)
        fail_bpf(env, code::STATS_FAILED, "cannot read what the kernel knows about the program", errno);
    return program;
}

std::string hex(const uint8_t *bytes, size_t count) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (size_t i = 0; i < count; i++) {
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
    }
    return text;
}

bpf_link *attach_to_cgroup(Napi::Env env, bpf_program *program, const std::string &path) {
    const OwnedFd cgroup(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!cgroup.is_open())
        fail_bpf(env, code::CGROUP_FAILED, "cannot open cgroup directory '" + path + "'", errno);
    return bpf_program__attach_cgroup(program, cgroup.get());
}

} // namespace

bpf_program *BpfObject::find_program(Napi::Env env, const std::string &name) const {
    bpf_program *program = bpf_object__find_program_by_name(require_open(env), name.c_str());
    if (program == nullptr)
        fail(env, code::NOT_FOUND,
             "BPF object '" + name_ + "' has no program '" + name + "'; programs() lists what it has", ENOENT);
    return program;
}

int BpfObject::loaded_program_fd(Napi::Env env, const std::string &name) const {
    const int fd = bpf_program__fd(find_program(env, name));
    if (fd < 0)
        fail(env, code::LOAD_FAILED,
             "program '" + name + "' of BPF object '" + name_ + "' is not loaded; call load() with it enabled", EINVAL);
    return fd;
}

Napi::Value BpfObject::programs(const Napi::CallbackInfo &info) {
    bpf_object *object = require_open(info.Env());
    Napi::Array programs = Napi::Array::New(info.Env());
    bpf_program *program;
    bpf_object__for_each_program(program, object) {
        const int fd = bpf_program__fd(program);
        Napi::Object description = Napi::Object::New(info.Env());
        description.Set("name", bpf_program__name(program));
        description.Set("section", bpf_program__section_name(program));
        description.Set("type", program_type_name(bpf_program__type(program)));
        description.Set("insns", static_cast<double>(bpf_program__insn_cnt(program)));
        description.Set("loaded", fd >= 0);
        bpf_prog_info kernel = {};
        if (fd >= 0)
            kernel = read_program_info(info.Env(), fd);
        description.Set("id", kernel.id);
        description.Set("tag", fd >= 0 ? hex(kernel.tag, BPF_TAG_SIZE) : "");
        programs.Set(programs.Length(), description);
    }
    return programs;
}

Napi::Value BpfObject::program_fd(const Napi::CallbackInfo &info) {
    return Napi::Number::New(info.Env(), loaded_program_fd(info.Env(), string_argument(info, 0, "program")));
}

Napi::Value BpfObject::program_stats(const Napi::CallbackInfo &info) {
    const int fd = loaded_program_fd(info.Env(), string_argument(info, 0, "program"));
    const bpf_prog_info program = read_program_info(info.Env(), fd);
    Napi::Object stats = Napi::Object::New(info.Env());
    stats.Set("runNs", static_cast<double>(program.run_time_ns));
    stats.Set("runCount", static_cast<double>(program.run_cnt));
    stats.Set("recursionMisses", static_cast<double>(program.recursion_misses));
    return stats;
}

Napi::Value BpfObject::attach(const Napi::CallbackInfo &info) {
    const std::string name = string_argument(info, 0, "program");
    bpf_program *program = find_program(info.Env(), name);
    loaded_program_fd(info.Env(), name);
    PrintCapture capture;
    bpf_link *link = info[1].IsUndefined() ? bpf_program__attach(program)
                                           : attach_to_cgroup(info.Env(), program, string_argument(info, 1, "cgroup"));
    if (link == nullptr)
        fail_bpf(info.Env(), code::ATTACH_FAILED,
                 "cannot attach program '" + name + "' (" + bpf_program__section_name(program) + ")", errno,
                 capture.text());
    const auto attachment = std::make_shared<Attachment>(link);
    std::erase_if(attachments_, [](const std::shared_ptr<Attachment> &old) { return !old->is_attached(); });
    attachments_.push_back(attachment);
    return BpfLink::wrap(info.Env(), attachment);
}

Napi::Value BpfObject::test_run(const Napi::CallbackInfo &info) {
    const std::string name = string_argument(info, 0, "program");
    const std::span<uint8_t> context = bytes_argument(info, 1, "context");
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.ctx_in = context.empty() ? nullptr : context.data();
    options.ctx_size_in = static_cast<uint32_t>(context.size());
    if (bpf_prog_test_run_opts(loaded_program_fd(info.Env(), name), &options) != 0)
        fail_bpf(info.Env(), code::RUN_FAILED, "cannot run program '" + name + "'", errno);
    return Napi::Number::New(info.Env(), options.retval);
}

} // namespace picket
