#define TOML_IMPLEMENTATION
#include "spec/toml_library.h"
