// Digests over bytes and files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "util/error.h"

namespace cooper::util {

// blake2b is BLAKE2b-512, as in Manifest files; md5 is for the metadata cache of repositories only (PMS 14.3).
enum class HashAlgorithm { sha256, sha512, blake2b, md5 };

// Feeds bytes, gives the digest in lower-case hex.
class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();
  void update(std::string_view bytes);
  // A string with its length before it, so that ("ab","c") and ("a","bc") differ. For keys.
  void update_field(std::string_view bytes);
  std::string hex();  // ends the hashing; call once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string hash(HashAlgorithm algorithm, std::string_view bytes);
Result<std::string> hash_file(HashAlgorithm algorithm, const std::filesystem::path& path);

}  // namespace cooper::util
