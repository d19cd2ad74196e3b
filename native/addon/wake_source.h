// Tells the JavaScript loop that a ring has something to read.
#pragma once

#include "owned_fd.h"

#include <node_api.h>
#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace picket {

// An edge-triggered epoll descriptor over both rings, watched by the loop, and a timer behind it: the kernel may be
// told to reserve without waking, so something must look now and then. (A level-triggered one would wake again and
// again while the consumer is busy, and slow the producer, which then signals every record.)
//
// Lives until libuv has let go of both handles, also when the environment ends first.
class WakeSource : public std::enable_shared_from_this<WakeSource> {
  public:
    enum class Reason { ring, timer };
    using Callback = std::function<void(Reason)>;

    // Starts at once. `backstop_ms` 0 means no timer. Throws std::system_error.
    static std::shared_ptr<WakeSource> start(napi_env env, int rare_fd, int bulk_fd, uint32_t backstop_ms,
                                             Callback callback);
    ~WakeSource() = default;

    // No call comes after this one. May be called twice, and from the callback.
    void close();
    // Whether a waiting reader keeps the process alive.
    void set_ref(bool keep_alive);
    uint64_t poll_errors() const {
        return poll_errors_;
    }

  private:
    WakeSource() = default;
    void open(napi_env env, int rare_fd, int bulk_fd, uint32_t backstop_ms);
    void watch(int fd);
    void notify(Reason reason);
    void on_handle_closed();
    static void on_poll(uv_poll_t *handle, int status, int events);
    static void on_timer(uv_timer_t *handle);
    static void on_environment_end(napi_async_cleanup_hook_handle hook, void *self);

    OwnedFd epoll_;
    uv_poll_t poll_ = {};
    uv_timer_t timer_ = {};
    int handles_ = 0;
    bool closing_ = false;
    uint64_t poll_errors_ = 0;
    napi_async_cleanup_hook_handle hook_ = nullptr;
    Callback callback_;
    // Held while libuv knows the handles.
    std::shared_ptr<WakeSource> self_;
};

} // namespace picket
