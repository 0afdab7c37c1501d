#include "sandbox/debian_packages.h"

namespace cooper::sandbox {

namespace {

constexpr DebianProvision provisions[] = {
    {"sys-devel/gcc", "gcc", "12.2.0", "14.2.0"},
    {"sys-devel/binutils", "binutils", "2.40", "2.44"},
    {"sys-libs/glibc", "libc6", "2.36", "2.41"},
    {"sys-kernel/linux-headers", "linux-libc-dev", "6.1", "6.12"},
    {"virtual/libc", "libc6", "1", "1"},
    {"virtual/os-headers", "linux-libc-dev", "0", "0"},
    {"virtual/libiconv", "libc6", "0", "0"},
    {"virtual/libintl", "libc6", "0", "0"},
    {"dev-build/make", "make", "4.3", "4.4.1"},
    {"dev-build/cmake", "cmake", "3.25.1", "3.31.6"},
    {"dev-build/meson", "meson", "1.0.1", "1.7.0"},
    {"dev-build/ninja", "ninja-build", "1.11.1", "1.12.1"},
    {"app-alternatives/ninja", "ninja-build", "1", "1"},
    {"dev-build/autoconf", "autoconf", "2.71", "2.72"},
    {"dev-build/autoconf-archive", "autoconf-archive", "20220903", "20220903"},
    {"dev-build/automake", "automake", "1.16.5", "1.17"},
    {"dev-build/libtool", "libtool", "2.4.7", "2.5.4"},
    {"dev-util/pkgconf", "pkgconf", "1.8.1", "1.8.1"},
    {"virtual/pkgconfig", "pkgconf", "3", "3"},
    {"dev-util/re2c", "re2c", "3.0", "3.1"},
    {"dev-util/gperf", "gperf", "3.1", "3.1"},
    {"dev-lang/nasm", "nasm", "2.16.01", "2.16.03"},
    {"dev-lang/tcl", "tcl8.6", "8.6.13", "8.6.16"},
    {"dev-lang/perl", "perl", "5.36.0", "5.40.1"},
    {"dev-lang/python", "python3-minimal", "3.11.2", "3.13.5"},
    {"sys-devel/bison", "bison", "3.8.2", "3.8.2"},
    {"app-alternatives/yacc", "bison", "1", "1"},
    {"sys-devel/flex", "flex", "2.6.4", "2.6.4"},
    {"app-alternatives/lex", "flex", "1", "1"},
    {"sys-devel/gettext", "gettext", "0.21", "0.23.1"},
    {"sys-devel/m4", "m4", "1.4.19", "1.4.19"},
    {"sys-devel/patch", "patch", "2.7.6", "2.8"},
    {"app-arch/tar", "tar", "1.34", "1.35"},
    {"app-alternatives/tar", "tar", "0", "0"},
    {"app-arch/gzip", "gzip", "1.12", "1.13"},
    {"app-alternatives/gzip", "gzip", "1", "1"},
    {"app-arch/unzip", "unzip", "6.0", "6.0"},
    {"app-shells/bash", "bash", "5.2.15", "5.2.37"},
    {"app-alternatives/sh", "bash", "0", "0"},
    {"sys-apps/coreutils", "coreutils", "9.1", "9.7"},
    {"sys-apps/sed", "sed", "4.9", "4.9"},
    {"sys-apps/grep", "grep", "3.8", "3.11"},
    {"sys-apps/gawk", "gawk", "5.2.1", "5.2.1"},
    {"app-alternatives/awk", "gawk", "4", "4"},
    {"sys-apps/findutils", "findutils", "4.9.0", "4.10.0"},
    {"sys-apps/diffutils", "diffutils", "3.8", "3.10"},
    {"sys-apps/file", "file", "5.44", "5.46"},
    {"sys-apps/which", "debianutils", "2.21", "2.21"},
};

// One list for a base that builds what the usual build systems describe, and no more.
constexpr std::string_view base_packages[] = {
    // compilers and what they need
    "gcc",
    "g++",
    "binutils",
    "libc6-dev",
    "make",
    // build systems
    "autoconf",
    "autoconf-archive",
    "autopoint",
    "automake",
    "libtool",
    "cmake",
    "meson",
    "ninja-build",
    "pkgconf",
    // languages and generators
    "perl",
    "python3",
    "bison",
    "flex",
    "gettext",
    "m4",
    "re2c",
    "gperf",
    "nasm",
    "tcl8.6",
    // archives
    "bzip2",
    "gzip",
    "tar",
    "unzip",
    "xz-utils",
    "zstd",
    // the shell and its tools
    "bash",
    "coreutils",
    "debianutils",
    "diffutils",
    "file",
    "findutils",
    "gawk",
    "grep",
    "patch",
    "sed",
};

constexpr AdoptableLibrary adoptable_libraries[] = {
    {"ld-linux-x86-64.so.2", "the loader that starts every dynamic program"},
    {"ld-linux-aarch64.so.1", "the loader that starts every dynamic program"},
    {"libc.so.6", "C library"},
    {"libm.so.6", "C library: mathematics"},
    {"libmvec.so.1", "C library: vector mathematics"},
    {"libpthread.so.0", "C library: threads, for programs linked before they moved into libc"},
    {"libdl.so.2", "C library: dlopen, for programs linked before it moved into libc"},
    {"librt.so.1", "C library: realtime, for programs linked before it moved into libc"},
    {"libutil.so.1", "C library: terminals, for programs linked before it moved into libc"},
    {"libresolv.so.2", "C library: DNS resolver"},
    {"libanl.so.1", "C library: asynchronous name lookup"},
    {"libthread_db.so.1", "C library: debugging of threads"},
    {"libBrokenLocale.so.1", "C library: locale workaround"},
    {"libnss_files.so.2", "C library: names from /etc"},
    {"libnss_dns.so.2", "C library: names from DNS"},
    {"libnss_compat.so.2", "C library: names in compatibility form"},
    {"libnss_hesiod.so.2", "C library: names from Hesiod"},
    {"libgcc_s.so.1", "the compiler's runtime: unwinding, thread cancellation"},
    {"libstdc++.so.6", "the C++ compiler's runtime"},
    {"libatomic.so.1", "the compiler's runtime: wide atomic operations"},
    {"libgomp.so.1", "the compiler's runtime: OpenMP"},
    {"libquadmath.so.0", "the compiler's runtime: 128-bit floating point"},
    {"libitm.so.1", "the compiler's runtime: transactional memory"},
    {"libssp.so.0", "the compiler's runtime: stack protection"},
};

}  // namespace

std::span<const DebianProvision> debian_provisions() { return provisions; }
std::span<const std::string_view> debian_base_packages() { return base_packages; }
std::span<const AdoptableLibrary> debian_adoptable_libraries() { return adoptable_libraries; }

}  // namespace cooper::sandbox
