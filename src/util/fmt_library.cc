// The part of fmt that is no template, compiled here: Debian has it only as a shared library, and that would bring
// libstdc++ as another one. A program that plans within milliseconds does not want to wait for their loading.
#include <fmt/core.h>

#if FMT_VERSION < 100000  // later ones are linked as they are (CMakeLists.txt)
#include <fmt/format-inl.h>

namespace fmt {
inline namespace v9 {
namespace detail {

template dragonbox::decimal_fp<float> dragonbox::to_decimal(float) noexcept;
template dragonbox::decimal_fp<double> dragonbox::to_decimal(double) noexcept;
template thousands_sep_result<char> thousands_sep_impl(locale_ref);
template char decimal_point_impl(locale_ref);

}  // namespace detail
}  // namespace v9
}  // namespace fmt
#endif
