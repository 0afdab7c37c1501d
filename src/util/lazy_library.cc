#include "util/lazy_library.h"

#include <dlfcn.h>

namespace cooper::util {

LazyLibrary::LazyLibrary(const char* file) : handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
  if (handle_) return;
  const char* why = ::dlerror();
  error_ = why ? why : "unknown reason";
}

void* LazyLibrary::symbol(const char* name) const { return handle_ ? ::dlsym(handle_, name) : nullptr; }

}  // namespace cooper::util
