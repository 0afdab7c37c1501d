// The kinds of values that a spec holds, each with its check.
#pragma once

#include <cstdint>

#include "spec/reader.h"

namespace cooper::spec {

Kind<std::string> text();         // any string
Kind<std::string> filled_text();  // a string that is not empty
// A string of a regular expression (ECMAScript, for the schema) that `valid` checks; `rule` says what is valid.
Kind<std::string> checked_text(std::string pattern, bool (*valid)(std::string_view), std::string rule);
Kind<std::string> one_of(std::vector<std::string> names);
Kind<bool> truth();  // true or false
Kind<int64_t> integer(int64_t least, int64_t most);
Kind<uint32_t> unsigned_integer(uint32_t most);
Kind<uint64_t> byte_count();                           // 1048576 or "500 MB", "1 GiB"
Kind<std::map<std::string, std::string>> variables();  // { NAME = "value" }
Kind<std::map<std::string, std::string>> labels();     // the same with any names

Kind<ebuild::Atom> atom();       // as users write them
Kind<std::string> use_flag();    // "flag", "-flag", "-*"
Kind<std::string> image_name();  // OCI distribution: lower case, digits, separators, "/"
Kind<std::string> image_tag();
Kind<std::string> absolute_path();             // in the image; without ".." parts
Kind<uint32_t> mode();                         // "0755" or 0o755, up to 07777
Kind<std::string> account_name();              // of users and groups
Kind<std::string> owner();                     // an account name or a number
Kind<std::string> port();                      // "9000/tcp", "9000" → "9000/tcp"
Kind<std::vector<std::string>> environment();  // { NAME = "value" } or ["NAME=value"]

}  // namespace cooper::spec
