// The metadata of one ebuild (PMS chapter 7), as the rest of cooper reads it.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ebuild/dependency.h"
#include "ebuild/eapi.h"
#include "util/error.h"

namespace cooper::repository {

using MetadataKeys = std::map<std::string, std::string, std::less<>>;

// A dependency string that is parsed when it is first looked at: a plan looks at few of those that a repository has.
// Safe to read from several threads.
class LazyTree {
 public:
  LazyTree() = default;  // an empty tree
  LazyTree(ebuild::DependencyNode node);
  // `text` must outlive this and its copies. What does not parse is an empty tree, so parse it once before.
  LazyTree(std::string_view text, ebuild::DependencyKind kind, const ebuild::Eapi& eapi);
  LazyTree(const LazyTree& other);
  LazyTree(LazyTree&& other) noexcept;
  LazyTree& operator=(LazyTree other) noexcept;
  ~LazyTree();

  bool empty() const { return size_ == 0 && !node_.load(std::memory_order_acquire); }
  const ebuild::DependencyNode& get() const;
  operator const ebuild::DependencyNode&() const { return get(); }
  const ebuild::DependencyNode* operator->() const { return &get(); }

 private:
  const char* text_ = nullptr;
  uint32_t size_ = 0;
  ebuild::DependencyKind kind_ = ebuild::DependencyKind::packages;
  const ebuild::Eapi* eapi_ = nullptr;
  mutable std::atomic<const ebuild::DependencyNode*> node_{nullptr};
};

struct Metadata {
  const ebuild::Eapi* eapi = nullptr;
  std::string slot, subslot;                           // SLOT split at "/"; subslot = slot where none is written
  std::vector<std::pair<std::string_view, int>> iuse;  // flag, default: +1 "+flag", -1 "-flag", 0 none
  std::vector<std::string_view> keywords;              // "amd64", "~arm64", "-*"
  LazyTree depend, bdepend, rdepend, pdepend, idepend;
  LazyTree required_use, license, src_uri, restrict, properties;
  std::string_view description, homepage;
  // All keys as text, lines of KEY=VALUE; the views above look into it. `owner` holds it, or a repository does.
  std::string_view text;
  std::shared_ptr<const std::string> owner;

  bool has_iuse(std::string_view flag) const;
  std::string_view key(std::string_view name) const;  // "" where it is not set
  MetadataKeys keys() const;
  // Eclass names, each once: in the order of inheritance where it was sourced, else by name.
  std::vector<std::string> inherited() const;
  std::vector<std::string> defined_phases() const;  // "compile", "postinst", …; empty for "-"
};

// Parses lines of KEY=VALUE as the EAPI rules. The views of the result look into `text`, which `owner` may hold. With
// `trusted`, dependency strings are taken for legal, as they were parsed before. Errors: usage, `where` is the key's
// name.
Result<Metadata> parse_metadata(std::string_view text, std::shared_ptr<const std::string> owner, bool trusted = false);
// The same of a copy of the keys.
Result<Metadata> metadata_of(const MetadataKeys& keys);

// Lines of KEY=VALUE, in byte order, without empty values.
std::string keys_text(const MetadataKeys& keys);

}  // namespace cooper::repository
