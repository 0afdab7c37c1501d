// The functions of OpenSSL's libcrypto that cooper calls: each passes its call on to the library, which the first call
// loads. Linked in, its tables alone would be a good part of the time that the program takes to start.
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "util/lazy_library.h"

namespace {

// Without digests there is nothing that cooper could do, or undo: the program ends.
[[noreturn]] void give_up(const std::string& reason) {
  fmt::print(stderr, "error: cannot load libcrypto\n  why: {}\n  fix: install libssl{}\n", reason,
             OPENSSL_VERSION_MAJOR);
  std::fflush(stderr);
  ::_exit(1);
}

template <typename Function>
Function* symbol(const char* name) {
  static const cooper::util::LazyLibrary library(fmt::format("libcrypto.so.{}", OPENSSL_VERSION_MAJOR).c_str());
  void* found = library.symbol(name);
  if (!found) give_up(library.error().empty() ? fmt::format("it has no {}", name) : library.error());
  return reinterpret_cast<Function*>(found);
}

}  // namespace

#define REAL(name) static const auto real = symbol<decltype(::name)>(#name)

extern "C" {

EVP_MD_CTX* EVP_MD_CTX_new() {
  REAL(EVP_MD_CTX_new);
  return real();
}

void EVP_MD_CTX_free(EVP_MD_CTX* context) {
  REAL(EVP_MD_CTX_free);
  real(context);
}

const EVP_MD* EVP_sha256() {
  REAL(EVP_sha256);
  return real();
}

const EVP_MD* EVP_sha512() {
  REAL(EVP_sha512);
  return real();
}

const EVP_MD* EVP_md5() {
  REAL(EVP_md5);
  return real();
}

const EVP_MD* EVP_blake2b512() {
  REAL(EVP_blake2b512);
  return real();
}

int EVP_DigestInit_ex(EVP_MD_CTX* context, const EVP_MD* type, ENGINE* engine) {
  REAL(EVP_DigestInit_ex);
  return real(context, type, engine);
}

int EVP_DigestUpdate(EVP_MD_CTX* context, const void* bytes, size_t size) {
  REAL(EVP_DigestUpdate);
  return real(context, bytes, size);
}

int EVP_DigestFinal_ex(EVP_MD_CTX* context, unsigned char* digest, unsigned* size) {
  REAL(EVP_DigestFinal_ex);
  return real(context, digest, size);
}

}  // extern "C"
