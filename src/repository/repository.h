// A Gentoo-format ebuild repository on disk: PMS chapter 4, and its metadata (chapter 7, md5-cache).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/atom.h"
#include "ebuild/manifest.h"
#include "repository/layout.h"
#include "repository/metadata.h"
#include "util/error.h"

namespace cooper::repository {

class Repository;

// An ebuild that is there, with its metadata.
struct Package {
  ebuild::Cpv cpv;
  const Repository* repository = nullptr;
  Metadata metadata;
  std::filesystem::path ebuild() const;  // the .ebuild file
};

// An error of one ebuild or file: the rest of the repository stays usable.
struct Problem {
  std::string where;  // file[:line]
  std::string what;
};

// How metadata that no valid md5-cache entry gives are made and kept.
struct OpenOptions {
  std::filesystem::path runtime;  // the folder of metadata.bash; "": ebuilds are never sourced, only md5-cache counts
  std::filesystem::path cache;    // results are kept below CACHE/metadata; "": nowhere
  std::filesystem::path bash = "bash";  // which bash sources; a name without a slash is looked for in PATH
  double time_limit = 30;               // seconds for the sourcing of one ebuild
  bool md5_cache = true;                // read the repository's own metadata/md5-cache
  // What a user's repos.conf says of the repository.
  std::optional<std::vector<std::string>> masters;  // instead of those of layout.conf
  std::string default_master;                       // where neither names any
  std::vector<std::string> aliases;                 // beside those of layout.conf
  // What it is called where it does not say so itself: the section of repos.conf.
  std::string fallback_name;
  // Categories beside those that it and its masters list: those of the user and of the other repositories.
  std::vector<std::string> categories;
};

class Repository {
 public:
  // Opens by path; `others` are the repositories that masters may name. Errors: usage (no profiles/repo_name, bad
  // layout.conf, missing master …).
  static Result<std::shared_ptr<Repository>> open(const std::filesystem::path& root,
                                                  std::vector<std::shared_ptr<Repository>> others = {},
                                                  OpenOptions options = {});
  virtual ~Repository() = default;

  virtual const std::string& name() const = 0;
  virtual std::vector<std::string> aliases() const { return {}; }
  virtual const std::filesystem::path& root() const = 0;
  // What it and the user's repos.conf say of it.
  virtual const Layout& layout() const = 0;
  virtual std::vector<std::string> categories() const = 0;
  // All "category/package" names, sorted; no metadata is read for it.
  virtual const std::vector<ebuild::PackageName>& names() const = 0;
  // All versions of a package, lowest first. Ebuilds whose metadata is broken are left out and noted in problems().
  // The pointers live as long as the repository. Safe to call from several threads.
  virtual std::vector<const Package*> versions(const ebuild::PackageName& name) const = 0;
  // The same where no ebuild need be read for it, else nothing; and without a word in problems(). For whoever only
  // guesses that the package will be asked for.
  virtual std::vector<const Package*> peek(const ebuild::PackageName&) const { return {}; }
  // What was found so far; grows with versions(), so look at it when no other thread reads versions.
  virtual const std::vector<Problem>& problems() const = 0;
  // The file of an eclass, here or in a master (nearest first).
  virtual std::optional<std::filesystem::path> eclass(std::string_view name) const = 0;
  // This repository and its masters, nearest first, as eclass lookup walks them.
  virtual std::vector<const Repository*> chain() const = 0;
  virtual Result<ebuild::Manifest> manifest(const ebuild::PackageName& name) const = 0;
  // profiles/thirdpartymirrors of the chain: name → base URLs.
  virtual std::map<std::string, std::vector<std::string>> mirrors() const = 0;
  // Flag descriptions: metadata.xml of the package, else profiles/use.desc and desc/*.
  virtual std::map<std::string, std::string> flag_descriptions(const ebuild::PackageName& name) const = 0;
  // Keeps what was learned of ebuilds for the next process, and ends what it was learned by; the destructor does it
  // too, but cannot say what went wrong. Errors: failed.
  virtual Result<> save() const { return {}; }
};

}  // namespace cooper::repository
