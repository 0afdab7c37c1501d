#include "util/heap.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace cooper::util {

#if defined(__GLIBC__) && defined(MADV_HUGEPAGE) && !defined(__SANITIZE_ADDRESS__)

namespace {

constexpr uintptr_t large_page = 2 << 20;
// glibc takes at least this much at a time: address space only, a page is taken when it is first touched. It is also
// the greatest size of a piece of a thread's heap (glibc's HEAP_MAX_SIZE on 64 bits).
constexpr uintptr_t step = 64 << 20;
// What is larger than this is mapped on its own (the most that glibc allows).
constexpr int own_mapping = 32 << 20;
// What glibc writes beside a block that it hands out stays well below this.
constexpr uintptr_t margin = 4096;

// A large page can only be had where nothing was touched yet. So the heap's end, where glibc keeps its notes, is moved
// to just before a large page's beginning, with a block that is never used, and what follows is asked for in large
// pages.
void make_rest_large() {
  auto end_of_block = [](size_t size) {
    void* volatile block = std::malloc(size);  // volatile: it is never used, and yet wanted
    return reinterpret_cast<uintptr_t>(block) + size;
  };
  uintptr_t at = end_of_block(large_page / 2);
  uintptr_t begin = (at + 2 * margin + large_page - 1) & ~(large_page - 1);
  end_of_block(begin - margin - at);
  ::madvise(reinterpret_cast<void*>(begin), step - 2 * large_page, MADV_HUGEPAGE);
}

}  // namespace

void use_large_pages() {
  ::mallopt(M_TOP_PAD, step);
  ::mallopt(M_TRIM_THRESHOLD, 2 * step);
  ::mallopt(M_MMAP_THRESHOLD, own_mapping);
  make_rest_large();
}

void use_large_pages_in_thread() { make_rest_large(); }

#else

void use_large_pages() {}
void use_large_pages_in_thread() {}

#endif

}  // namespace cooper::util
