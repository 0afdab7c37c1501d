// One download of one URL into a file, by libcurl.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "util/error.h"

namespace cooper::fetch {

struct TransferRequest {
  std::string url;
  std::filesystem::path part;  // appended to; begun anew where the server cannot resume
  uint64_t size = 0;           // more bytes than this end the transfer
  std::string proxy;           // "" leaves it to the environment
  int connect_seconds = 10, stall_seconds = 30;
  const std::atomic<bool>* cancel = nullptr;
  std::function<void(uint64_t have)> progress;
};

struct TransferAnswer {
  enum class Kind {
    complete,     // the server sent all it has
    refused,      // this URL has no such file: another try would give the same
    unreachable,  // the host cannot be reached
    broken_off,   // some of it came, or the server is in trouble: another try may go better
    cancelled,
  } kind = Kind::complete;
  std::string text;       // for people: "HTTP 404", "connection refused"
  bool resumed = false;   // what was there before is part of the file
  uint64_t received = 0;  // bytes that came
};

// Keeps connections open from one transfer to the next. For one thread at a time.
class Transfer {
 public:
  Transfer();
  ~Transfer();
  // Errors: the file cannot be written (disk full …).
  Result<TransferAnswer> run(const TransferRequest& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace cooper::fetch
