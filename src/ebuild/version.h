// Package versions: PMS 3.2 (syntax) and 3.3 (comparison).
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "util/error.h"

namespace cooper::ebuild {

// A valid version such as "1.2.3b_rc4_p5-r6", with the revision. Compares as PMS 3.3 says; "1.0" and "1.0-r0" are equal,
// though their texts differ.
class Version {
 public:
  Version() = default;
  static Result<Version> parse(std::string_view text);

  const std::string& text() const { return text_; }  // PVR, as written
  std::string_view without_revision() const;         // PV
  std::string_view revision() const;                 // PR: "r0" where none is written

  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }
  // Equal but for the revision: the `~` operator.
  bool same_but_revision(const Version& other) const;
  // The `=…*` operator of PMS 8.3.1: `prefix` (its component-wise text) begins this version.
  bool has_prefix(const Version& prefix) const;

 private:
  std::string text_;
};

}  // namespace cooper::ebuild
