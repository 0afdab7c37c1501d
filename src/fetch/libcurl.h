// libcurl is loaded when something is fetched (libcurl.cc).
#pragma once

#include <string>

namespace cooper::fetch {

// Why it could not be loaded, or "".
const std::string& libcurl_error();

}  // namespace cooper::fetch
