// The JavaScript handle of a map: owns a descriptor of its own.
#pragma once

#include "map_shape.h"
#include "owned_fd.h"

#include <napi.h>

#include <span>
#include <vector>

namespace picket {

class BpfMap : public Napi::ObjectWrap<BpfMap> {
  public:
    static Napi::Function define(Napi::Env env);
    // JavaScript: new BpfMap(fd); the descriptor is duplicated.
    explicit BpfMap(const Napi::CallbackInfo &info);

  private:
    int require_open(Napi::Env env) const;
    [[noreturn]] void fail_call(Napi::Env env, const char *what, int error) const;
    std::span<uint8_t> sized_argument(const Napi::CallbackInfo &info, size_t index, const char *name,
                                      size_t size) const;

    Napi::Value describe(const Napi::CallbackInfo &info);
    Napi::Value fd(const Napi::CallbackInfo &info);
    Napi::Value lookup_into(const Napi::CallbackInfo &info);
    Napi::Value update(const Napi::CallbackInfo &info);
    Napi::Value remove(const Napi::CallbackInfo &info);
    Napi::Value keys(const Napi::CallbackInfo &info);
    Napi::Value read_all(const Napi::CallbackInfo &info);
    Napi::Value lookup_range(const Napi::CallbackInfo &info);
    Napi::Value freeze(const Napi::CallbackInfo &info);
    Napi::Value close(const Napi::CallbackInfo &info);

    OwnedFd fd_;
    MapShape shape_;
    std::vector<uint8_t> scratch_;
};

} // namespace picket
