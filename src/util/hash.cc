#include "util/hash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>

#include "util/file.h"

namespace cooper::util {

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(HashAlgorithm algorithm) : state_(std::make_unique<State>()) {
  const EVP_MD* type = algorithm == HashAlgorithm::sha256   ? EVP_sha256()
                       : algorithm == HashAlgorithm::sha512 ? EVP_sha512()
                       : algorithm == HashAlgorithm::md5    ? EVP_md5()
                                                            : EVP_blake2b512();
  [[maybe_unused]] int ok = EVP_DigestInit_ex(state_->context, type, nullptr);
  assert(ok == 1);
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(std::string_view bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

void Hasher::update_field(std::string_view bytes) {
  uint64_t size = bytes.size();
  char prefix[8];
  for (char& c : prefix) {
    c = static_cast<char>(size & 0xff);
    size >>= 8;
  }
  update({prefix, sizeof prefix});
  update(bytes);
}

std::string Hasher::hex() {
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(state_->context, raw, &size);
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(size * 2);
  for (unsigned i = 0; i < size; ++i) {
    text += digits[raw[i] >> 4];
    text += digits[raw[i] & 15];
  }
  return text;
}

std::string hash(HashAlgorithm algorithm, std::string_view bytes) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.hex();
}

Result<std::string> hash_file(HashAlgorithm algorithm, const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open file", path);
  Hasher hasher(algorithm);
  char buffer[1 << 16];
  for (;;) {
    ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("cannot read file", path);
    if (n == 0) return hasher.hex();
    hasher.update({buffer, static_cast<size_t>(n)});
  }
}

}  // namespace cooper::util
