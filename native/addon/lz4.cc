#include "lz4.h"

#include "arguments.h"
#include "errors.h"

#include <lz4.h>

namespace picket {

Napi::Value compress_lz4(const Napi::CallbackInfo &info) {
    const auto input = bytes_argument(info, 0, "input");
    const auto output = bytes_argument(info, 1, "output");
    const int acceleration = static_cast<int>(u16_argument(info, 2, "acceleration"));
    const int written =
        LZ4_compress_fast(reinterpret_cast<const char *>(input.data()), reinterpret_cast<char *>(output.data()),
                          static_cast<int>(input.size()), static_cast<int>(output.size()), acceleration);
    if (written <= 0)
        fail(info.Env(), code::BUFFER_TOO_SMALL, "the output of compressLz4 cannot hold the block");
    return Napi::Number::New(info.Env(), written);
}

} // namespace picket
