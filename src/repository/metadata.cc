#include "repository/metadata.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ebuild/names.h"
#include "util/text.h"

namespace cooper::repository {

using ebuild::DependencyKind;
using ebuild::DependencyNode;
using ebuild::Eapi;

LazyTree::LazyTree(DependencyNode node) : node_(new DependencyNode(std::move(node))) {}

LazyTree::LazyTree(std::string_view text, DependencyKind kind, const Eapi& eapi)
    : text_(text.data()), size_(static_cast<uint32_t>(text.size())), kind_(kind), eapi_(&eapi) {}

LazyTree::LazyTree(const LazyTree& other)
    : text_(other.text_), size_(other.size_), kind_(other.kind_), eapi_(other.eapi_) {
  if (const DependencyNode* node = other.node_.load(std::memory_order_acquire)) node_ = new DependencyNode(*node);
}

LazyTree::LazyTree(LazyTree&& other) noexcept
    : text_(other.text_),
      size_(other.size_),
      kind_(other.kind_),
      eapi_(other.eapi_),
      node_(other.node_.exchange(nullptr)) {}

LazyTree& LazyTree::operator=(LazyTree other) noexcept {
  text_ = other.text_;
  size_ = other.size_;
  kind_ = other.kind_;
  eapi_ = other.eapi_;
  delete node_.exchange(other.node_.exchange(nullptr));
  return *this;
}

LazyTree::~LazyTree() { delete node_.load(std::memory_order_acquire); }

const DependencyNode& LazyTree::get() const {
  static const DependencyNode nothing;
  if (const DependencyNode* node = node_.load(std::memory_order_acquire)) return *node;
  if (size_ == 0) return nothing;
  auto parsed = ebuild::parse_dependency({text_, size_}, kind_, *eapi_);
  const auto* fresh = new DependencyNode(parsed ? std::move(*parsed) : DependencyNode{});
  const DependencyNode* known = nullptr;
  if (node_.compare_exchange_strong(known, fresh, std::memory_order_acq_rel)) return *fresh;
  delete fresh;  // another thread was quicker
  return *known;
}

namespace {

// Calls `visit(key, value)` for each line.
template <typename Visit>
void each_key(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    size_t equals = line.find('=');
    if (equals != std::string_view::npos && equals > 0) visit(line.substr(0, equals), line.substr(equals + 1));
  }
}

std::vector<std::string> word_list(std::string_view text) {
  std::vector<std::string> out;
  auto words = util::words(text);
  out.reserve(words.size());
  for (std::string_view word : words) out.emplace_back(word);
  return out;
}

Result<> parse_slot(std::string_view text, const Eapi& eapi, Metadata& out) {
  if (text.empty()) return fail(ErrorKind::usage, "SLOT is not set", "SLOT", "every ebuild must set it (PMS 7.2)");
  size_t slash = text.find('/');
  std::string_view slot = text.substr(0, slash);
  std::string_view subslot = slash == std::string_view::npos ? slot : text.substr(slash + 1);
  if (!ebuild::is_slot_name(slot) || !ebuild::is_slot_name(subslot))
    return fail(ErrorKind::usage, fmt::format("'{}' is not a legal slot", text), "SLOT", "see PMS 3.1.3");
  if (slash != std::string_view::npos && !eapi.slot_operators)
    return fail(ErrorKind::usage, fmt::format("'{}' has a subslot, which EAPI {} does not know", text, eapi.name),
                "SLOT", "subslots came with EAPI 5");
  out.slot = slot;
  out.subslot = subslot;
  return {};
}

Result<> parse_iuse(std::string_view text, Metadata& out) {
  auto words = util::words(text);
  out.iuse.reserve(words.size());
  for (std::string_view word : words) {
    int value = word.front() == '+' ? 1 : word.front() == '-' ? -1 : 0;
    std::string_view flag = value ? word.substr(1) : word;
    if (!ebuild::is_use_flag_name(flag))
      return fail(ErrorKind::usage, fmt::format("'{}' is not a legal USE flag", word), "IUSE", "see PMS 3.1.4");
    if (value && !out.eapi->iuse_defaults)
      return fail(ErrorKind::usage,
                  fmt::format("'{}' has a default, which EAPI {} does not know", word, out.eapi->name), "IUSE",
                  "defaults came with EAPI 1");
    // A flag that an eclass names again: a default, where either gives one, holds.
    auto same = std::find_if(out.iuse.begin(), out.iuse.end(), [&](const auto& known) { return known.first == flag; });
    if (same == out.iuse.end())
      out.iuse.emplace_back(flag, value);
    else if (value)
      same->second = value;
  }
  return {};
}

// The keys that are trees: where each goes and what it may hold.
struct TreeKey {
  std::string_view name;
  LazyTree Metadata::*tree;
  DependencyKind kind;
  bool Eapi::*needs;  // null: in every EAPI
};
constexpr std::array<TreeKey, 10> tree_keys = {{
    {"DEPEND", &Metadata::depend, DependencyKind::packages, nullptr},
    {"RDEPEND", &Metadata::rdepend, DependencyKind::packages, nullptr},
    {"PDEPEND", &Metadata::pdepend, DependencyKind::packages, nullptr},
    {"BDEPEND", &Metadata::bdepend, DependencyKind::packages, &Eapi::bdepend},
    {"IDEPEND", &Metadata::idepend, DependencyKind::packages, &Eapi::idepend},
    {"REQUIRED_USE", &Metadata::required_use, DependencyKind::required_use, &Eapi::required_use},
    {"LICENSE", &Metadata::license, DependencyKind::license, nullptr},
    {"SRC_URI", &Metadata::src_uri, DependencyKind::src_uri, nullptr},
    {"RESTRICT", &Metadata::restrict, DependencyKind::words, nullptr},
    {"PROPERTIES", &Metadata::properties, DependencyKind::words, nullptr},
}};

}  // namespace

