#include "util/text.h"

#include <gtest/gtest.h>

namespace cooper::util {
namespace {

using Views = std::vector<std::string_view>;

TEST(Text, Words) {
  EXPECT_EQ(words("  a\tb \n c"), (Views{"a", "b", "c"}));
  EXPECT_TRUE(words(" \n").empty());
}

TEST(Text, Split) {
  EXPECT_EQ(split("a,,b", ','), (Views{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (Views{""}));
}

TEST(Text, Lines) {
  EXPECT_EQ(lines("a\n\nb"), (Views{"a", "", "b"}));
  EXPECT_EQ(lines("a\n"), (Views{"a"}));
  EXPECT_TRUE(lines("").empty());
}

TEST(Text, Nearest) {
  std::vector<std::string> names{"packages", "package", "profile"};
  EXPECT_EQ(nearest("pakages", names), "packages");
  EXPECT_EQ(nearest("zzz", names), "");
}

TEST(Text, NearestOfTwoPartsHasBothNear) {
  std::vector<std::string> names{"net-misc/curl", "net-misc/rsync", "app-misc/jq"};
  EXPECT_EQ(nearest("net-misc/nosuch", names), "");
  EXPECT_EQ(nearest("net-misc/crul", names), "net-misc/curl");
  EXPECT_EQ(nearest("net-misc/rsyn", names), "net-misc/rsync");
  EXPECT_EQ(nearest("ap-misc/jqq", names), "app-misc/jq");
}

TEST(Text, EditDistance) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Text, PrintableHasNoControlCharacters) {
  EXPECT_EQ(printable("plain\ttext\n"), "plain\ttext\n");
  EXPECT_EQ(printable("\x1b[1;31mred\x1b[0m \x1b]0;title\atext \x1b(B."), "red text B.");
  EXPECT_EQ(printable("a\x01\x7f\rb\x1b"), "ab");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m árvíztűrő \xc2\xa0"),
            "31m árvíztűrő \xc2\xa0");
  EXPECT_EQ(printable("\x1b[12"), "");
}

TEST(Text, HumanUnits) {
  EXPECT_EQ(human_size(999), "999 B");
  EXPECT_EQ(human_size(1500), "1.5 kB");
  EXPECT_EQ(human_size(999'999), "1.0 MB");
  EXPECT_EQ(human_time(3.24), "3.2s");
  EXPECT_EQ(human_time(75.2), "1m15s");
  EXPECT_EQ(human_time(3720), "1h02m");
  EXPECT_EQ(count(1, "package"), "1 package");
  EXPECT_EQ(count(2, "entry", "entries"), "2 entries");
}

}  // namespace
}  // namespace cooper::util
