#include "util/mapped_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <utility>

#include "util/file.h"

namespace cooper::util {

namespace {

// The mappings that the handler of SIGBUS knows. Global, as signals are; without a lock, as a handler must not wait.
struct Range {
  std::atomic<bool> taken{false};
  std::atomic<const char*> begin{nullptr}, end{nullptr};
};
constexpr int most_ranges = 64;
Range ranges[most_ranges];
struct sigaction previous;

// A page of a mapping that lies beyond the file's new end: zeros take its place, and the read is repeated.
void on_bus_error(int number, siginfo_t* info, void* context) {
  const auto* address = static_cast<const char*>(info->si_addr);
  for (Range& range : ranges) {
    const char* begin = range.begin.load();
    if (!begin || address < begin || address >= range.end.load()) continue;
    auto page = reinterpret_cast<uintptr_t>(address) & ~static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE) - 1);
    void* zeros = ::mmap(reinterpret_cast<void*>(page), static_cast<size_t>(::sysconf(_SC_PAGESIZE)), PROT_READ,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (zeros != MAP_FAILED) return;
  }
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(number, info, context);
    return;
  }
  ::sigaction(number, &previous, nullptr);  // the fault comes again and does what it did before
}

void install_handler() {
  static const bool installed = [] {
    struct sigaction action {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    return ::sigaction(SIGBUS, &action, &previous) == 0;
  }();
  (void)installed;
}

int watch(std::string_view bytes) {
  install_handler();
  for (int i = 0; i < most_ranges; ++i) {
    bool free = false;
    if (!ranges[i].taken.compare_exchange_strong(free, true)) continue;
    ranges[i].end = bytes.data() + bytes.size();
    ranges[i].begin = bytes.data();
    return i;
  }
  return -1;
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open file", path);
  struct stat st;
  if (::fstat(fd.get(), &st) != 0) return fail_errno("cannot stat file", path);
  if (!S_ISREG(st.st_mode)) return fail(ErrorKind::failed, "cannot map file", path, "it is no regular file");
  MappedFile out;
  if (st.st_size == 0) return out;
  auto size = static_cast<size_t>(st.st_size);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (address == MAP_FAILED) return fail_errno("cannot map file", path);
  out.bytes_ = {static_cast<const char*>(address), size};
  out.slot_ = watch(out.bytes_);
  if (out.slot_ < 0) return fail(ErrorKind::failed, "cannot map file", path, "too many files are mapped");
  return out;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), slot_(std::exchange(other.slot_, -1)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(slot_, other.slot_);
  return *this;
}

MappedFile::~MappedFile() {
  if (slot_ >= 0) {
    ranges[slot_].begin = nullptr;
    ranges[slot_].taken = false;
  }
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace cooper::util
