// The consumer side of one BPF ring buffer (kernel/bpf/ringbuf.c), without libbpf's callback a record.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace picket {

// Memory of a mapped ring. A page that we write (how far we have read), then a page that the kernel writes (how far
// it has reserved) followed by the data. The kernel offers the data twice in a row, so that no record wraps; we map it
// once and join a record that does, one in some hundred thousand, because every page counts as memory of this process.
class Ring {
  public:
    // Maps `fd`, a ring of `size` data bytes (a power of two). Throws std::system_error.
    Ring(int fd, size_t size);
    ~Ring();
    Ring(const Ring &) = delete;
    Ring &operator=(const Ring &) = delete;

    enum class Head { empty, busy, record, discarded, broken };

    // What stands at the read position. `data` and `length` are those of the record without its 8-byte header.
    struct Entry {
        Head head;
        const uint8_t *data;
        uint32_t length;
    };

    // How far the kernel has reserved, in bytes since the ring was made.
    uint64_t reserved() const {
        return producer()->load(std::memory_order_acquire);
    }
    // How far we have read.
    uint64_t position() const {
        return position_;
    }
    uint64_t backlog() const {
        return reserved() - position_;
    }
    size_t size() const {
        return mask_ + 1;
    }

    // Looks at the next record, which must start before `limit` (a value that reserved() has given).
    Entry peek(uint64_t limit) {
        if (position_ >= limit)
            return {Head::empty, nullptr, 0};
        const uint8_t *header = data_ + (position_ & mask_);
        const uint32_t word = header_word(header)->load(std::memory_order_acquire);
        if (word & BUSY)
            return {Head::busy, nullptr, 0};
        const uint32_t length = word & ~FLAGS;
        if (step_of(length) > limit - position_)
            return {Head::broken, nullptr, 0};
        return {word & DISCARD ? Head::discarded : Head::record, whole(position_ + HEADER_BYTES, length), length};
    }

    // Steps over the record that peek() gave.
    void advance(uint32_t length) {
        position_ += step_of(length);
        if (position_ - published_ >= publish_every_)
            publish();
    }
    // Steps over everything before `limit`: the way out of a broken ring.
    void skip_to(uint64_t limit) {
        position_ = limit;
    }
    // Gives the memory that was read back to the kernel.
    void publish() {
        consumer()->store(position_, std::memory_order_release);
        published_ = position_;
    }

    static constexpr uint32_t BUSY = 1u << 31;
    static constexpr uint32_t DISCARD = 1u << 30;
    static constexpr uint32_t FLAGS = BUSY | DISCARD;
    static constexpr uint32_t HEADER_BYTES = 8;

  private:
    // The bytes of a record, joined in a buffer of our own when they go over the end of the ring.
    const uint8_t *whole(uint64_t position, uint32_t length) {
        const size_t begin = position & mask_;
        const size_t first = size() - begin;
        if (length <= first)
            return data_ + begin;
        joined_.resize(length);
        std::copy_n(data_ + begin, first, joined_.begin());
        std::copy_n(data_, length - first, joined_.begin() + static_cast<std::ptrdiff_t>(first));
        return joined_.data();
    }
    static uint64_t step_of(uint32_t length) {
        return (static_cast<uint64_t>(length) + HEADER_BYTES + 7) / 8 * 8;
    }
    static const std::atomic<uint32_t> *header_word(const uint8_t *header) {
        return reinterpret_cast<const std::atomic<uint32_t> *>(header);
    }
    std::atomic<uint64_t> *consumer() const {
        return reinterpret_cast<std::atomic<uint64_t> *>(consumer_page_);
    }
    const std::atomic<uint64_t> *producer() const {
        return reinterpret_cast<const std::atomic<uint64_t> *>(producer_page_);
    }

    size_t page_;
    uint64_t mask_;
    // Publishing at every record makes the producer's cache line bounce; never publishing would fill the ring.
    uint64_t publish_every_;
    uint64_t position_ = 0;
    uint64_t published_ = 0;
    void *consumer_page_ = nullptr;
    void *producer_page_ = nullptr;
    const uint8_t *data_ = nullptr;
    std::vector<uint8_t> joined_;
};

static_assert(std::atomic<uint32_t>::is_always_lock_free && sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));
static_assert(std::atomic<uint64_t>::is_always_lock_free && sizeof(std::atomic<uint64_t>) == sizeof(uint64_t));

} // namespace picket
