// Package dependency specifications: PMS 8.3.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/eapi.h"
#include "ebuild/version.h"
#include "util/error.h"

namespace cooper::ebuild {

// A package's name: "dev-lang" / "php".
struct PackageName {
  std::string category;
  std::string package;
  std::string text() const { return category + "/" + package; }
  auto operator<=>(const PackageName&) const = default;
};

// For unordered containers.
struct PackageNameHash {
  size_t operator()(const PackageName& name) const {
    std::hash<std::string_view> hash;
    return hash(name.package) ^ (hash(name.category) * 31);
  }
};

// Category, package, version: "dev-lang/php-8.2.32-r1".
struct Cpv {
  PackageName name;
  Version version;
  std::string text() const { return name.text() + "-" + version.text(); }
  static Result<Cpv> parse(std::string_view text);
  auto operator<=>(const Cpv&) const = default;
};

enum class Operator {
  none,
  less,
  less_equal,
  equal,
  equal_prefix,
  revision_of,
  greater_equal,
  greater,
  holding,  // "=*/*-*9999*": the version's text holds "9999" (user configuration only)
};
enum class Block { none, weak, strong };       // "!" and "!!"
enum class SlotOperator { none, equal, any };  // ":=" and ":*"

// One element of "[…]": PMS 8.3.4.
struct UseDependency {
  enum class Kind {
    enabled,      // [flag]
    disabled,     // [-flag]
    same,         // [flag=]
    opposite,     // [!flag=]
    if_enabled,   // [flag?]
    if_disabled,  // [!flag?]
  };
  std::string flag;
  Kind kind = Kind::enabled;
  std::optional<bool> missing;  // (+) or (-): what a package without the flag counts as
  bool operator==(const UseDependency&) const = default;
};

struct Atom {
  Block block = Block::none;
  Operator op = Operator::none;
  PackageName name;
  Version version;            // meaningful where op != none
  std::string slot, subslot;  // "" where not named
  SlotOperator slot_operator = SlotOperator::none;
  std::string repository;  // "" where not named (user configuration only; not legal in ebuilds)
  std::vector<UseDependency> use;
  // Category or package hold "*" (user configuration only); then `op` is none, equal_prefix or holding.
  bool wildcard = false;

  // Errors: usage, `what` says what is wrong with which atom, `why` the rule and the EAPI.
  static Result<Atom> parse(std::string_view text, const Eapi& eapi);
  // As users write them (in specs, on the command line, in package.use): newest rules, "::repository" and, where
  // `wildcards`, "*/*", "dev-*/foo*", "=dev-*/*-1*" and "=*/*-*_rc*" allowed.
  static Result<Atom> parse_user(std::string_view text, bool wildcards = false);

  std::string text() const;  // parse(text()) gives the same atom again
  // Name, version and operator only.
  bool matches(const Cpv& cpv) const;
  // matches(cpv), and slot, subslot and repository where the atom names them. `slot_text` is SLOT: "8.2" or "0/72.1".
  bool matches(const Cpv& cpv, std::string_view slot_text, std::string_view repository) const;
  bool operator==(const Atom&) const = default;
};

}  // namespace cooper::ebuild
