// Packages that something else stands for: the base root's compiler for sys-devel/gcc.
#pragma once

#include <string>
#include <string_view>

#include "ebuild/atom.h"

namespace cooper::ebuild {

// A package that is there without having been built from an ebuild. Its USE flags are not known.
struct StandIn {
  Cpv cpv;
  std::string slot;            // "" where it is not known: then it is told from the version, as far as that goes
  bool later = false;          // serves also where a dependency asks for a later version, or the slot of one
  bool posing = false;         // and has_version says so: for ebuilds that end where it does not
  bool programs_only = false;  // its programs are there, not its headers and libraries: for BDEPEND, not for DEPEND

  // "CPV[:SLOT][ later][ posing][ programs]", and back.
  std::string text() const;
  static Result<StandIn> parse(std::string_view text);
  bool operator==(const StandIn&) const = default;
};

// Whether it satisfies an atom, as far as name, version and slot go. `programs` says that only its programs are needed.
bool stands_for(const StandIn& stand_in, const Atom& atom, bool programs);

}  // namespace cooper::ebuild
