// Tables by InstanceId. The ids of a universe count from 0, so a vector finds what a map would have to look for.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "resolve/universe.h"

namespace cooper::resolve {

template <typename T>
class ByInstance {
 public:
  T& operator[](InstanceId id) {
    if (index(id) >= values_.size()) values_.resize(index(id) + 1);
    auto& value = values_[index(id)];
    return value ? *value : value.emplace();
  }
  const T& at(InstanceId id) const { return *values_.at(index(id)); }  // which must be there
  bool contains(InstanceId id) const { return index(id) < values_.size() && values_[index(id)]; }

 private:
  static size_t index(InstanceId id) { return static_cast<size_t>(id); }
  std::vector<std::optional<T>> values_;
};

class InstanceSet {
 public:
  // Whether it was not there yet.
  bool insert(InstanceId id) {
    auto word = static_cast<size_t>(id) / 64;
    uint64_t bit = uint64_t{1} << (static_cast<size_t>(id) % 64);
    if (word >= words_.size()) words_.resize(word + 1);
    if (words_[word] & bit) return false;
    words_[word] |= bit;
    return true;
  }
  bool contains(InstanceId id) const {
    auto word = static_cast<size_t>(id) / 64;
    return word < words_.size() && (words_[word] >> (static_cast<size_t>(id) % 64) & 1) != 0;
  }
  void clear() { words_.assign(words_.size(), 0); }
  std::vector<InstanceId> sorted() const {
    std::vector<InstanceId> out;
    for (size_t word = 0; word < words_.size(); ++word)
      for (uint64_t rest = words_[word]; rest != 0; rest &= rest - 1)
        out.push_back(static_cast<InstanceId>(word * 64) + __builtin_ctzll(rest));
    return out;
  }

 private:
  std::vector<uint64_t> words_;
};

}  // namespace cooper::resolve
