#include "ebuild/stand_in.h"

#include "util/text.h"

namespace cooper::ebuild {

namespace {

bool version_serves(const StandIn& stand_in, const Atom& atom) {
  if (atom.matches(stand_in.cpv)) return true;
  if (!stand_in.later || atom.name != stand_in.cpv.name || atom.op == Operator::none) return false;
  return atom.op != Operator::less && atom.op != Operator::less_equal && stand_in.cpv.version < atom.version;
}

// Slots that follow versions (python:3.11, autoconf:2.71) can be told from the version; "0" is what most packages have.
bool slot_serves(const StandIn& stand_in, const Atom& atom) {
  if (atom.slot.empty()) return true;
  if (!stand_in.slot.empty() && !stand_in.later) return atom.slot == stand_in.slot;
  if (atom.slot == "0" || atom.slot == stand_in.slot) return true;
  auto slot = Version::parse(atom.slot);
  return !slot || stand_in.cpv.version.has_prefix(*slot) || (stand_in.later && stand_in.cpv.version < *slot);
}

}  // namespace

std::string StandIn::text() const {
  std::string out = cpv.text();
  if (!slot.empty()) out += ":" + slot;
  if (later) out += " later";
  if (posing) out += " posing";
  if (programs_only) out += " programs";
  return out;
}

Result<StandIn> StandIn::parse(std::string_view text) {
  std::vector<std::string_view> words = util::words(text);
  std::string_view package = words.empty() ? std::string_view() : words[0];
  StandIn out;
  if (size_t colon = package.find(':'); colon != std::string_view::npos) {
    out.slot = package.substr(colon + 1);
    package = package.substr(0, colon);
  }
  out.cpv = TRY(Cpv::parse(package));
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "later") out.later = true;
    if (words[i] == "posing") out.posing = true;
    if (words[i] == "programs") out.programs_only = true;
  }
  return out;
}

bool stands_for(const StandIn& stand_in, const Atom& atom, bool programs) {
  if (stand_in.programs_only && !programs) return false;
  return atom.name == stand_in.cpv.name && version_serves(stand_in, atom) && slot_serves(stand_in, atom);
}

}  // namespace cooper::ebuild
