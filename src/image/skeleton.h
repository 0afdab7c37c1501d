// What every image has besides its packages: the few folders and files that programs take for granted.
#pragma once

#include "image/accounts.h"
#include "image/draft.h"
#include "spec/spec.h"
#include "util/error.h"

namespace cooper::image {

// /tmp and /var/tmp for all (1777), /run, /root, and the empty mount points /dev, /proc, /sys, so that engines can run
// the image with a read-only root; /etc/nsswitch.conf (names from files, hosts from files and DNS) and os-release,
// which says what the image is. What a package brought stays as it is.
Result<> put_skeleton(Draft& draft, const spec::ImageSpec& spec, const std::string& tag);

// [[root.file]], [[root.directory]], [[root.symlink]] of the spec, over whatever packages put there; and the home
// folders of its users. Errors: usage, `where` in the spec: an unknown user, an unreadable source.
Result<> put_spec_files(Draft& draft, const spec::ImageSpec& spec, const Accounts& accounts);

// tmpfiles.d(5) of the packages, applied to the tree, as no systemd-tmpfiles runs in a container: d, D, v, q, Q
// (folders), L (symlinks), f (files), z (modes and owners of what is there). Age fields mean nothing. Lines of other
// kinds become warnings where they would do something.
Result<> apply_tmpfiles(Draft& draft, const Accounts& accounts, std::vector<std::string>& warnings);

}  // namespace cooper::image
