// profiles/updates of repositories: packages that got another name or another slot (PMS 4.4.4).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ebuild/atom.h"
#include "repository/lines.h"
#include "repository/repository.h"
#include "util/error.h"
#include "util/file.h"

namespace cooper::repository {

// A line of profiles/updates: a package that has another name now, or versions of one that are in another slot.
struct Update {
  enum class Kind { move, slot_move } kind = Kind::move;
  std::string_view from, to;                     // move: "category/package"; live as long as `where`, as the slots do
  std::shared_ptr<const ebuild::Atom> versions;  // slot_move: a name, perhaps with a version
  std::string_view from_slot, to_slot;           // slot_move
  Place where;
};

// Reads one file. Lines that are no legal update are added to `problems`.
std::vector<Update> parse_updates(std::string text, std::string_view shown, std::vector<Problem>& problems);

// What old names and slots are called now. Read when it is first asked for; not safe from several threads.
class Updates {
 public:
  explicit Updates(std::vector<const Repository*> repositories);

  // Brings an atom that users wrote up to date; true where it was changed. A name or slot that a repository still has
  // is left alone.
  bool apply(ebuild::Atom& atom);
  // The same for an installed package, of which the slot is known or "".
  bool apply(ebuild::Cpv& cpv, std::string& slot);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  void load();
  bool exists(const ebuild::PackageName& name) const;
  bool exists(const ebuild::PackageName& name, std::string_view slot) const;
  bool rename(ebuild::PackageName& name, const Update& update) const;

  std::vector<const Repository*> repositories_;
  std::vector<util::Fd> roots_;  // their folders, open: a configuration has hundreds of names to look for there
  bool loaded_ = false;
  std::vector<Update> updates_;  // oldest first
  std::vector<Problem> problems_;
};

}  // namespace cooper::repository
