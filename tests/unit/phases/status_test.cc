#include <gtest/gtest.h>

#include "phases/status.h"

namespace cooper::phases {
namespace {

TEST(Status, LinesInPieces) {
  StatusReader reader;
  std::vector<std::string> phases;
  reader.on_phase = [&](const std::string& phase) { phases.push_back(phase); };
  for (char c : std::string("phase\tunpack\nphase\tcompile\nelog\twarn\tmind the gap\n"
                            "die\tcompile\t/cooper/ebuild/a-1.ebuild\t12\temake "
                            "failed\nstack\tdie\t/x\t3\nstack\tsrc_compile\t/y\t12\nunknown\tx\n"))
    reader.feed(std::string_view(&c, 1));
  EXPECT_EQ(phases, (std::vector<std::string>{"unpack", "compile"}));
  const PhaseStatus& status = reader.status();
  EXPECT_TRUE(status.died);
  EXPECT_FALSE(status.done);
  EXPECT_EQ(status.die_line, 12);
  EXPECT_EQ(status.die_message, "emake failed");
  ASSERT_EQ(status.stack.size(), 2u);
  EXPECT_EQ(status.stack[1].function, "src_compile");
  EXPECT_EQ(status.stack[1].line, 12);
  ASSERT_EQ(status.messages.size(), 1u);
  EXPECT_EQ(status.messages[0].phase, "compile");
  EXPECT_EQ(status.messages[0].text, "mind the gap");
}

TEST(Status, TheFirstDeathCounts) {
  StatusReader reader;
  reader.feed("die\tprepare\tf\t1\tfirst\ndie\tprepare\tf\t2\tsecond\ndone\n");
  EXPECT_EQ(reader.status().die_message, "first");
  EXPECT_TRUE(reader.status().done);
}

TEST(Status, ShortAndEndlessLinesDoNoHarm) {
  StatusReader reader;
  reader.feed("die\n\nstack\nelog\n" + std::string(1 << 20, 'x'));
  EXPECT_TRUE(reader.status().died);
  EXPECT_EQ(reader.status().die_line, 0);
}

}  // namespace
}  // namespace cooper::phases
