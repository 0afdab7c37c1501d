#include "repository/scout.h"

#include <algorithm>
#include <deque>
#include <system_error>
#include <unordered_set>

namespace cooper::repository {

namespace {

using ebuild::DependencyNode;
using ebuild::GroupKind;
using ebuild::PackageName;

// The version that a plan most likely takes: the highest with a stable keyword.
const Package* likeliest(const std::vector<const Package*>& versions) {
  auto is_stable = [](const Package* package) {
    return std::ranges::any_of(package->metadata.keywords, [](std::string_view keyword) {
      return !keyword.starts_with('~') && !keyword.starts_with('-');
    });
  };
  for (auto package = versions.rbegin(); package != versions.rend(); ++package)
    if (is_stable(*package)) return *package;
  return versions.empty() ? nullptr : versions.back();
}

class Walk {
 public:
  Walk(const Package& package, std::deque<PackageName>& open) : metadata_(package.metadata), open_(open) {}

  void follow(const DependencyNode& node) {
    if (node.is_leaf) {
      if (node.atom->block == ebuild::Block::none) open_.push_back(node.atom->name);
      return;
    }
    if (node.kind == GroupKind::use_conditional && is_on(node.flag) == node.negated) return;
    for (const DependencyNode& child : node.children) {
      follow(child);
      if (node.kind == GroupKind::any_of) return;
    }
  }

 private:
  bool is_on(std::string_view flag) const {
    return std::ranges::any_of(metadata_.iuse,
                               [&](const auto& known) { return known.first == flag && known.second > 0; });
  }

  const Metadata& metadata_;
  std::deque<PackageName>& open_;
};

}  // namespace

Scout::Scout(std::vector<std::shared_ptr<Repository>> repositories, std::vector<PackageName> start)
    : repositories_(std::move(repositories)) {
  if (std::thread::hardware_concurrency() < 2) return;
  try {
    thread_ = std::thread([this, start = std::move(start)]() mutable { run(std::move(start)); });
  } catch (const std::system_error&) {
    // No thread to be had: all is read when it is asked for.
  }
}

Scout::~Scout() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Scout::run(std::vector<PackageName> start) {
  std::deque<PackageName> open(start.begin(), start.end());
  std::unordered_set<PackageName, ebuild::PackageNameHash> seen;
  for (; !open.empty() && !stop_; open.pop_front()) {
    const PackageName name = open.front();
    if (!seen.insert(name).second) continue;
    for (const auto& repository : repositories_) {
      const Package* package = likeliest(repository->peek(name));
      if (!package) continue;
      const Metadata& m = package->metadata;
      for (const LazyTree* tree : {&m.rdepend, &m.depend, &m.bdepend, &m.pdepend})
        if (!stop_) Walk(*package, open).follow(*tree);
      break;
    }
  }
}

}  // namespace cooper::repository
