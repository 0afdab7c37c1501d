#include "ebuild/accept.h"

#include <algorithm>

#include "util/text.h"

namespace cooper::ebuild {
namespace {

// All licenses of a group and of the groups in it; a group that holds itself adds nothing the second time.
void expand_group(std::string_view name, const LicenseGroups& groups, std::set<std::string, std::less<>>& seen,
                  std::vector<std::string_view>& licenses, std::vector<std::string>* unknown) {
  auto group = groups.find(name);
  if (group == groups.end()) {
    if (unknown) unknown->emplace_back(name);
    return;
  }
  if (!seen.emplace(name).second) return;
  for (std::string_view word : group->second) {
    if (word.starts_with('@'))
      expand_group(word.substr(1), groups, seen, licenses, unknown);
    else
      licenses.push_back(word);
  }
}

void add_once(std::vector<std::string>& words, const std::string& word) {
  if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
}

void collect_unaccepted(const DependencyNode& node, const Acceptance& acceptance, std::vector<std::string>& missing) {
  if (node.is_leaf) {
    if (!acceptance.accepts(node.word)) add_once(missing, node.word);
    return;
  }
  if (node.kind != GroupKind::any_of) {
    for (const DependencyNode& child : node.children) collect_unaccepted(child, acceptance, missing);
    return;
  }
  std::vector<std::string> alternatives;
  for (const DependencyNode& child : node.children) {
    std::vector<std::string> of_child = unaccepted(child, acceptance);
    if (of_child.empty()) return;
    for (const std::string& word : of_child) add_once(alternatives, word);
  }
  for (const std::string& word : alternatives) add_once(missing, word);
}

}  // namespace

void stack_incremental(std::set<std::string, std::less<>>& set, std::string_view value) {
  for (std::string_view word : util::words(value)) {
    if (word == "-*") {
      set.clear();
    } else if (word[0] == '-') {
      auto found = set.find(word.substr(1));
      if (found != set.end()) set.erase(found);
    } else {
      if (word[0] == '+') word.remove_prefix(1);
      if (!word.empty()) set.emplace(word);
    }
  }
}

bool keywords_accepted(const std::vector<std::string_view>& keywords,
                       const std::set<std::string, std::less<>>& accept) {
  if (accept.contains("**")) return true;
  bool all_stable = accept.contains("*"), all_testing = accept.contains("~*");
  for (std::string_view keyword : keywords) {
    if (keyword.starts_with('-')) continue;
    if (keyword == "*" || accept.contains(keyword)) return true;
    bool testing = keyword.starts_with('~');
    if (testing ? all_testing : all_stable) return true;
    if (keyword != "~*") continue;
    // Testing on every architecture: enough for whoever accepts testing anywhere.
    auto first = accept.lower_bound("~");
    if (first != accept.end() && first->starts_with('~')) return true;
  }
  return false;
}

bool keywords_stable(const std::vector<std::string_view>& keywords, const std::set<std::string, std::less<>>& accept) {
  if (!keywords_accepted(keywords, accept)) return false;
  if (accept.contains("**")) return false;  // accepted whatever it is
  std::string testing;
  return std::ranges::none_of(keywords, [&](std::string_view keyword) {
    testing = keyword.starts_with('~') || keyword.starts_with('-') ? "" : "~";
    testing += keyword;
    return keywords_accepted({testing}, accept);
  });
}

void Acceptance::set(std::string_view name, bool accepted) {
  if (accepted != everything_) {
    exceptions_.emplace(name);
  } else if (auto found = exceptions_.find(name); found != exceptions_.end()) {
    exceptions_.erase(found);
  }
}

void Acceptance::stack(std::string_view value, const LicenseGroups& groups, std::vector<std::string>* unknown_groups) {
  for (std::string_view word : util::words(value)) {
    bool accepted = !word.starts_with('-');
    if (!accepted) word.remove_prefix(1);
    if (word == "*") {
      everything_ = accepted;
      exceptions_.clear();
    } else if (word.starts_with('@')) {
      std::set<std::string, std::less<>> seen;
      std::vector<std::string_view> licenses;
      expand_group(word.substr(1), groups, seen, licenses, unknown_groups);
      for (std::string_view license : licenses) set(license, accepted);
    } else if (!word.empty()) {
      set(word, accepted);
    }
  }
}

std::vector<std::string> unaccepted(const DependencyNode& node, const Acceptance& acceptance) {
  std::vector<std::string> missing;
  collect_unaccepted(node, acceptance, missing);
  return missing;
}

}  // namespace cooper::ebuild
