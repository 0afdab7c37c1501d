#include "repository/scout.h"

#include <algorithm>
#include <deque>
#include <system_error>
#include <unordered_map>

#include "util/heap.h"

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

// A package to be looked at: to be read, or to be followed to its dependencies, too.
struct Wanted {
  PackageName name;
  bool follow;
};

class Walk {
 public:
  Walk(const Package& package, const Config* config, std::deque<Wanted>& open)
      : package_(package), flags_(config ? &config->known_flags(package) : nullptr), open_(open) {}

  void follow(const DependencyNode& node) {
    if (node.is_leaf) {
      open_.push_back({node.atom->name, node.atom->block == ebuild::Block::none});
      return;
    }
    if (node.kind == GroupKind::use_conditional && is_on(node.flag) == node.negated) return;
    bool others = false;  // the first of several is the likeliest, but all of them will be looked at
    for (const DependencyNode& child : node.children) {
      if (others)
        read(child);
      else
        follow(child);
      others = node.kind == GroupKind::any_of;
    }
  }

 private:
  void read(const DependencyNode& node) {
    if (node.is_leaf) open_.push_back({node.atom->name, false});
    if (!node.is_leaf && node.kind == GroupKind::use_conditional && is_on(node.flag) == node.negated) return;
    for (const DependencyNode& child : node.children) read(child);
  }

  bool is_on(std::string_view flag) const {
    if (flags_) return (*flags_)[flag].enabled;
    return std::ranges::any_of(package_.metadata.iuse,
                               [&](const auto& known) { return known.first == flag && known.second > 0; });
  }

  const Package& package_;
  const FlagStates* flags_;
  std::deque<Wanted>& open_;
};

// Adds what a package needs, until `turn`.
void follow(const std::vector<std::shared_ptr<Repository>>& repositories, const Wanted& wanted, const Config* config,
            const std::atomic<bool>& turn, std::deque<Wanted>& open) {
  for (const auto& repository : repositories) {
    const Package* package = likeliest(repository->peek(wanted.name));
    if (!package) continue;
    if (!wanted.follow) return;
    const Metadata& m = package->metadata;
    Walk walk(*package, config, open);
    for (const LazyTree* tree : {&m.rdepend, &m.depend, &m.bdepend, &m.pdepend, &m.idepend})
      if (!turn) walk.follow(*tree);
    return;
  }
}

}  // namespace

Scout::Scout(std::vector<std::shared_ptr<Repository>> repositories, std::vector<PackageName> start)
    : repositories_(std::move(repositories)), start_(std::move(start)) {
  if (std::thread::hardware_concurrency() < 2 || !leads_on()) return;
  try {
    thread_ = std::thread([this]() { run(); });
  } catch (const std::system_error&) {
    // No thread to be had: all is read when it is asked for.
  }
}

Scout::~Scout() {
  {
    std::lock_guard lock(mutex_);
    stop_ = turn_ = true;
  }
  told_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Scout::know(std::shared_ptr<const Config> config) {
  {
    std::lock_guard lock(mutex_);
    config_ = std::move(config);
    turn_ = true;
  }
  told_.notify_one();
}

bool Scout::wait_for_config() {
  std::unique_lock lock(mutex_);
  told_.wait(lock, [&]() { return stop_ || config_; });
  turn_ = stop_.load();
  return !stop_;
}

bool Scout::leads_on() const {
  if (start_.size() != 1) return !start_.empty();
  std::deque<Wanted> open;
  follow(repositories_, {start_.front(), true}, nullptr, turn_, open);
  return std::ranges::any_of(open, &Wanted::follow);
}

void Scout::run() {
  util::use_large_pages_in_thread();
  walk(nullptr);
  if (wait_for_config()) walk(config_.get());
}

void Scout::walk(const Config* config) {
  std::deque<Wanted> open;
  for (const PackageName& name : start_) open.push_back({name, true});
  std::unordered_map<PackageName, bool, ebuild::PackageNameHash> followed;
  for (; !open.empty() && !turn_; open.pop_front()) {
    const Wanted wanted = open.front();
    auto [known, fresh] = followed.try_emplace(wanted.name, false);
    if (known->second || (!fresh && !wanted.follow)) continue;
    known->second = wanted.follow;
    follow(repositories_, wanted, config, turn_, open);
  }
}

}  // namespace cooper::repository
