#include "ring.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace picket {

namespace {

constexpr uint64_t MOST_UNPUBLISHED = 64 << 10;

[[noreturn]] void fail_mapping(const char *what) {
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

Ring::Ring(int fd, size_t size)
    : page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))), mask_(size - 1),
      publish_every_(std::min<uint64_t>(MOST_UNPUBLISHED, size / 8)) {
    consumer_page_ = mmap(nullptr, page_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (consumer_page_ == MAP_FAILED)
        fail_mapping("cannot map the consumer page of the ring buffer");
    producer_page_ = mmap(nullptr, page_ + size, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(page_));
    if (producer_page_ == MAP_FAILED) {
        munmap(consumer_page_, page_);
        fail_mapping("cannot map the data pages of the ring buffer");
    }
    data_ = static_cast<const uint8_t *>(producer_page_) + page_;
    // Where an earlier reader of the same ring stopped.
    position_ = consumer()->load(std::memory_order_acquire);
    published_ = position_;
}

Ring::~Ring() {
    munmap(producer_page_, page_ + size());
    munmap(consumer_page_, page_);
}

} // namespace picket
