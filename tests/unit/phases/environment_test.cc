#include "phases/environment.h"

#include <gtest/gtest.h>

namespace cooper::phases {
namespace {

TEST(Environment, NamesOfAPackage) {
  auto names = package_names("dev-lang/php-8.2.32-r1");
  ASSERT_TRUE(names);
  EXPECT_EQ(names->p, "php-8.2.32");
  EXPECT_EQ(names->pf, "php-8.2.32-r1");
  EXPECT_EQ(names->pr, "r1");
  EXPECT_EQ(names->pvr, "8.2.32-r1");
  EXPECT_EQ(package_names("a/b-1")->pr, "r0");
  EXPECT_EQ(work_folder(*names), "/var/tmp/portage/dev-lang/php-8.2.32-r1");
}

TEST(Environment, NamesNeedACategoryAndAVersion) {
  EXPECT_FALSE(package_names("php-8.2.32"));
  EXPECT_FALSE(package_names("dev-lang/php"));
  EXPECT_FALSE(package_names(""));
}

TEST(Environment, CommonVariables) {
  Environment environment = {{"PATH", "/usr/lib/llvm/19/bin:/usr/bin"}, {"ROOT", "/elsewhere"}, {"CFLAGS", "-O2"}};
  set_common_variables(environment, *package_names("a/b-1"), 1700000000);
  EXPECT_EQ(environment["PATH"], "/cooper/bin:/usr/lib/llvm/19/bin:/usr/bin");
  EXPECT_EQ(environment["ROOT"], "");
  EXPECT_EQ(environment["CFLAGS"], "-O2");
  EXPECT_EQ(environment["T"], "/var/tmp/portage/a/b-1/temp");
  EXPECT_EQ(environment["TMPDIR"], environment["T"]);
  EXPECT_EQ(environment["SOURCE_DATE_EPOCH"], "1700000000");
  EXPECT_FALSE(environment.contains("D"));
}

}  // namespace
}  // namespace cooper::phases
