// The Config behind config.h: what load() puts together and the questions answered from it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ebuild/accept.h"
#include "repository/config.h"
#include "repository/flag_stack.h"
#include "repository/portage_config.h"
#include "repository/profile.h"
#include "repository/updates.h"

namespace cooper::repository {

class ProfileConfig final : public Config {
 public:
  const std::string& arch() const override { return arch_; }
  const std::map<std::string, std::string>& variables() const override { return variables_; }
  std::map<std::string, std::string> variables_for(const Package& package) const override;
  FlagStates flags(const Package& package) const override;
  VisibilityReason visibility(const Package& package) const override;
  const std::map<std::string, std::string>& use_expand() const override { return use_expand_; }
  std::vector<ebuild::Atom> system_set() const override { return system_; }
  std::vector<ebuild::Atom> profile_set() const override { return profile_set_; }
  std::vector<ebuild::Cpv> provided() const override { return provided_; }
  UserFiles user_files(const Package& package) const override;
  const std::map<std::string, std::vector<std::string>>& mirrors() const override { return mirrors_; }
  bool bring_up_to_date(ebuild::Atom& atom) const override;
  const std::vector<Problem>& problems() const override { return problems_; }

 private:
  friend class ConfigLoader;
  using Keywords = std::set<std::string, std::less<>>;

  // Something that holds for the packages an atom matches, found by name.
  template <typename T>
  struct PerPackage {
    std::unordered_map<ebuild::PackageName, std::vector<T>, ebuild::PackageNameHash> by_name;
    std::vector<T> patterns;  // atoms with wildcards in the name
    void add(T item);
    // Calls `visit` for each whose atom matches, patterns first.
    template <typename Visit>
    void each(const Package& package, Visit&& visit) const;
  };
  struct Words {
    ebuild::Atom atom;
    std::vector<std::string> words;
  };
  // ACCEPT_LICENSE, ACCEPT_PROPERTIES or ACCEPT_RESTRICT, and what its package.* file adds.
  struct AcceptedWords {
    ebuild::Acceptance everywhere;
    PerPackage<Words> per_package;
  };
  struct Mask {
    ebuild::Atom atom;
    std::string by;                          // who masks it, before the line's place and comment
    Line line;                               // of a package.mask; or none
    const Repository* repository = nullptr;  // a repository's own package.mask: for its packages and its children's
    std::vector<const Repository*> except;   // of these repositories' packages it says nothing
    std::string why() const;
  };
  struct Environment {
    ebuild::Atom atom;
    std::map<std::string, std::string> variables;
  };

  // `own` holds them where the package has some of its own.
  const Keywords& accepted_keywords(const Package& package, Keywords& own) const;
  bool is_stable(const Package& package) const;
  struct Views {
    FlagStack::View use, mask, force;
  };
  Views views(const Package& package) const;
  FlagState judged(const Views& views, std::string_view flag, int iuse_default) const;
  // The flags of implicit_states() that `views` say something of in particular; some of them several times perhaps.
  std::vector<std::string_view> particular_of_implicit(const Views& views) const;
  // The flags that every package has, as they are where nothing is said of a package in particular; sorted.
  const FlagStates::List& implicit_states() const;
  std::vector<std::string> unaccepted(const Package& package, const AcceptedWords& accepted,
                                      LazyTree Metadata::*tree) const;

  std::vector<std::shared_ptr<Repository>> repositories_;
  std::filesystem::path portage_config_;
  std::vector<std::filesystem::path> profile_bashrcs_;  // profile.bashrc of the profile and its parents, parents first
  std::string arch_;
  std::map<std::string, std::string> variables_, use_expand_;
  std::set<std::string, std::less<>> use_expand_unprefixed_;
  std::set<std::string, std::less<>> implicit_;       // the part of IUSE_EFFECTIVE that every package has (PMS 11.1.1)
  std::set<std::string, std::less<>> architectures_;  // arch.list
  FlagStack use_, mask_, force_;
  int64_t iuse_mark_ = 0;  // words of use_ before it yield to the defaults of IUSE
  Keywords accept_keywords_;
  PerPackage<Words> package_keywords_;
  AcceptedWords licenses_, properties_, restrictions_;
  ebuild::LicenseGroups license_groups_;
  PerPackage<Mask> masks_, unmasks_;
  PerPackage<Environment> package_env_;
  std::vector<ebuild::Atom> system_, profile_set_;
  std::vector<ebuild::Cpv> provided_;
  std::map<std::string, std::vector<std::string>> mirrors_;
  std::vector<Problem> problems_;
  mutable std::mutex updates_mutex_;
  mutable Updates updates_{{}};
  mutable std::once_flag implicit_once_;
  mutable FlagStates::List implicit_states_;
};

// SLOT as ebuilds write it: "0" or "0/72.1".
std::string slot_text(const Metadata& metadata);

template <typename T>
void ProfileConfig::PerPackage<T>::add(T item) {
  const ebuild::PackageName& name = item.atom.name;
  if (name.category.find('*') != std::string::npos || name.package.find('*') != std::string::npos)
    patterns.push_back(std::move(item));
  else
    by_name[name].push_back(std::move(item));
}

template <typename T>
template <typename Visit>
void ProfileConfig::PerPackage<T>::each(const Package& package, Visit&& visit) const {
  auto it = by_name.find(package.cpv.name);
  if (patterns.empty() && it == by_name.end()) return;
  std::string slot = slot_text(package.metadata);
  auto walk = [&](const std::vector<T>& items) {
    for (const T& item : items)
      if (item.atom.matches(package.cpv, slot, package.repository->name())) visit(item);
  };
  walk(patterns);
  if (it != by_name.end()) walk(it->second);
}

}  // namespace cooper::repository
