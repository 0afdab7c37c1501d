// What a Debian base root is made of, and what Gentoo packages its tools stand for: one table.
#pragma once

#include <span>
#include <string_view>

namespace cooper::sandbox {

// A Gentoo package that a Debian package stands for, at build time only. Libraries with headers are not here: their
// headers are not in the base root, so that what links to them must say so.
struct DebianProvision {
  std::string_view gentoo;    // "dev-build/cmake"
  std::string_view debian;    // "cmake"
  std::string_view bookworm;  // upstream version in Debian 12
  std::string_view trixie;    // upstream version in Debian 13
};
std::span<const DebianProvision> debian_provisions();

// Debian packages that are installed; their dependencies come along.
std::span<const std::string_view> debian_base_packages();

// A library of the base root that images may take.
struct AdoptableLibrary {
  std::string_view soname;
  std::string_view reason;  // shown to users
};
std::span<const AdoptableLibrary> debian_adoptable_libraries();

}  // namespace cooper::sandbox
