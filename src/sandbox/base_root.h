// Base roots: the environment that builds run in (DESIGN: an input, identified by digest).
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace cooper::sandbox {

// What a base root means for builds; from a table by kind ("debian") or from var/db/pkg.
struct BaseDescription {
  std::string kind;  // "debian", "gentoo", "unknown"
  // Gentoo packages that its tools stand for, build-time only, as ebuild::StandIn::text: "dev-build/cmake-3.25.1
  // later".
  std::vector<std::string> provides;
  // Gentoo packages that adoption stands for at run time: "sys-libs/glibc".
  std::vector<std::string> adopted_packages;
  // SONAMEs that an image may take from it, with the reason shown to users: "libc.so.6" → "C library".
  std::map<std::string, std::string> adoptable;
  // Folders searched for those, absolute: "/lib/x86_64-linux-gnu", …
  std::vector<std::string> library_paths;
  // Environment for builds in it: PATH and the like.
  std::map<std::string, std::string> environment;
};

// The base root of a recipe from the store, or made now: `make` fills an empty folder and says what is in it. A recipe
// is a text that decides the content. Two processes do not make the same one at once.
Result<store::BaseRoot> find_or_make_base(const store::Store& store, std::string_view recipe,
                                          const std::function<Result<tree::Tree>(const std::filesystem::path&)>& make);

struct BaseOptions {
  std::function<void(std::string_view)> progress;  // gets one line per step ("downloading 180 packages"); may be empty
  bool offline = false;                            // nothing from the network
  const std::atomic<bool>* cancel = nullptr;       // once true, the root is not made: an `interrupted` error
};

// `from` as in the spec: debian:SUITE | tar:FILE | dir:PATH (images are above this floor: cli/base.h has oci:). Made
// once per recipe and kept in the store. Errors: distfile, where it is not there and `offline`.
Result<store::BaseRoot> obtain_base(const store::Store& store, std::string_view from, const BaseOptions& options);
Result<BaseDescription> describe_base(const store::BaseRoot& base);

// BaseDescription::provides as far as it is known before the base root exists: planning needs no root on disk. For
// debian:SUITE from a table of the suite's versions; for everything else empty, since only the root itself can tell.
std::vector<std::string> provides_for(std::string_view from);
// BaseDescription::adopted_packages of every base root that libraries can be adopted from.
std::vector<std::string> adopted_packages();

}  // namespace cooper::sandbox
