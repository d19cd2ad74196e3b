#include "print_capture.h"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>
#include <mutex>

namespace picket {

namespace {

constexpr size_t MOST_TEXT = 4096;

// libbpf knows one print function a process. Several threads may be inside libbpf, hence one sink a thread.
thread_local std::string *sink = nullptr;

int print(enum libbpf_print_level level, const char *format, va_list arguments) {
    if (sink == nullptr || level == LIBBPF_DEBUG || sink->size() >= MOST_TEXT)
        return 0;
    char line[1024];
    const int length = vsnprintf(line, sizeof(line), format, arguments);
    sink->append(line);
    return length;
}

} // namespace

PrintCapture::PrintCapture() : outer_(sink) {
    sink = &lines_;
}

PrintCapture::~PrintCapture() {
    sink = outer_;
}

std::string PrintCapture::text() const {
    std::string joined;
    for (const char letter : lines_) {
        if (letter == '\n')
            joined += "; ";
        else
            joined += letter;
    }
    while (joined.ends_with(' ') || joined.ends_with(';'))
        joined.pop_back();
    return joined;
}

void install_print_capture() {
    static std::once_flag once;
    std::call_once(once, [] { libbpf_set_print(print); });
}

} // namespace picket
