// Distfiles: parallel download with resume, mirrors and verification.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "store/store.h"
#include "util/error.h"

namespace cooper::fetch {

struct Distfile {
  std::string name;                           // the file's name in distfiles/
  uint64_t size = 0;                          // bytes, from the Manifest
  std::map<std::string, std::string> digests; // "BLAKE2B", "SHA512" → hex; at least one
  std::vector<std::string> urls;              // in the order to try; mirror://NAME/… allowed
  std::string wanted_by;                      // "dev-lang/php-8.2.32", for messages
};

struct Progress {
  std::string name;
  uint64_t have = 0, size = 0;                // bytes
  enum class State { started, running, done, cached, retrying } state = State::running;
  std::string detail;                         // the URL, or why it retries
};

struct Options {
  bool offline = false;
  int parallel = 4;
  std::map<std::string, std::vector<std::string>> mirrors;  // thirdpartymirrors; "debian" comes from apt where absent
  std::function<void(const Progress&)> progress;            // called from any thread
  const std::atomic<bool>* cancel = nullptr;
};

// Makes sure that all are in store.distfiles(), verified. Errors: distfile, naming every URL tried and what each answered.
Result<> fetch_all(const store::Store& store, const std::vector<Distfile>& files, const Options& options);

// Base URLs ("http://host/debian") that this machine's apt configuration names for Debian archives: sources.list,
// sources.list.d/*.list and *.sources (deb822), disabled entries skipped, each once, in order. `etc` is "/etc/apt" but in tests.
std::vector<std::string> debian_mirrors(const std::filesystem::path& etc = "/etc/apt");

}  // namespace cooper::fetch
