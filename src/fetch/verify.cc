#include "fetch/verify.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "util/file.h"
#include "util/hash.h"

namespace cooper::fetch {

namespace {

struct Algorithm {
  const char* name;  // in Manifest files
  util::HashAlgorithm algorithm;
};
constexpr Algorithm algorithms[] = {{"BLAKE2B", util::HashAlgorithm::blake2b},
                                    {"SHA512", util::HashAlgorithm::sha512},
                                    {"SHA256", util::HashAlgorithm::sha256}};

}  // namespace

bool verifiable(const Distfile& file) {
  return std::ranges::any_of(algorithms, [&](const Algorithm& known) { return file.digests.contains(known.name); });
}

Result<std::string> mismatch(const std::filesystem::path& path, const Distfile& file) {
  util::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat st;
  if (!fd || ::fstat(fd.get(), &st) != 0) return fail_errno("cannot open distfile", path);
  if (!S_ISREG(st.st_mode)) return "it is no regular file";
  if (static_cast<uint64_t>(st.st_size) != file.size)
    return fmt::format("it has {} bytes and should have {}", st.st_size, file.size);
  struct Check {
    const char* name;
    const std::string* wanted;
    util::Hasher hasher;
  };
  std::vector<Check> checks;
  for (const Algorithm& known : algorithms)
    if (auto digest = file.digests.find(known.name); digest != file.digests.end())
      checks.push_back({known.name, &digest->second, util::Hasher(known.algorithm)});
  std::vector<char> buffer(1 << 18);
  for (;;) {
    ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("cannot read distfile", path);
    if (n == 0) break;
    for (Check& check : checks) check.hasher.update({buffer.data(), static_cast<size_t>(n)});
  }
  for (Check& check : checks)
    if (std::string found = check.hasher.hex(); found != *check.wanted)
      return fmt::format("its {} is {}… and should be {}…", check.name, found.substr(0, 16),
                         check.wanted->substr(0, 16));
  return "";
}

}  // namespace cooper::fetch
