// The variables and functions of a shell: scopes of functions, and subshells whose changes are undone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shell/syntax.h"

namespace cooper::shell {

struct Variable {
  enum class Shape : uint8_t { scalar, indexed, associative };
  Shape shape = Shape::scalar;
  bool set = false;  // a variable that is only declared is not
  bool exported = false;
  bool readonly = false;
  bool integer = false;
  std::string value;                                      // of a scalar
  std::vector<std::pair<int64_t, std::string>> elements;  // of an indexed array, by index
  std::map<std::string, std::string> entries;             // of an associative array

  bool is_array() const { return shape != Shape::scalar; }
  // The element, or the scalar for index 0; null where it is not set.
  const std::string* at(int64_t index) const;
  const std::string* at(const std::string& key) const;
  std::string& element(int64_t index);  // made if need be
  void erase(int64_t index);
};

struct NameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};
template <typename T>
using NameMap = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

// A map whose changes since begin() are undone by the end() that belongs to it.
template <typename T>
class Undoable {
 public:
  const T* find(std::string_view name) const {
    auto it = values_.find(name);
    return it == values_.end() ? nullptr : &it->second;
  }
  // Both remember what was there before.
  T& change(std::string_view name) {
    remember(name);
    return values_.try_emplace(std::string(name)).first->second;
  }
  void erase(std::string_view name) {
    remember(name);
    if (auto it = values_.find(name); it != values_.end()) values_.erase(it);
  }
  void begin() { saved_.emplace_back(); }
  void end() {
    auto saved = std::move(saved_.back());
    saved_.pop_back();
    for (auto& [name, value] : saved)
      if (value)
        values_.insert_or_assign(name, std::move(*value));
      else
        values_.erase(name);
  }
  size_t depth() const { return saved_.size(); }
  const NameMap<T>& all() const { return values_; }

 private:
  void remember(std::string_view name) {
    if (saved_.empty() || saved_.back().contains(name)) return;
    const T* value = find(name);
    saved_.back().emplace(std::string(name), value ? std::optional(*value) : std::nullopt);
  }

  NameMap<T> values_;
  std::vector<NameMap<std::optional<T>>> saved_;
};

// Dynamic scopes as bash has them: a local variable hides that of the caller until its function returns.
class Variables {
 public:
  // The variable that is visible; null where there is none.
  const Variable* find(std::string_view name) const { return visible_.find(name); }
  // The visible variable to be changed, made if need be. Throws where it is read-only.
  Variable& change(std::string_view name);
  // The variable of the global scope, whatever hides it. Throws as change().
  Variable& change_global(std::string_view name);
  // A variable of the innermost function, which may have it already. Throws where it is read-only.
  Variable& make_local(std::string_view name);
  bool within_function() const { return !scopes_.empty(); }
  // Whether it is a local variable of the innermost function.
  bool is_local(std::string_view name) const;
  void unset(std::string_view name);
  // Names of the variables that are set and begin so, in order.
  std::vector<std::string> names(std::string_view prefix) const;

  void enter_function() { scopes_.emplace_back(); }
  void leave_function();
  void begin_subshell();
  void end_subshell();

 private:
  struct Hidden {
    std::string name;
    std::optional<Variable> variable;  // of the caller
  };
  using Scope = std::vector<Hidden>;
  Hidden* hidden(Scope& scope, std::string_view name) const;
  void check_in_subshell(size_t scope) const;

  Undoable<Variable> visible_;
  std::vector<Scope> scopes_;
  std::vector<size_t> subshell_scopes_;  // how many scopes there were when each subshell began
};

}  // namespace cooper::shell
