// File capabilities: the text of cap_from_text(3) as the value of the xattr security.capability.
#pragma once

#include <string>
#include <string_view>

#include "util/error.h"

namespace cooper::helper {

// "cap_net_raw+ep" → the 20 bytes of vfs_cap_data, revision 2, in hex. Errors: an unknown name or a malformed clause.
Result<std::string> encode_capabilities(std::string_view text);

}  // namespace cooper::helper
