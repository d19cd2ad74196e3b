// Checks of the values that JavaScript hands in; each throws INVALID_ARGUMENT naming the argument.
#pragma once

#include <napi.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace picket {

std::span<uint8_t> bytes_argument(const Napi::CallbackInfo &info, size_t index, const char *name);
std::span<uint32_t> words_argument(const Napi::CallbackInfo &info, size_t index, const char *name);
std::string string_argument(const Napi::CallbackInfo &info, size_t index, const char *name);
std::vector<std::string> strings_argument(const Napi::CallbackInfo &info, size_t index, const char *name);
uint32_t u32_argument(const Napi::CallbackInfo &info, size_t index, const char *name);
uint16_t u16_argument(const Napi::CallbackInfo &info, size_t index, const char *name);
int fd_argument(const Napi::CallbackInfo &info, size_t index, const char *name);
uint64_t u64_value(Napi::Env env, const Napi::Value &value, const char *name);
bool bool_argument(const Napi::CallbackInfo &info, size_t index, const char *name);

} // namespace picket
