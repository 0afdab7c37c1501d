#include "shell/variables.h"

#include <algorithm>

#include "shell/unsupported.h"

namespace cooper::shell {

namespace {

auto position(auto& elements, int64_t index) {
  return std::ranges::lower_bound(elements, index, {}, [](const auto& element) { return element.first; });
}

void check_writable(const Variable* variable, std::string_view name) {
  if (variable && variable->readonly) give_up("change of the read-only " + std::string(name));
}

}  // namespace

const std::string* Variable::at(int64_t index) const {
  if (shape == Shape::scalar) return set && index == 0 ? &value : nullptr;
  auto it = position(elements, index);
  return it != elements.end() && it->first == index ? &it->second : nullptr;
}

const std::string* Variable::at(const std::string& key) const {
  auto it = entries.find(key);
  return it == entries.end() ? nullptr : &it->second;
}

std::string& Variable::element(int64_t index) {
  auto it = position(elements, index);
  if (it == elements.end() || it->first != index) it = elements.insert(it, {index, {}});
  return it->second;
}

void Variable::erase(int64_t index) {
  auto it = position(elements, index);
  if (it != elements.end() && it->first == index) elements.erase(it);
}

Variable& Variables::change(std::string_view name) {
  check_writable(find(name), name);
  return visible_.change(name);
}

Variables::Hidden* Variables::hidden(Scope& scope, std::string_view name) const {
  auto it = std::ranges::find(scope, name, &Hidden::name);
  return it == scope.end() ? nullptr : &*it;
}

// What a function of outside the subshell keeps is not undone at its end.
void Variables::check_in_subshell(size_t scope) const {
  if (!subshell_scopes_.empty() && scope < subshell_scopes_.back()) give_up("scope of outside the subshell");
}

Variable& Variables::change_global(std::string_view name) {
  for (size_t i = 0; i < scopes_.size(); ++i) {
    Hidden* found = hidden(scopes_[i], name);
    if (!found) continue;
    check_in_subshell(i);
    if (!found->variable) found->variable.emplace();
    check_writable(&*found->variable, name);
    return *found->variable;
  }
  return change(name);
}

Variable& Variables::make_local(std::string_view name) {
  if (is_local(name)) return change(name);
  check_in_subshell(scopes_.size() - 1);
  const Variable* outer = find(name);
  check_writable(outer, name);
  scopes_.back().push_back({std::string(name), outer ? std::optional(*outer) : std::nullopt});
  Variable& local = visible_.change(name);
  local = Variable();
  return local;
}

bool Variables::is_local(std::string_view name) const {
  return !scopes_.empty() && std::ranges::find(scopes_.back(), name, &Hidden::name) != scopes_.back().end();
}

// A local variable of the innermost function stays local; one of a caller goes away and shows what it hid.
void Variables::unset(std::string_view name) {
  const Variable* variable = find(name);
  if (!variable) return;
  check_writable(variable, name);
  if (is_local(name)) {
    visible_.change(name) = Variable();
    return;
  }
  for (size_t i = scopes_.size(); i-- > 0;) {
    Hidden* found = hidden(scopes_[i], name);
    if (!found) continue;
    check_in_subshell(i);
    if (found->variable)
      visible_.change(name) = std::move(*found->variable);
    else
      visible_.erase(name);
    scopes_[i].erase(scopes_[i].begin() + (found - scopes_[i].data()));
    return;
  }
  visible_.erase(name);
}

std::vector<std::string> Variables::names(std::string_view prefix) const {
  std::vector<std::string> out;
  for (const auto& [name, variable] : visible_.all())
    if (name.starts_with(prefix) && variable.set) out.push_back(name);
  std::ranges::sort(out);
  return out;
}

void Variables::leave_function() {
  Scope scope = std::move(scopes_.back());
  scopes_.pop_back();
  for (auto& [name, variable] : scope)
    if (variable)
      visible_.change(name) = std::move(*variable);
    else
      visible_.erase(name);
}

void Variables::begin_subshell() {
  visible_.begin();
  subshell_scopes_.push_back(scopes_.size());
}

void Variables::end_subshell() {
  visible_.end();
  subshell_scopes_.pop_back();
}

}  // namespace cooper::shell
