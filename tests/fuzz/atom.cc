// Atoms of every EAPI and of users: what parses prints a text that gives the same atom.
#include "ebuild/atom.h"

#include <cstdint>
#include <cstdlib>

using namespace cooper::ebuild;

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}

void check(const cooper::Result<Atom>& atom, std::string_view input, auto parse) {
  if (!atom) return require(!atom.error().what.empty() && !atom.error().why.empty());
  require(atom->text() == input);
  require(*parse(atom->text()) == *atom);
  if (atom->op == Operator::none || atom->wildcard) return;
  Cpv cpv{atom->name, atom->version};
  bool strict = atom->op == Operator::less || atom->op == Operator::greater;
  require(atom->matches(cpv) != strict);
  auto again = Cpv::parse(cpv.text());
  require(again.has_value() && *again == cpv);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  for (std::string_view name : {"0", "1", "4", "5", "9"}) {
    auto parse = [&](std::string_view text) { return Atom::parse(text, *find_eapi(name)); };
    check(parse(input), input, parse);
  }
  for (bool wildcards : {false, true}) {
    auto parse = [&](std::string_view text) { return Atom::parse_user(text, wildcards); };
    check(parse(input), input, parse);
  }
  return 0;
}
