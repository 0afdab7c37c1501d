#include "repository/flag_stack.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "util/text.h"

namespace cooper::repository {

namespace {

bool is_pattern(const ebuild::PackageName& name) {
  return name.category.find('*') != std::string::npos || name.package.find('*') != std::string::npos;
}

struct Spoken {
  std::string_view flag;  // or the prefix of a wildcard
  bool on = false, wildcard = false;
};

// What a word says; nothing where it names no flag.
std::optional<Spoken> read_word(std::string_view word) {
  Spoken out{word, !word.starts_with('-')};
  if (word.starts_with('-') || word.starts_with('+')) out.flag.remove_prefix(1);
  if (out.flag.empty()) return std::nullopt;
  out.wildcard = out.flag == "*" || out.flag.ends_with("_*");
  if (out.wildcard) out.flag.remove_suffix(1);
  return out;
}

// Calls `visit` with what each word says and how far it is from the first.
template <typename Visit>
void each_word(std::string_view words, Visit&& visit) {
  for (std::string_view word : util::words(words))
    if (auto spoken = read_word(word)) visit(*spoken, word.data() - words.data());
}

}  // namespace

const std::string& Said::text() const {
  std::call_once(once_, [&]() { text_ += where_.text(); });
  return text_;
}

void FlagStack::add(std::string_view words, const Origin& origin, const FlagScope& scope) {
  if (origins_.empty() || origins_.back() != origin) origins_.push_back(origin);
  int64_t order = next_order_;
  next_order_ += static_cast<int64_t>(words.size()) + 1;
  if (!scope.name.empty() || scope.atom || scope.stable_only || scope.repository) {
    Block block{scope.atom, scope.stable_only, scope.repository, std::string(words), order, origin.get()};
    if (!scope.name.empty())
      by_name_.emplace(scope.name, std::move(block));
    else if (scope.atom && !is_pattern(scope.atom->name))
      by_name_.emplace(scope.atom->name.text(), std::move(block));
    else
      others_.push_back(std::move(block));
    return;
  }
  each_word(words, [&](const Spoken& spoken, int64_t distance) {
    FlagWord word{order + distance, spoken.on, origin.get()};
    if (spoken.wildcard)
      global_wildcards_.push_back({std::string(spoken.flag), word});
    else
      global_.insert_or_assign(std::string(spoken.flag), word);
  });
}

bool FlagStack::applies(const Block& block, const Package& package, bool stable) {
  if (block.stable_only && !stable) return false;
  if (block.repository && package.repository != block.repository) {
    auto chain = package.repository->chain();
    if (std::find(chain.begin(), chain.end(), block.repository) == chain.end()) return false;
  }
  if (!block.atom) return true;
  const Metadata& metadata = package.metadata;
  std::string slot = metadata.subslot == metadata.slot ? metadata.slot : metadata.slot + "/" + metadata.subslot;
  return block.atom->matches(package.cpv, slot, package.repository->name());
}

void FlagStack::take(const Block& block, View& view) {
  each_word(block.words, [&](const Spoken& spoken, int64_t distance) {
    (spoken.wildcard ? view.wildcards_ : view.own_)
        .emplace_back(spoken.flag, FlagWord{block.order + distance, spoken.on, block.origin});
  });
}

FlagStack::View FlagStack::view(const Package& package, bool stable) const {
  View view;
  view.stack_ = this;
  for (const Block& block : others_)
    if (applies(block, package, stable)) take(block, view);
  auto [block, end] = by_name_.equal_range(package.cpv.name.text());
  for (; block != end; ++block)
    if (applies(block->second, package, stable)) take(block->second, view);
  std::ranges::sort(view.own_, {}, [](const auto& own) { return std::tuple(own.first, own.second.order); });
  return view;
}

FlagWord FlagStack::View::find(std::string_view flag) const {
  FlagWord best;
  auto consider = [&](const FlagWord& word) {
    if (word.order > best.order) best = word;
  };
  if (auto it = stack_->global_.find(flag); it != stack_->global_.end()) consider(it->second);
  auto own = std::ranges::upper_bound(own_, flag, {}, [](const auto& one) { return one.first; });
  if (own != own_.begin() && std::prev(own)->first == flag) consider(std::prev(own)->second);
  for (const Wildcard& wildcard : stack_->global_wildcards_)
    if (flag.starts_with(wildcard.prefix)) consider(wildcard.word);
  for (const auto& [prefix, word] : wildcards_)
    if (flag.starts_with(prefix)) consider(word);
  return best;
}

}  // namespace cooper::repository
