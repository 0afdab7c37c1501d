#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetch/fetch.h"

namespace cooper::fetch {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class DebianMirrors : public testing::Test {
 protected:
  util::TemporaryDirectory scratch_ = *util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-apt");
  void write(const std::string& path, std::string_view text) {
    ASSERT_TRUE(util::write_file(scratch_.path() / path, text));
  }
  std::vector<std::string> mirrors() { return debian_mirrors(scratch_.path()); }
};

TEST_F(DebianMirrors, ReadsOneLineSources) {
  write("sources.list", R"(# deb http://comment.example/debian bookworm main
deb http://one.example/debian/ bookworm main contrib # the usual
deb-src http://one.example/debian bookworm main
   deb   [ arch=amd64 signed-by=/usr/share/keyrings/x.gpg ]   https://two.example/mirror/debian bookworm-updates main
deb [trusted=yes] http://three.example/debian trixie non-free
deb cdrom:[Debian 12]/ bookworm main
deb ftp://four.example/debian bookworm main
deb http://five.example/apt other main
rpm http://six.example/debian bookworm main
deb http://seven.example/debian
deb http:/// bookworm main
deb file:/srv/mirror bookworm main
)");
  EXPECT_THAT(mirrors(),
              ElementsAre("http://one.example/debian", "https://two.example/mirror/debian", "file:///srv/mirror"));
}

TEST_F(DebianMirrors, ReadsDeb822Sources) {
  write("sources.list.d/debian.sources", R"(Types: deb deb-src
# in between
URIs: http://one.example/debian
 http://two.example/debian
# and here
	http://three.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 URIs: http://key.example/debian

Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
Enabled: no


types: deb
uris: http://lower.example/debian
suites: sid
components: contrib main
enabled: yes)");
  write("sources.list.d/other.sources.disabled",
        "URIs: http://disabled.example/debian\nSuites: bookworm\nComponents: main\n");
  write("sources.list.d/vendor.sources", "URIs: http://vendor.example/debian\nSuites: nodistro\nComponents: main\n");
  EXPECT_THAT(mirrors(), ElementsAre("http://one.example/debian", "http://two.example/debian",
                                     "http://three.example/debian", "http://lower.example/debian"));
}

TEST_F(DebianMirrors, SecurityOnlyArchivesComeLast) {
  write("sources.list",
        "deb http://security.example/debian-security bookworm-security main\ndeb http://one.example/debian bookworm "
        "main\n");
  write("sources.list.d/a.list",
        "deb http://one.example/debian bookworm-security main\ndeb http://old.example/security buster/updates main\n");
  EXPECT_THAT(mirrors(), ElementsAre("http://one.example/debian", "http://security.example/debian-security",
                                     "http://old.example/security"));
}

TEST_F(DebianMirrors, ReadsMirrorLists) {
  fs::path list = scratch_.path() / "list";
  write("list",
        "http://one.example/debian\tpriority:1\nhttps://two.example/debian\n# no\nftp://three.example/debian\n");
  write("sources.list",
        "deb mirror+file:" + list.string() + " bookworm main\ndeb mirror+file:///nonexistent bookworm main\n");
  write("sources.list.d/a.sources", "URIs: mirror+file://" + list.string() + "\nSuites: bookworm\nComponents: main\n");
  EXPECT_THAT(mirrors(), ElementsAre("http://one.example/debian", "https://two.example/debian"));
}

TEST_F(DebianMirrors, NothingWhereAptIsNot) {
  EXPECT_THAT(mirrors(), IsEmpty());
  EXPECT_THAT(debian_mirrors("/nonexistent"), IsEmpty());
}

}  // namespace
}  // namespace cooper::fetch
