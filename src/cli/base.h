// The base root that a spec asks for.
#pragma once

#include <string>

#include "sandbox/base_root.h"
#include "store/store.h"

namespace cooper::cli {

// `from` as in the spec. Images (oci:) are loaded here, since only this floor knows both images and sandboxes; the rest
// is sandbox::obtain_base. An image is unpacked once and kept in the store under its digest.
Result<store::BaseRoot> base_root(const store::Store& store, const std::string& from,
                                  const sandbox::BaseOptions& options);

}  // namespace cooper::cli
