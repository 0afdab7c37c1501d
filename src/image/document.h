// The JSON documents of images: how they are written, and how large they may be.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace cooper::image {

inline constexpr uint64_t document_limit = 16 << 20;  // bytes

// In one line, keys in the order given. Names and labels come from checked TOML, but a path in an annotation can hold
// any bytes: what is not UTF-8 becomes U+FFFD.
std::string document_text(const nlohmann::ordered_json& json);

}  // namespace cooper::image
