// The heap in large pages: most of what a short command touches it touches once, so that its page faults are a good
// part of its time, the more so in a virtual machine.
#pragma once

namespace cooper::util {

// At the start of the program, before there are threads. Where the C library or the kernel know nothing of it, nothing
// happens.
void use_large_pages();
// At the start of a thread that makes much.
void use_large_pages_in_thread();

}  // namespace cooper::util
