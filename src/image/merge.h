// Packages' files into one root.
#pragma once

#include <span>
#include <vector>

#include "image/draft.h"
#include "store/store.h"
#include "util/error.h"

namespace cooper::image {

// /bin, /sbin, /lib and /lib64 become links into /usr, and /var/run one to /run. Half of the world's programs name the
// one place
// (#!/bin/sh, the loader in /lib64) and half the other; with links both are right, every file has one place, and it
// does not matter which layout a package or the base root was made for. Links whose folder stays empty are taken away
// at the end (drop_unused_links).
Result<> put_folder_links(Draft& draft);
Result<> drop_unused_links(Draft& draft);

// Merges the packages in their order. Folders merge: the attributes of the first stay, unless they are the usual ones
// (0755, root) and another package gives special ones. Equal files may come from several packages. Symlinks that lead
// nowhere but to themselves, now that the folder links are there, are dropped; relative links out of a moved folder are
// written anew. Placeholders (.keep, .keep_*) and the info index, which every package would have, are left out. Errors:
// failed, with all collisions, both packages of each named.
Result<> merge(Draft& draft, std::span<const store::BuiltPackage* const> packages);

}  // namespace cooper::image
