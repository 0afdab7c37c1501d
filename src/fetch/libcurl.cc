// The functions of libcurl that cooper calls: each passes its call on to the library, which the first call loads.
#include "fetch/libcurl.h"

#include <curl/curl.h>

#include <cstdarg>

#include "util/lazy_library.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace {

const cooper::util::LazyLibrary& library() {
  static const cooper::util::LazyLibrary loaded("libcurl.so.4");
  return loaded;
}

}  // namespace

namespace cooper::fetch {
const std::string& libcurl_error() { return library().error(); }
}  // namespace cooper::fetch

#define REAL(name) static const auto real = reinterpret_cast<decltype(&::name)>(library().symbol(#name))

extern "C" {

CURLcode curl_global_init(long flags) {
  REAL(curl_global_init);
  return real ? real(flags) : CURLE_FAILED_INIT;
}

CURL* curl_easy_init() {
  REAL(curl_easy_init);
  return real ? real() : nullptr;
}

// Whoever has a CURL* has the library.

// Every option is a long, a curl_off_t or a pointer: what passes as one of them passes as all of them.
CURLcode curl_easy_setopt(CURL* curl, CURLoption option, ...) {
  REAL(curl_easy_setopt);
  static_assert(sizeof(long) == sizeof(void*) && sizeof(curl_off_t) == sizeof(void*));
  va_list list;
  va_start(list, option);
  void* value = va_arg(list, void*);
  va_end(list);
  return real(curl, option, value);
}

CURLcode curl_easy_getinfo(CURL* curl, CURLINFO info, ...) {
  REAL(curl_easy_getinfo);
  va_list list;
  va_start(list, info);
  void* value = va_arg(list, void*);
  va_end(list);
  return real(curl, info, value);
}

CURLcode curl_easy_perform(CURL* curl) {
  REAL(curl_easy_perform);
  return real(curl);
}

void curl_easy_reset(CURL* curl) {
  REAL(curl_easy_reset);
  real(curl);
}

void curl_easy_cleanup(CURL* curl) {
  REAL(curl_easy_cleanup);
  real(curl);
}

const char* curl_easy_strerror(CURLcode code) {
  REAL(curl_easy_strerror);
  return real(code);
}

}  // extern "C"
