// PackageFacts as JSON: facts.json of a package.
#pragma once

#include <string>
#include <string_view>

#include "store/store.h"

namespace cooper::store {

struct StoredFacts {
  std::string key, tree_digest, output_digest;
  PackageFacts facts;
};

std::string facts_to_json(const StoredFacts& stored);
// Errors: failed, with the reason in `why`.
Result<StoredFacts> facts_from_json(std::string_view text, const std::filesystem::path& where);

// What the keys of dependents hold: the files, and what has_version and subslot bindings can see of the package. How
// long it took, texts and licenses are no part of it.
std::string output_digest(std::string_view tree_digest, const PackageFacts& facts);

}  // namespace cooper::store
