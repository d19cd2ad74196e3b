#include "reading.h"

#include "arguments.h"
#include "errors.h"
#include "process_files.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace picket {

namespace {

// Threads of their own instead of those of libuv: a file system of a container (FUSE) that never answers would keep
// one of the four for good, and the process from ending, which joins them.
constexpr int MOST_READINGS = 16;
std::atomic<int> under_way{0};

struct Reading {
    ProcessFiles files;
    std::mutex mutex;
    std::condition_variable changed;
    bool ended = false;
};
using Shared = std::shared_ptr<Reading>;

void run(const Shared &reading) {
    try {
        read_process_files(reading->files);
    } catch (const std::bad_alloc &) {
        reading->files.error = ENOMEM;
    }
    under_way.fetch_sub(1);
    const std::lock_guard lock(reading->mutex);
    reading->ended = true;
    reading->changed.notify_one();
}

// Signals of the process are for its main thread.
void start_thread(const Shared &reading) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread([reading] { run(reading); }).detach();
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool has_ended(Reading &reading, uint32_t wait_ms) {
    std::unique_lock lock(reading.mutex);
    return reading.changed.wait_for(lock, std::chrono::milliseconds(wait_ms), [&] { return reading.ended; });
}

Napi::Object described(Napi::Env env, const FileRead &file) {
    Napi::Object out = Napi::Object::New(env);
    out.Set("state", Napi::String::New(env, file.state));
    out.Set("errno", Napi::Number::New(env, file.error));
    out.Set("stamp", Napi::String::New(env, file.stamp));
    out.Set("bytes", Napi::Buffer<char>::Copy(env, file.bytes.data(), file.bytes.size()));
    out.Set("cut", Napi::Boolean::New(env, file.cut));
    return out;
}

Napi::Array list_of(Napi::Env env, const std::vector<FileRead> &files) {
    Napi::Array out = Napi::Array::New(env, files.size());
    for (uint32_t i = 0; i < files.size(); i++)
        out.Set(i, described(env, files[i]));
    return out;
}

} // namespace

Napi::Value start_reading(const Napi::CallbackInfo &info) {
    auto reading = std::make_shared<Reading>();
    ProcessFiles &files = reading->files;
    files.pid = fd_argument(info, 0, "pid");
    files.own = strings_argument(info, 1, "own");
    files.paths = strings_argument(info, 2, "paths");
    files.stamps = strings_argument(info, 3, "stamps");
    files.limit = u32_argument(info, 4, "limit");
    if (files.stamps.size() != files.paths.size())
        fail(info.Env(), code::INVALID_ARGUMENT, "stamps must be as many as paths");
    if (under_way.fetch_add(1) >= MOST_READINGS) {
        under_way.fetch_sub(1);
        return info.Env().Undefined();
    }
    try {
        start_thread(reading);
    } catch (const std::system_error &error) {
        under_way.fetch_sub(1);
        fail(info.Env(), code::READ_FAILED, std::string("cannot start a thread to read files: ") + error.what(),
             error.code().value());
    }
    return Napi::External<Shared>::New(info.Env(), new Shared(reading), [](Napi::Env, Shared *owned) { delete owned; });
}

Napi::Value take_reading(const Napi::CallbackInfo &info) {
    const Napi::Env env = info.Env();
    if (!info[0].IsExternal())
        fail(env, code::INVALID_ARGUMENT, "handle must come from startReading");
    const Shared &reading = *info[0].As<Napi::External<Shared>>().Data();
    if (!has_ended(*reading, u32_argument(info, 1, "waitMs")))
        return env.Undefined();
    const ProcessFiles &files = reading->files;
    Napi::Object out = Napi::Object::New(env);
    out.Set("errno", Napi::Number::New(env, files.error));
    out.Set("rootDevice", Napi::BigInt::New(env, files.root_device));
    out.Set("rootInode", Napi::BigInt::New(env, files.root_inode));
    out.Set("own", list_of(env, files.own_read));
    out.Set("files", list_of(env, files.paths_read));
    return out;
}

} // namespace picket
