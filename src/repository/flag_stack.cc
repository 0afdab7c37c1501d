#include "repository/flag_stack.h"

#include <algorithm>

namespace cooper::repository {

namespace {
bool is_pattern(const ebuild::PackageName& name) {
  return name.category.find('*') != std::string::npos || name.package.find('*') != std::string::npos;
}
}  // namespace

const std::string& Said::text() const {
  std::call_once(once_, [&]() { text_ += where_.text(); });
  return text_;
}

bool FlagStack::same_scope(const Block& block, const FlagScope& scope) {
  return block.has_atom == (scope.atom != nullptr) && block.stable_only == scope.stable_only &&
         block.repository == scope.repository && (!scope.atom || block.atom == *scope.atom);
}

void FlagStack::add(std::string_view word, const Origin& origin, const FlagScope& scope) {
  if (origins_.empty() || origins_.back() != origin) origins_.push_back(origin);
  bool on = !word.starts_with('-');
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  if (word.empty()) return;
  Word entry{std::string(word), false, {next_order_++, on, origin.get()}};
  if (word == "*" || word.ends_with("_*")) {
    entry.wildcard = true;
    entry.text.pop_back();
  }
  if (!scope.atom && !scope.stable_only && !scope.repository) {
    if (entry.wildcard)
      global_wildcards_.push_back(std::move(entry));
    else
      global_.insert_or_assign(entry.text, entry.word);
    return;
  }
  std::vector<Block>& blocks = scope.atom && !is_pattern(scope.atom->name) ? by_name_[scope.atom->name] : others_;
  if (blocks.empty() || !same_scope(blocks.back(), scope))
    blocks.push_back(
        {scope.atom != nullptr, scope.atom ? *scope.atom : ebuild::Atom{}, scope.stable_only, scope.repository, {}});
  blocks.back().words.push_back(std::move(entry));
}

bool FlagStack::applies(const Block& block, const Package& package, bool stable) {
  if (block.stable_only && !stable) return false;
  if (block.repository && package.repository != block.repository) {
    auto chain = package.repository->chain();
    if (std::find(chain.begin(), chain.end(), block.repository) == chain.end()) return false;
  }
  if (!block.has_atom) return true;
  const Metadata& metadata = package.metadata;
  std::string slot = metadata.subslot == metadata.slot ? metadata.slot : metadata.slot + "/" + metadata.subslot;
  return block.atom.matches(package.cpv, slot, package.repository->name());
}

FlagStack::View FlagStack::view(const Package& package, bool stable) const {
  View view;
  view.stack_ = this;
  auto take = [&](const std::vector<Block>& blocks) {
    for (const Block& block : blocks) {
      if (!applies(block, package, stable)) continue;
      for (const Word& word : block.words) {
        if (word.wildcard) {
          view.wildcards_.emplace_back(word.text, word.word);
          continue;
        }
        FlagWord& known = view.own_[word.text];
        if (word.word.order > known.order) known = word.word;
      }
    }
  };
  take(others_);
  if (auto it = by_name_.find(package.cpv.name); it != by_name_.end()) take(it->second);
  return view;
}

bool FlagStack::View::is_particular(std::string_view flag) const {
  if (own_.contains(flag)) return true;
  return std::any_of(wildcards_.begin(), wildcards_.end(),
                     [&](const auto& wildcard) { return flag.starts_with(wildcard.first); });
}

FlagWord FlagStack::View::find(std::string_view flag) const {
  FlagWord best;
  auto consider = [&](const FlagWord& word) {
    if (word.order > best.order) best = word;
  };
  if (auto it = stack_->global_.find(flag); it != stack_->global_.end()) consider(it->second);
  if (auto it = own_.find(flag); it != own_.end()) consider(it->second);
  for (const Word& word : stack_->global_wildcards_)
    if (flag.starts_with(word.text)) consider(word.word);
  for (const auto& [prefix, word] : wildcards_)
    if (flag.starts_with(prefix)) consider(word);
  return best;
}

}  // namespace cooper::repository
