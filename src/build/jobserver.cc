#include "build/jobserver.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace cooper::build {

Result<Jobserver> Jobserver::create(int jobs) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return fail_errno("cannot make the jobserver");
  Jobserver server;
  server.read_ = util::Fd(fds[0]);
  server.write_ = util::Fd(fds[1]);
  for (int i = 0; i < jobs; ++i) server.release();
  return server;
}

bool Jobserver::acquire(const std::atomic<bool>& cancel) const {
  // Make 4.3 expects a blocking pipe, so another reader may take the token between poll and read; a reader that waits
  // here holds nothing, and the wait ends with the next token.
  while (!cancel) {
    pollfd ready{read_.get(), POLLIN, 0};
    if (::poll(&ready, 1, 200) <= 0) continue;
    char token;
    ssize_t n = ::read(read_.get(), &token, 1);
    if (n == 1) return true;
    if (n < 0 && errno != EINTR && errno != EAGAIN) return false;
  }
  return false;
}

void Jobserver::release() const {
  char token = '+';
  while (::write(write_.get(), &token, 1) < 0 && errno == EINTR) {
  }
}

}  // namespace cooper::build
