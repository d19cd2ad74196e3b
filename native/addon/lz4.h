// LZ4 blocks (liblz4), written into the caller's memory: packing a batch makes no garbage.
#pragma once

#include <napi.h>

namespace picket {

// JavaScript: compressLz4(input, output, acceleration) -> bytes written.
Napi::Value compress_lz4(const Napi::CallbackInfo &info);

} // namespace picket
