// Hears of every change of an owner that something in a sandbox asks for (seccomp user notification): the call answers
// success and changes nothing, as one id is all that is mapped, and the caller learns which file was meant.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "sandbox/sandbox.h"
#include "util/file.h"

namespace cooper::sandbox {

class OwnershipListener {
 public:
  explicit OwnershipListener(const std::function<void(const OwnershipChange&)>& on_change) : on_change_(on_change) {}

  // The end that the sandbox sends the listener through; -1 afterwards. To be polled for reading.
  int socket() const { return socket_.get(); }
  // The listener itself, once it is there. To be polled for reading.
  int listener() const { return listener_.get(); }

  // Makes the socket; gives the end for the sandbox.
  Result<util::Fd> open();
  // Takes the listener from the socket, or learns that there is none.
  void receive();
  // Answers one call, or learns that nobody is left to call; `events` are what poll said of the listener.
  void serve(short events);

 private:
  const std::function<void(const OwnershipChange&)>& on_change_;
  util::Fd socket_, listener_;
  std::vector<char> request_, response_;  // as large as this kernel's structures are
};

}  // namespace cooper::sandbox