Result<Metadata> parse_metadata(std::string_view text, std::shared_ptr<const std::string> owner, bool trusted) {
  Metadata out;
  out.text = text;
  out.owner = std::move(owner);
  std::string_view eapi, slot, iuse, keywords;
  std::array<std::string_view, tree_keys.size()> trees;
  each_key(text, [&](std::string_view key, std::string_view value) {
    for (auto [name, view] : {std::pair<std::string_view, std::string_view*>("EAPI", &eapi),
                              {"SLOT", &slot},
                              {"IUSE", &iuse},
                              {"KEYWORDS", &keywords},
                              {"DESCRIPTION", &out.description},
                              {"HOMEPAGE", &out.homepage}})
      if (key == name) *view = value;
    for (size_t i = 0; i < tree_keys.size(); ++i)
      if (key == tree_keys[i].name) trees[i] = value;
  });
  out.eapi = ebuild::find_eapi(eapi.empty() ? "0" : eapi);
  if (!out.eapi)
    return fail(ErrorKind::usage, fmt::format("unknown EAPI '{}'", eapi), "EAPI",
                fmt::format("cooper knows EAPI 0 to {}", ebuild::newest_eapi().name));
  TRY(parse_slot(slot, *out.eapi, out));
  TRY(parse_iuse(iuse, out));
  for (size_t i = 0; i < tree_keys.size(); ++i) {
    const TreeKey& key = tree_keys[i];
    if (trees[i].empty()) continue;
    if (key.needs && !(out.eapi->*key.needs)) {
      // The dependencies of later EAPIs are mere variables to earlier ones; a rule that is not kept would mislead.
      if (key.needs != &Eapi::required_use) continue;
      return fail(ErrorKind::usage, fmt::format("EAPI {} does not know REQUIRED_USE", out.eapi->name), "REQUIRED_USE",
                  "it came with EAPI 4");
    }
    if (!trusted)
      if (auto node = ebuild::parse_dependency(trees[i], key.kind, *out.eapi); !node) {
        node.error().where = key.name;
        return std::unexpected(std::move(node).error());
      }
    out.*key.tree = LazyTree(trees[i], key.kind, *out.eapi);
  }
  out.keywords = util::words(keywords);
  return out;
}

Result<Metadata> metadata_of(const MetadataKeys& keys) {
  auto owner = std::make_shared<const std::string>(keys_text(keys));
  std::string_view text = *owner;
  return parse_metadata(text, std::move(owner));
}

std::string keys_text(const MetadataKeys& keys) {
  std::string text;
  for (const auto& [key, value] : keys)
    if (!value.empty()) text += fmt::format("{}={}\n", key, value);
  return text;
}

bool Metadata::has_iuse(std::string_view flag) const {
  return std::any_of(iuse.begin(), iuse.end(), [&](const auto& known) { return known.first == flag; });
}

std::string_view Metadata::key(std::string_view name) const {
  std::string_view found;
  each_key(text, [&](std::string_view key, std::string_view value) {
    if (key == name) found = value;
  });
  return found;
}

MetadataKeys Metadata::keys() const {
  MetadataKeys out;
  each_key(text, [&](std::string_view key, std::string_view value) {
    out.insert_or_assign(std::string(key), std::string(value));
  });
  return out;
}

std::vector<std::string> Metadata::inherited() const { return word_list(key("INHERITED")); }

std::vector<std::string> Metadata::defined_phases() const {
  std::string_view phases = key("DEFINED_PHASES");
  return phases == "-" ? std::vector<std::string>{} : word_list(phases);
}

}  // namespace cooper::repository
