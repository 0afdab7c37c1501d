// The system call filter of a sandbox.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "util/error.h"

namespace cooper::sandbox {

// A BPF program for seccomp. With `fake_ownership`, calls that change owners, ids or make devices answer success and do
// nothing.
Result<std::vector<sock_filter>> make_filter(bool fake_ownership);

}  // namespace cooper::sandbox
