// What many places say of USE flags, one over the other: USE itself, use.mask and use.force are each such a stack.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ebuild/atom.h"
#include "repository/lines.h"
#include "repository/repository.h"

namespace cooper::repository {

// Who said something: "profile gentoo:base/use.mask:12". Put together when it is first asked for, as of the thousands
// of words that are read few are told of.
class Said {
 public:
  explicit Said(std::string by, Place where = {}) : text_(std::move(by)), where_(std::move(where)) {}
  const std::string& text() const;

 private:
  mutable std::once_flag once_;
  mutable std::string text_;
  Place where_;
};
using Origin = std::shared_ptr<const Said>;

// One word about a flag. A later word (a higher `order`) wins over an earlier one.
struct FlagWord {
  int64_t order = -1;
  bool on = false;
  const Said* origin = nullptr;
};

// For which packages words hold.
struct FlagScope {
  std::string_view name;                     // "category/package": those of that name; "": those that `atom` matches
  std::shared_ptr<const ebuild::Atom> atom;  // null: all packages
  bool stable_only = false;                  // only those in use for a stable keyword
  const Repository* repository = nullptr;  // null: of any repository; else of it and of those that have it as a master
};

class FlagStack {
 public:
  // Puts words on top, one over the other: "flag", "-flag", "-*" (all off), "prefix_*" and "-prefix_*" (all that begin
  // so). "+flag" is read as "flag".
  void add(std::string_view words, const Origin& origin, const FlagScope& scope = {});
  // The order of the next word: what is added before and after a moment can be told apart by it.
  int64_t mark() { return next_order_++; }

  // What holds for one package; valid as long as the stack.
  class View {
   public:
    // The word that decides on `flag`; order < 0 where none speaks of it.
    FlagWord find(std::string_view flag) const;
    // What is said of this package in particular: flags, the same one several times perhaps, and beginnings of flags.
    const std::vector<std::pair<std::string_view, FlagWord>>& own() const { return own_; }
    const std::vector<std::pair<std::string_view, FlagWord>>& wildcards() const { return wildcards_; }

   private:
    friend class FlagStack;
    const FlagStack* stack_ = nullptr;
    std::vector<std::pair<std::string_view, FlagWord>> own_;        // by flag, then order; from matching scopes
    std::vector<std::pair<std::string_view, FlagWord>> wildcards_;  // prefixes, "" for all; from matching scopes
  };
  View view(const Package& package, bool stable) const;
  // What holds for a package of which nothing in particular is said.
  View view() const {
    View view;
    view.stack_ = this;
    return view;
  }

 private:
  struct Wildcard {
    std::string prefix;
    FlagWord word;
  };
  // Words that hold for some packages. Most are of packages that nobody asks for, so they are taken apart when one
  // does.
  struct Block {
    std::shared_ptr<const ebuild::Atom> atom;  // null: nothing beyond the name
    bool stable_only = false;
    const Repository* repository = nullptr;
    std::string words;
    int64_t order = 0;  // of the first of the words; those behind it have their distance from it added
    const Said* origin = nullptr;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  static bool applies(const Block& block, const Package& package, bool stable);
  static void take(const Block& block, View& view);

  int64_t next_order_ = 0;
  std::unordered_map<std::string, FlagWord, Hash, std::equal_to<>> global_;
  std::vector<Wildcard> global_wildcards_;
  std::unordered_multimap<std::string, Block> by_name_;
  std::vector<Block> others_;    // of packages of several names
  std::vector<Origin> origins_;  // keeps them alive
};

}  // namespace cooper::repository
