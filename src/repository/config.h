// What profile and user configuration say of packages: USE, keywords, masks, variables (PMS chapter 5, portage(5)).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "repository/repository.h"
#include "util/once.h"

namespace cooper::repository {

// User settings, from the image spec and/or an etc/portage directory.
struct UserSettings {
  std::vector<std::string> use;  // USE, incremental: "ipv6", "-doc"
  struct PackageSettings {
    ebuild::Atom atom;
    std::vector<std::string> use, keywords, license;  // package.use, package.accept_keywords, package.license
    std::map<std::string, std::string> env;           // package.env
  };
  std::vector<PackageSettings> packages;  // later ones win
  std::vector<ebuild::Atom> mask, unmask;
  std::map<std::string, std::string> variables;  // make.conf: CFLAGS, ACCEPT_KEYWORDS, PYTHON_TARGETS …
  std::filesystem::path portage_config;          // an etc/portage directory, or ""
  bool multilib = true;                   // false: only libraries of DEFAULT_ABI, unless a variable asks for more
  std::string origin = "the image spec";  // how FlagState::set_by calls these settings
};

// The value of a flag and who set it.
struct FlagState {
  bool enabled = false;
  bool locked = false;  // masked or forced by the profile
  // "IUSE default", "profile base/make.defaults", "php.toml", …; as long as the Config lives.
  std::string_view set_by;
};

// The flags that a package may ask for. Names live as long as the Config and the package. Most packages share the
// states of the many flags that each of them has without naming them (IUSE_EFFECTIVE), so those are held once.
class FlagStates {
 public:
  using Named = std::pair<std::string_view, FlagState>;
  using List = std::vector<Named>;  // sorted by name
  FlagStates() = default;
  FlagStates(List own, const List* shared) : own_(std::move(own)), shared_(shared) {}

  const FlagState* find(std::string_view flag) const;  // null: there is no such flag
  bool contains(std::string_view flag) const { return find(flag); }
  const FlagState& operator[](std::string_view flag) const;  // of an absent one: off, set by nobody
  void set(std::string_view flag, FlagState state);          // of one that is there; nothing else
  List all() const;
  ebuild::UseSet enabled() const;

 private:
  List own_;                      // what differs from `shared_`, and what is not there
  const List* shared_ = nullptr;  // of the Config
};

enum class Visibility {
  visible,
  masked_by_keyword,
  masked_by_package_mask,
  masked_by_license,
  masked_by_properties,
  masked_by_restrict,
  masked_by_eapi
};
struct VisibilityReason {
  Visibility visibility = Visibility::visible;
  std::string why;     // "~amd64 keyword", "package.mask: profiles/package.mask:12: …"
  std::string remedy;  // the spec line that would allow it, or ""
  // All that stands in the way; `visibility` and `why` tell the first of it.
  bool masked = false;                // by a package.mask
  std::string keyword;                // what accept_keywords lacks: "~amd64", "**"; "" where keywords are accepted
  std::vector<std::string> licenses;  // not accepted
  // Not accepted of PROPERTIES and RESTRICT. Whoever refuses these means it: no change offers to accept them.
  std::vector<std::string> properties, restrictions;
};

// Files of profile and user that take part in the build of a package; each with the name that decides the order.
struct UserFiles {
  std::map<std::string, std::filesystem::path> bashrc;   // sourced before each phase
  std::map<std::string, std::filesystem::path> patches;  // for eapply_user
  // Files and folders for USE=savedconfig, by their paths below savedconfig/.
  std::map<std::string, std::filesystem::path> saved_configs;
};

// One profile stack with user settings over it. Immutable; all methods are safe from several threads.
class Config {
 public:
  // `profile` is "repository:profile/path", "profile/path" in the first repository that has it, or a path to a profile
  // folder; "" is the make.profile of `settings.portage_config`. Errors: usage with file and line.
  static Result<std::shared_ptr<Config>> load(const std::vector<std::shared_ptr<Repository>>& repositories,
                                              std::string_view profile, UserSettings settings);
  virtual ~Config() = default;

  virtual const std::string& arch() const = 0;
  // Variables of the profile and the user (CHOST, CFLAGS, ABI, LIBDIR_amd64 …), incrementals stacked.
  virtual const std::map<std::string, std::string>& variables() const = 0;
  virtual std::map<std::string, std::string> variables_for(const Package& package) const = 0;  // with package.env
  // FEATURES=test: src_test runs, and the flag "test" is on unless something says otherwise.
  bool asks_for_tests() const;
  // Every flag of IUSE_EFFECTIVE that `package` may ask for, with its value.
  virtual FlagStates flags(const Package& package) const = 0;
  // The same, worked out once: for packages that live as long as the Config.
  const FlagStates& known_flags(const Package& package) const;
  // The flags that are on: what USE-conditionals see.
  ebuild::UseSet use(const Package& package) const { return flags(package).enabled(); }
  virtual VisibilityReason visibility(const Package& package) const = 0;
  // USE_EXPAND: variable name → lower-case prefix with "_" ("PYTHON_TARGETS" → "python_targets_").
  virtual const std::map<std::string, std::string>& use_expand() const = 0;
  virtual std::vector<ebuild::Atom> system_set() const = 0;  // the profile's `packages`
  // The set @profile: the lines of `packages` without "*", in profiles that have it so.
  virtual std::vector<ebuild::Atom> profile_set() const { return {}; }
  virtual std::vector<ebuild::Cpv> provided() const = 0;  // package.provided
  // profile.bashrc of profiles; bashrc, env/CATEGORY/NAME, patches/CATEGORY/NAME of the portage configuration.
  virtual UserFiles user_files(const Package&) const { return {}; }
  // The user's mirrors (etc/portage/mirrors): name → base URLs; "local" is asked first for every file.
  virtual const std::map<std::string, std::vector<std::string>>& mirrors() const;
  // Brings an atom up to date with profiles/updates, as Updates::apply. True where it was changed.
  virtual bool bring_up_to_date(ebuild::Atom&) const { return false; }
  // Lines of profiles that mean nothing (a bad atom …) and were left out.
  virtual const std::vector<Problem>& problems() const;

 private:
  struct KnownFlags {
    util::Once once;
    FlagStates states;
  };
  mutable std::mutex known_flags_mutex_;  // for the map, not for what is in it
  mutable std::unordered_map<const Package*, KnownFlags> known_flags_;
};

}  // namespace cooper::repository
