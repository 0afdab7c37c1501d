// What a Debian base root is made of, and what Gentoo packages its tools stand for: one table.
#pragma once

#include <span>
#include <string_view>

namespace cooper::sandbox {

// Ebuilds ask for the newest tools that their repository has, though older ones do: a package that truly needs a newer
// one says so itself when it is configured.
namespace serves {
constexpr unsigned version = 0;   // as the version that it is
constexpr unsigned later = 1;     // for later versions too
constexpr unsigned posing = 2;    // has_version also says so: eclasses of Gentoo end where it does not
constexpr unsigned programs = 4;  // where programs are needed: headers of libraries are not in the base root, so that
                                  // what links to them must get them from a package
}  // namespace serves

// A Gentoo package that a Debian package stands for, at build time only.
struct DebianProvision {
  std::string_view gentoo;    // "dev-build/cmake"
  std::string_view debian;    // "cmake"
  std::string_view bookworm;  // upstream version in Debian 12
  std::string_view trixie;    // upstream version in Debian 13
  unsigned serves = serves::later;
};
std::span<const DebianProvision> debian_provisions();
// NAME of each virtual/perl-NAME that perl itself brings.
std::span<const std::string_view> debian_perl_modules();

// Debian packages that are installed; their dependencies come along.
std::span<const std::string_view> debian_base_packages();

// A library of the base root that images may take.
struct AdoptableLibrary {
  std::string_view soname;
  std::string_view reason;  // shown to users
};
std::span<const AdoptableLibrary> debian_adoptable_libraries();

}  // namespace cooper::sandbox
