// The one error type of cooper: what a user can cause and can mend.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace cooper {

// Decides the exit code of the process (docs/manual: exit codes).
enum class ErrorKind {
  failed = 1,         // a build, an image test or an operation failed
  usage = 2,          // bad command line, spec, repository or configuration
  no_resolution = 3,  // the requirements contradict each other
  distfile = 4,       // a distfile cannot be had or does not verify
  sandbox = 5,        // this machine cannot sandbox
  interrupted = 130,  // SIGINT or SIGTERM
};

struct Error {
  ErrorKind kind = ErrorKind::failed;
  std::string what;   // one line, no final stop: "unknown key 'pakages'"
  std::string where;  // file:line:column, package or URL; may be empty
  std::string why;    // the reason, may have several lines; may be empty
  std::string hint;   // what to do next; may be empty

  // All parts as they are printed, without the leading "error: " and without a final newline.
  std::string message() const;
};

template <typename T = void>
using Result = std::expected<T, Error>;

// Builds a failed Result: return fail(ErrorKind::usage, "…", "php.toml:3:1", "…", "…");
inline std::unexpected<Error> fail(ErrorKind kind, std::string what, std::string where = {}, std::string why = {},
                                   std::string hint = {}) {
  return std::unexpected(Error{kind, std::move(what), std::move(where), std::move(why), std::move(hint)});
}

// "cannot open: No such file or directory" for a failed system call, from errno.
std::unexpected<Error> fail_errno(std::string what, std::string where = {}, std::string hint = {});

}  // namespace cooper

// Evaluates a Result; returns its error from the enclosing function, or yields its value. A GNU statement expression,
// which both compilers we support have.
#define TRY(...)                                              \
  __extension__({                                             \
    auto try_result_ = (__VA_ARGS__);                         \
    if (!try_result_) [[unlikely]]                            \
      return std::unexpected(std::move(try_result_).error()); \
    ::cooper::detail::unwrap(std::move(try_result_));         \
  })

namespace cooper::detail {
template <typename T>
T unwrap(std::expected<T, Error>&& r) {
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}
}  // namespace cooper::detail
