// A shared library that is loaded when it is first called. For large ones that few commands need: loading libcurl with
// all that it stands on takes longer than planning an image.
#pragma once

#include <string>

namespace cooper::util {

class LazyLibrary {
 public:
  // `file` is a soname: "libcurl.so.4". It is loaded at once and stays for as long as the process.
  explicit LazyLibrary(const char* file);
  void* symbol(const char* name) const;
  // Why it could not be loaded, or "".
  const std::string& error() const { return error_; }

 private:
  void* handle_ = nullptr;
  std::string error_;
};

}  // namespace cooper::util
