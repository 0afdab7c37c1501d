// Dependency strings of every kind: printing is stable, and evaluation leaves no conditional behind. The first byte
// chooses the kind and the EAPI.
#include "ebuild/dependency.h"

#include <cstdint>
#include <cstdlib>

#include "ebuild/accept.h"
#include "ebuild/required_use.h"
#include "ebuild/sources.h"

using namespace cooper::ebuild;

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}

bool has_conditional(const DependencyNode& node) {
  if (!node.is_leaf && node.kind == GroupKind::use_conditional) return true;
  for (const DependencyNode& child : node.children)
    if (has_conditional(child)) return true;
  return false;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  auto kind = static_cast<DependencyKind>(data[0] / 10 % 5);
  const Eapi& eapi = *find_eapi(std::string(1, static_cast<char>('0' + data[0] % 10)));
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto node = parse_dependency(text, kind, eapi);
  if (!node) {
    require(!node.error().what.empty() && !node.error().why.empty());
    return 0;
  }
  std::string printed = to_text(*node);
  auto again = parse_dependency(printed, kind, eapi);
  require(again.has_value() && to_text(*again) == printed && leaves(*again).size() == leaves(*node).size());

  UseSet use{"a", "x", "ssl"};
  DependencyNode evaluated = evaluate_conditionals(*node, use);
  require(!has_conditional(evaluated));
  require(to_text(evaluate_conditionals(evaluated, {})) == to_text(evaluated));
  if (kind == DependencyKind::src_uri) {
    for (const Distfile& file : distfiles(*node))
      require(!file.name.empty() && file.name.find('/') == std::string::npos);
  }
  if (kind == DependencyKind::license) {
    Acceptance all;
    all.stack("*");
    require(unaccepted(evaluated, all).empty());
  }
  if (kind != DependencyKind::required_use) return 0;
  bool holds = required_use_holds(*node, use, eapi);
  require(holds == violated_required_use(*node, use, eapi).empty());
  require(explain_required_use(*node, use, eapi).empty() == holds);
  auto changes = mend_required_use(
      *node, use, eapi, [](std::string_view) { return true; }, 2);
  require(!holds || (changes && changes->empty()));
  if (!changes) return 0;
  for (const FlagChange& change : *changes) change.on ? (void)use.insert(change.flag) : (void)use.erase(change.flag);
  require(required_use_holds(*node, use, eapi));
  return 0;
}
