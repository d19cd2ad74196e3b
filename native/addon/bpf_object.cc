// Opening, loading, describing and closing an object. What sets it up before load is in object_setup.cc, what runs
// its programs in object_programs.cc.
#include "bpf_object.h"

#include "arguments.h"
#include "btf_layout.h"
#include "errors.h"
#include "map_shape.h"
#include "print_capture.h"

#include <bpf/libbpf.h>

#include <cerrno>

namespace picket {

namespace {

// Room for the verifier's log. Touched only when the kernel refuses a program, so it costs nothing before.
constexpr size_t LOG_BYTES = 4 << 20;

} // namespace

void ObjectDeleter::operator()(bpf_object *object) const {
    bpf_object__close(object);
}

Napi::Function BpfObject::define(Napi::Env env) {
    return DefineClass(env, "BpfObject",
                       {
                           InstanceMethod<&BpfObject::set_autoload>("setAutoload"),
                           InstanceMethod<&BpfObject::set_max_entries>("setMaxEntries"),
                           InstanceMethod<&BpfObject::set_variable>("setVariable"),
                           InstanceMethod<&BpfObject::reuse_map>("reuseMap"),
                           InstanceMethod<&BpfObject::load>("load"),
                           InstanceMethod<&BpfObject::programs>("programs"),
                           InstanceMethod<&BpfObject::maps>("maps"),
                           InstanceMethod<&BpfObject::struct_layout>("structLayout"),
                           InstanceMethod<&BpfObject::close>("close"),
                           InstanceMethod<&BpfObject::map_fd>("mapFd"),
                           InstanceMethod<&BpfObject::program_fd>("programFd"),
                           InstanceMethod<&BpfObject::program_stats>("programStats"),
                           InstanceMethod<&BpfObject::attach>("attach"),
                           InstanceMethod<&BpfObject::test_run>("testRun"),
                       });
}

BpfObject::BpfObject(const Napi::CallbackInfo &info) : Napi::ObjectWrap<BpfObject>(info) {
    const std::span<uint8_t> given = bytes_argument(info, 0, "bytes");
    name_ = string_argument(info, 1, "name");
    // A copy: libelf wants aligned memory that nobody writes to while it reads.
    const std::vector<uint8_t> bytes(given.begin(), given.end());
    log_.reset(new char[LOG_BYTES]);
    log_[0] = '\0';
    LIBBPF_OPTS(bpf_object_open_opts, options);
    options.object_name = name_.c_str();
    options.kernel_log_buf = log_.get();
    options.kernel_log_size = LOG_BYTES;
    PrintCapture capture;
    object_.reset(bpf_object__open_mem(bytes.data(), bytes.size(), &options));
    if (!object_)
        fail_bpf(info.Env(), code::OPEN_FAILED,
                 "'" + name_ + "' is not a BPF object that can be opened; build it again with clang -target bpf", errno,
                 capture.text());
}

BpfObject::~BpfObject() {
    release();
}

void BpfObject::release() {
    for (const std::shared_ptr<Attachment> &attachment : attachments_)
        attachment->detach();
    attachments_.clear();
    object_.reset();
    log_.reset();
}

bpf_object *BpfObject::require_open(Napi::Env env) const {
    if (!object_)
        fail(env, code::CLOSED, "BPF object '" + name_ + "' is closed; open it again");
    return object_.get();
}

bpf_map *BpfObject::find_map(Napi::Env env, const std::string &name) const {
    bpf_map *map = bpf_object__find_map_by_name(require_open(env), name.c_str());
    if (map == nullptr)
        fail(env, code::NOT_FOUND, "BPF object '" + name_ + "' has no map '" + name + "'; maps() lists what it has",
             ENOENT);
    return map;
}

Napi::Value BpfObject::load(const Napi::CallbackInfo &info) {
    bpf_object *object = require_not_loaded(info.Env());
    load_tried_ = true;
    PrintCapture capture;
    const int error = -bpf_object__load(object);
    const std::string log = error == 0 ? "" : log_.get();
    if (error != 0)
        fail_bpf(info.Env(), code::LOAD_FAILED, "the kernel refused BPF object '" + name_ + "'", error, capture.text(),
                 log);
    return info.Env().Undefined();
}

Napi::Value BpfObject::maps(const Napi::CallbackInfo &info) {
    bpf_object *object = require_open(info.Env());
    Napi::Array maps = Napi::Array::New(info.Env());
    bpf_map *map;
    bpf_object__for_each_map(map, object) {
        Napi::Object description = Napi::Object::New(info.Env());
        description.Set("name", bpf_map__name(map));
        description.Set("type", map_type_name(bpf_map__type(map)));
        description.Set("keySize", bpf_map__key_size(map));
        description.Set("valueSize", bpf_map__value_size(map));
        description.Set("maxEntries", bpf_map__max_entries(map));
        maps.Set(maps.Length(), description);
    }
    return maps;
}

Napi::Value BpfObject::map_fd(const Napi::CallbackInfo &info) {
    const std::string name = string_argument(info, 0, "name");
    const int fd = bpf_map__fd(find_map(info.Env(), name));
    if (fd < 0)
        fail(info.Env(), code::MAP_FAILED,
             "map '" + name + "' of BPF object '" + name_ + "' does not exist yet; call load() first");
    return Napi::Number::New(info.Env(), fd);
}

Napi::Value BpfObject::struct_layout(const Napi::CallbackInfo &info) {
    const std::string name = string_argument(info, 0, "name");
    const btf *types = bpf_object__btf(require_open(info.Env()));
    if (types == nullptr)
        fail(info.Env(), code::BTF_NOT_FOUND, "BPF object '" + name_ + "' has no BTF; build it with clang -g", ENOENT);
    return picket::struct_layout(info.Env(), types, name, "BPF object '" + name_ + "'");
}

Napi::Value BpfObject::close(const Napi::CallbackInfo &info) {
    release();
    return info.Env().Undefined();
}

} // namespace picket
