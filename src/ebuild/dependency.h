// Dependency strings and their kin as trees: *DEPEND, REQUIRED_USE, LICENSE, SRC_URI, RESTRICT, PROPERTIES (PMS 8.2).
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/atom.h"
#include "ebuild/eapi.h"
#include "util/error.h"

namespace cooper::ebuild {

using UseSet = std::set<std::string, std::less<>>;  // names of the flags that are on

// An atom that the copies of a tree share: nodes are copied and moved by the thousand.
class SharedAtom {
 public:
  SharedAtom() = default;
  SharedAtom(Atom atom) : atom_(std::make_shared<const Atom>(std::move(atom))) {}
  const Atom& operator*() const { return atom_ ? *atom_ : none(); }
  const Atom* operator->() const { return &**this; }
  operator const Atom&() const { return **this; }
  bool operator==(const SharedAtom& other) const { return **this == *other; }

 private:
  static const Atom& none();
  std::shared_ptr<const Atom> atom_;
};

enum class GroupKind { all, any_of, exactly_one_of, at_most_one_of, use_conditional };

// A node: a leaf (an atom, flag, license, URI or word) or a group.
struct DependencyNode {
  bool is_leaf = false;
  GroupKind kind = GroupKind::all;       // groups
  std::string flag;                      // use_conditional: the flag …
  bool negated = false;                  // … and whether it is "!flag? ( )"
  std::vector<DependencyNode> children;  // groups

  std::string word;  // leaves: the text; SRC_URI: the URI ("fetch+" included, see sources.h); REQUIRED_USE: the flag
                     // without "!"
  bool word_negated = false;  // REQUIRED_USE leaves: "!flag"
  std::string rename;         // SRC_URI leaves: what follows "->", or ""
  SharedAtom atom;            // *DEPEND leaves
};

enum class DependencyKind { packages, required_use, license, src_uri, words /* RESTRICT, PROPERTIES */ };

// The whole string as one `all` group. Errors: usage, with the offending token and its offset in `what`, the rule in
// `why`.
Result<DependencyNode> parse_dependency(std::string_view text, DependencyKind kind, const Eapi& eapi);

std::string to_text(const DependencyNode& node);

// Drops conditionals that `use` does not meet and lifts the children of those it meets; other groups stay.
DependencyNode evaluate_conditionals(const DependencyNode& node, const UseSet& use);

// All leaves under a node, in order (evaluate conditionals first where they matter).
std::vector<const DependencyNode*> leaves(const DependencyNode& node);

// REQUIRED_USE: the parts (rendered, e.g. "?? ( gd imagemagick )") that `use` violates; empty where all hold.
// `empty_groups` as in the EAPI table.
std::vector<std::string> violated_required_use(const DependencyNode& node, const UseSet& use, const Eapi& eapi);

}  // namespace cooper::ebuild
