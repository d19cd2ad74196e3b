// The JavaScript handle of a BPF object: an ELF file that was opened and, later, loaded into the kernel.
#pragma once

#include "bpf_link.h"

#include <napi.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

struct bpf_map;
struct bpf_object;
struct bpf_program;

namespace picket {

struct ObjectDeleter {
    void operator()(bpf_object *object) const;
};

class BpfObject : public Napi::ObjectWrap<BpfObject> {
  public:
    static Napi::Function define(Napi::Env env);
    // JavaScript: new BpfObject(bytes, name).
    explicit BpfObject(const Napi::CallbackInfo &info);
    ~BpfObject() override;

  private:
    bpf_object *require_open(Napi::Env env) const;
    bpf_object *require_not_loaded(Napi::Env env) const;
    bpf_program *find_program(Napi::Env env, const std::string &name) const;
    int loaded_program_fd(Napi::Env env, const std::string &name) const;
    bpf_map *find_map(Napi::Env env, const std::string &name) const;
    void release();

    // Before load.
    Napi::Value set_autoload(const Napi::CallbackInfo &info);
    Napi::Value set_max_entries(const Napi::CallbackInfo &info);
    Napi::Value set_variable(const Napi::CallbackInfo &info);
    Napi::Value reuse_map(const Napi::CallbackInfo &info);
    Napi::Value load(const Napi::CallbackInfo &info);
    // At any time while open.
    Napi::Value programs(const Napi::CallbackInfo &info);
    Napi::Value maps(const Napi::CallbackInfo &info);
    Napi::Value struct_layout(const Napi::CallbackInfo &info);
    Napi::Value close(const Napi::CallbackInfo &info);
    // After load.
    Napi::Value map_fd(const Napi::CallbackInfo &info);
    Napi::Value program_fd(const Napi::CallbackInfo &info);
    Napi::Value program_stats(const Napi::CallbackInfo &info);
    Napi::Value attach(const Napi::CallbackInfo &info);
    Napi::Value test_run(const Napi::CallbackInfo &info);

    std::string name_;
    // Declared before the object, which keeps a pointer to it and so must go first.
    std::unique_ptr<char[]> log_;
    std::unique_ptr<bpf_object, ObjectDeleter> object_;
    bool load_tried_ = false;
    std::vector<std::shared_ptr<Attachment>> attachments_;
};

} // namespace picket
