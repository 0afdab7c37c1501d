// The [[test]] step: commands of the spec run in the image.
#pragma once

#include <atomic>
#include <vector>

#include "image/image.h"
#include "spec/spec.h"
#include "util/error.h"

namespace cooper::image {

// Runs the tests in their order, each in the image as it was made. Errors: failed, for the first test that does not do
// what it says, with what was expected and what came, its error output, and where the test stands.
Result<> run_tests(const Image& image, const std::vector<spec::TestSpec>& tests, const store::Store& store,
                   const std::atomic<bool>* cancel = nullptr);

}  // namespace cooper::image
