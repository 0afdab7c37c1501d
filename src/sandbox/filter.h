// The system call filter of a sandbox.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "util/error.h"

namespace cooper::sandbox {

// What becomes of calls that change owners or ids, or make devices: they are made; they answer success and do nothing;
// or that, and those that change owners wait for an answer of the filter's listener.
enum class Ownership { real, faked, reported };

// A BPF program for seccomp.
Result<std::vector<sock_filter>> make_filter(Ownership ownership);

}  // namespace cooper::sandbox
