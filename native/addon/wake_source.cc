#include "wake_source.h"

#include <sys/epoll.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace picket {

namespace {

[[noreturn]] void fail_start(int error, const char *what) {
    throw std::system_error(error, std::generic_category(), what);
}

template <typename Handle> WakeSource *owner_of(Handle *handle) {
    return static_cast<WakeSource *>(handle->data);
}

} // namespace

std::shared_ptr<WakeSource> WakeSource::start(napi_env env, int rare_fd, int bulk_fd, uint32_t backstop_ms,
                                              Callback callback) {
    std::shared_ptr<WakeSource> source(new WakeSource());
    source->callback_ = std::move(callback);
    try {
        source->open(env, rare_fd, bulk_fd, backstop_ms);
    } catch (...) {
        source->close();
        throw;
    }
    return source;
}

void WakeSource::open(napi_env env, int rare_fd, int bulk_fd, uint32_t backstop_ms) {
    uv_loop_t *loop = nullptr;
    if (napi_get_uv_event_loop(env, &loop) != napi_ok)
        fail_start(EINVAL, "this environment has no event loop");
    epoll_ = OwnedFd(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll_.is_open())
        fail_start(errno, "cannot make an epoll descriptor");
    watch(rare_fd);
    watch(bulk_fd);
    if (const int error = uv_poll_init(loop, &poll_, epoll_.get()))
        fail_start(-error, "cannot watch the rings");
    poll_.data = this;
    handles_++;
    self_ = shared_from_this();
    uv_timer_init(loop, &timer_);
    timer_.data = this;
    handles_++;
    if (napi_add_async_cleanup_hook(env, on_environment_end, this, &hook_) != napi_ok)
        fail_start(EINVAL, "cannot register for the end of the environment");
    if (const int error = uv_poll_start(&poll_, UV_READABLE, on_poll))
        fail_start(-error, "cannot watch the rings");
    if (backstop_ms > 0)
        uv_timer_start(&timer_, on_timer, backstop_ms, backstop_ms);
}

void WakeSource::watch(int fd) {
    epoll_event event = {};
    event.events = EPOLLIN | EPOLLET;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
        fail_start(errno, "cannot watch a ring");
}

void WakeSource::close() {
    if (std::exchange(closing_, true))
        return;
    callback_ = nullptr;
    if (handles_ == 0)
        return;
    const uv_close_cb closed = [](uv_handle_t *handle) { owner_of(handle)->on_handle_closed(); };
    uv_close(reinterpret_cast<uv_handle_t *>(&poll_), closed);
    uv_close(reinterpret_cast<uv_handle_t *>(&timer_), closed);
}

void WakeSource::on_handle_closed() {
    if (--handles_ > 0)
        return;
    const std::shared_ptr<WakeSource> last = std::move(self_);
    if (hook_ != nullptr)
        napi_remove_async_cleanup_hook(std::exchange(hook_, nullptr));
}

void WakeSource::on_environment_end(napi_async_cleanup_hook_handle, void *self) {
    static_cast<WakeSource *>(self)->close();
}

void WakeSource::set_ref(bool keep_alive) {
    if (closing_)
        return;
    const auto apply = keep_alive ? uv_ref : uv_unref;
    apply(reinterpret_cast<uv_handle_t *>(&poll_));
    apply(reinterpret_cast<uv_handle_t *>(&timer_));
}

void WakeSource::notify(Reason reason) {
    // A copy, since the callback may close this source and so drop its own memory.
    if (const Callback callback = callback_)
        callback(reason);
}

void WakeSource::on_poll(uv_poll_t *handle, int status, int) {
    WakeSource *source = owner_of(handle);
    // Taking the events is what arms the next edge.
    epoll_event events[2];
    if (status < 0 || epoll_wait(source->epoll_.get(), events, 2, 0) < 0)
        source->poll_errors_++;
    source->notify(Reason::ring);
}

void WakeSource::on_timer(uv_timer_t *handle) {
    owner_of(handle)->notify(Reason::timer);
}

} // namespace picket
