#include "arguments.h"

#include "errors.h"

#include <climits>
#include <cmath>

namespace picket {

namespace {

[[noreturn]] void refuse(Napi::Env env, const char *name, const char *wanted) {
    fail(env, code::INVALID_ARGUMENT, std::string(name) + " must be " + wanted);
}

bool is_array_of(const Napi::Value &value, napi_typedarray_type type) {
    return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == type;
}

double whole_number(const Napi::CallbackInfo &info, size_t index, double most, const char *name, const char *wanted) {
    if (!info[index].IsNumber())
        refuse(info.Env(), name, wanted);
    const double value = info[index].As<Napi::Number>().DoubleValue();
    if (!(value >= 0 && value <= most) || value != std::floor(value))
        refuse(info.Env(), name, wanted);
    return value;
}

std::string string_value(Napi::Env env, const Napi::Value &value, const char *name) {
    if (!value.IsString())
        refuse(env, name, "a string");
    std::string text = value.As<Napi::String>().Utf8Value();
    // The kernel and libbpf would read a shorter name than the one that was given.
    if (text.find('\0') != std::string::npos)
        refuse(env, name, "a string without NUL");
    return text;
}

} // namespace

std::span<uint8_t> bytes_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    if (!is_array_of(info[index], napi_uint8_array))
        refuse(info.Env(), name, "a Uint8Array");
    Napi::Uint8Array array = info[index].As<Napi::Uint8Array>();
    return {array.Data(), array.ElementLength()};
}

std::span<uint32_t> words_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    if (!is_array_of(info[index], napi_uint32_array))
        refuse(info.Env(), name, "a Uint32Array");
    Napi::Uint32Array array = info[index].As<Napi::Uint32Array>();
    return {array.Data(), array.ElementLength()};
}

std::string string_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    return string_value(info.Env(), info[index], name);
}

std::vector<std::string> strings_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    if (!info[index].IsArray())
        refuse(info.Env(), name, "a list of strings");
    const Napi::Array list = info[index].As<Napi::Array>();
    std::vector<std::string> out;
    for (uint32_t i = 0; i < list.Length(); i++)
        out.push_back(string_value(info.Env(), list.Get(i), name));
    return out;
}

uint32_t u32_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    return static_cast<uint32_t>(whole_number(info, index, UINT32_MAX, name, "a whole number from 0 to 4294967295"));
}

uint16_t u16_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    return static_cast<uint16_t>(whole_number(info, index, UINT16_MAX, name, "a whole number from 0 to 65535"));
}

int fd_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    return static_cast<int>(whole_number(info, index, INT_MAX, name, "a file descriptor"));
}

uint64_t u64_value(Napi::Env env, const Napi::Value &value, const char *name) {
    bool lossless = false;
    if (!value.IsBigInt())
        refuse(env, name, "a bigint");
    const uint64_t number = value.As<Napi::BigInt>().Uint64Value(&lossless);
    if (!lossless)
        refuse(env, name, "a bigint from 0 to 2^64-1");
    return number;
}

bool bool_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    if (!info[index].IsBoolean())
        refuse(info.Env(), name, "true or false");
    return info[index].As<Napi::Boolean>().Value();
}

} // namespace picket
