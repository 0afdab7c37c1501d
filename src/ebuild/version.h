// Package versions: PMS 3.2 (syntax) and 3.3 (comparison).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "util/error.h"

namespace cooper::ebuild {

// A valid version such as "1.2.3b_rc4_p5-r6", with the revision. Compares as PMS 3.3 says; "1.0" and "1.0-r0" are
// equal, though their texts differ.
class Version {
 public:
  Version() = default;
  static Result<Version> parse(std::string_view text);
  static bool is_valid(std::string_view text);  // as parse, without building anything
  // A part of a version's text, for Operator::holding. It has a text() and nothing to compare.
  static Version fragment(std::string_view text);

  const std::string& text() const { return text_; }  // PVR, as written
  std::string_view without_revision() const;         // PV
  std::string_view revision() const;                 // PR: "r0" where none is written

  std::strong_ordering operator<=>(const Version& other) const { return key_.compare(other.key_) <=> 0; }
  bool operator==(const Version& other) const { return key_ == other.key_; }
  // Equal but for the revision: the `~` operator.
  bool same_but_revision(const Version& other) const;
  // The `=…*` operator of PMS 8.3.1: `prefix` (its component-wise text) begins this version.
  bool has_prefix(const Version& prefix) const;

  // Bytes that order as the versions do and that equal versions share: for hashing, sorting and storing.
  const std::string& key() const { return key_; }

 private:
  std::string text_;
  std::string key_;             // see version.cc; nearly always short enough to need no allocation
  uint32_t text_revision_ = 0;  // where "-r…" begins in text_; its size where none is written
  uint32_t key_revision_ = 0;   // how much of key_ stands before the revision
  uint32_t key_written_ = 0;    // how much of key_ the components that are written out take: what `=…*` compares
};

}  // namespace cooper::ebuild
