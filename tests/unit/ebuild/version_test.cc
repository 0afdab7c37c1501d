#include "ebuild/version.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace cooper::ebuild {
namespace {

Version version(std::string_view text) {
  Result<Version> parsed = Version::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : Version();
}

TEST(Version, TellsValidFromInvalid) {
  for (std::string_view text :
       {"0", "1", "00", "1.2.3", "1.2.3.4.5.6.7.8.9", "20240131", "1a", "1.0z", "1_alpha", "1_beta2", "1_pre",
        "1_rc003", "1_p20230521", "1_p1_p2", "1_alpha_beta_pre_rc_p", "1-r0", "1-r12", "1.2b_rc4_p5-r6",
        "123456789012345678901234567890.98765432109876543210"}) {
    EXPECT_TRUE(Version::is_valid(text)) << text;
    ASSERT_TRUE(Version::parse(text)) << text;
    EXPECT_EQ(Version::parse(text)->text(), text);
  }
  for (std::string_view text :
       {"",        "a",    ".1", "1.",      "1..2",    "1ab",   "1A",     "1.a",  "1_",    "1_gamma",
        "1_Alpha", "1_pr", "1-", "1-r",     "1-r1a",   "1-r-1", "1-r1.2", "-r1",  "1-1",   "1_rc1b",
        "1a.2",    "1 ",   " 1", "1-r1-r2", "1-r1_p2", "v1",    "1+",     "1__p", "1_p.5", "1*"}) {
    EXPECT_FALSE(Version::is_valid(text)) << text;
    Result<Version> parsed = Version::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    EXPECT_NE(parsed.error().what.find(text), std::string::npos);
    EXPECT_FALSE(parsed.error().why.empty()) << text;
  }
}

TEST(Version, GivesItsParts) {
  EXPECT_EQ(version("1.2b_rc4-r6").without_revision(), "1.2b_rc4");
  EXPECT_EQ(version("1.2b_rc4-r6").revision(), "r6");
  EXPECT_EQ(version("8.2.32").without_revision(), "8.2.32");
  EXPECT_EQ(version("8.2.32").revision(), "r0");
  EXPECT_EQ(version("1-r007").revision(), "r007");
}

// Each line holds versions that are equal; the lines ascend.
const std::vector<std::vector<std::string>> ascending = {
    {"0_alpha"},
    {"0"},
    {"0.0"},
    {"0.0.0"},
    {"0.01"},
    {"0.1"},
    {"0.2"},
    {"0.10"},
    {"1_alpha"},
    {"1_alpha1_beta"},
    {"1_alpha1"},
    {"1_alpha1_p"},
    {"1_alpha2", "1_alpha02"},
    {"1_beta"},
    {"1_beta_p"},
    {"1_beta1"},
    {"1_pre1"},
    {"1_pre20190305"},
    {"1_rc1_alpha"},
    {"1_rc1"},
    {"1_rc1-r1"},
    {"1_rc1_p1"},
    {"1_rc2"},
    {"1", "01", "001", "1-r0", "1-r00"},
    {"1-r1", "1-r01"},
    {"1-r2"},
    {"1-r10"},
    {"1-r238"},
    {"1-r239"},
    {"1-r70000"},
    {"1_p_alpha"},
    {"1_p", "1_p0", "1_p-r0"},
    {"1_p-r1"},
    {"1_p1_rc"},
    {"1_p1"},
    {"1_p1_p"},
    {"1_p2"},
    {"1a_rc"},
    {"1a"},
    {"1a-r1"},
    {"1a_p1"},
    {"1b"},
    {"1z"},
    {"1.0_beta"},
    {"1.0", "1.00", "1.000"},
    {"1.0a"},
    {"1.0.0"},
    {"1.0.0.0"},
    {"1.0.1"},
    {"1.001"},
    {"1.002"},
    {"1.01", "1.010", "1.0100"},
    {"1.011"},
    {"1.019"},
    {"1.02"},
    {"1.1"},
    {"1.1.0"},
    {"1.2"},
    {"1.9"},
    {"1.10"},
    {"1.100"},
    {"1.237"},
    {"1.238"},
    {"1.239"},
    {"1.240"},
    {"1.255"},
    {"1.256"},
    {"1.65535"},
    {"1.65536"},
    {"1.999999999999999999"},
    {"1.1000000000000000000"},
    {"1.18446744073709551615"},
    {"1.18446744073709551616"},
    {"1.100000000000000000000"},
    {"2", "02"},
    {"10"},
    {"99"},
    {"238"},
    {"239"},
    {"240"},
    {"241"},
    {"100000000000000000000", "0100000000000000000000"},
    {"100000000000000000001"},
    {"1000000000000000000000"},
};

TEST(Version, ComparesEveryPairOfTheTable) {
  for (size_t i = 0; i < ascending.size(); ++i)
    for (size_t j = 0; j < ascending.size(); ++j)
      for (const std::string& left : ascending[i])
        for (const std::string& right : ascending[j]) {
          EXPECT_EQ(version(left) <=> version(right), i <=> j) << left << " and " << right;
          EXPECT_EQ(version(left) == version(right), i == j) << left << " and " << right;
        }
}

TEST(Version, ComparesNumbersOfAnyLength) {
  std::string nines(700, '9'), one_more = "1" + std::string(700, '0');
  EXPECT_LT(version(nines), version(one_more));
  EXPECT_LT(version("1." + nines), version("1." + one_more));
  EXPECT_LT(version("1_p" + nines), version("1_p" + one_more));
  EXPECT_LT(version("1-r" + nines), version("1-r" + one_more));
  EXPECT_EQ(version(std::string(300, '0') + "7"), version("7"));
}

TEST(Version, KnowsEqualityButForTheRevision) {
  EXPECT_TRUE(version("1.2-r3").same_but_revision(version("1.2")));
  EXPECT_TRUE(version("1.2-r3").same_but_revision(version("1.2-r1")));
  EXPECT_TRUE(version("01.2").same_but_revision(version("1.2-r5")));
  EXPECT_FALSE(version("1.2.0").same_but_revision(version("1.2")));
  EXPECT_FALSE(version("1.2_p1").same_but_revision(version("1.2")));
  EXPECT_FALSE(version("1.2").same_but_revision(version("1.2_p1-r1")));
}

TEST(Version, MatchesPrefixesByComponents) {
  struct Case {
    std::string_view prefix;
    std::vector<std::string_view> yes, no;
  };
  const std::vector<Case> cases = {
      {"1", {"1", "01", "1.0", "1.9.3", "1a", "1_rc1", "1-r7"}, {"10", "11.2", "2", "0.1"}},
      {"1.2", {"1.2", "1.2.3", "1.2b", "1.2_p5", "1.2-r1"}, {"1.20", "1.21.1", "1", "1.1", "1.02"}},
      {"1.0", {"1.0", "1.0.5"}, {"1.01", "1.1", "1"}},
      {"1.2b", {"1.2b", "1.2b_p1", "1.2b-r9"}, {"1.2", "1.2c", "1.2.3"}},
      {"1_pre", {"1_pre", "1_pre7", "1_pre_p1"}, {"1_p", "1_p3", "1", "1.0_pre"}},
      {"1_p", {"1_p", "1_p9", "1_p9-r3"}, {"1_pre", "1"}},
      {"1_p2", {"1_p2", "1_p2_p3", "1_p2-r1", "1_p02"}, {"1_p", "1_p20", "1_p1"}},
      {"1-r1", {"1-r1", "01-r01"}, {"1", "1-r11", "1-r2", "1.0-r1", "1_p1-r1"}},
      {"1-r0", {"1", "1-r0"}, {"1-r1", "1.0"}},
      {"239", {"239", "239.1"}, {"23", "240", "2390"}},
  };
  for (const Case& test : cases) {
    for (std::string_view text : test.yes)
      EXPECT_TRUE(version(text).has_prefix(version(test.prefix))) << test.prefix << "* " << text;
    for (std::string_view text : test.no)
      EXPECT_FALSE(version(text).has_prefix(version(test.prefix))) << test.prefix << "* " << text;
  }
}

std::string random_version(std::mt19937& random) {
  auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  auto number = [&] {
    std::string digits;
    for (unsigned n = 1 + (below(4) == 0 ? below(22) : below(3)); n > 0; --n)
      digits += static_cast<char>('0' + (below(2) ? 0 : below(10)));
    return digits;
  };
  std::string text = number();
  for (unsigned n = below(4); n > 0; --n) text += "." + number();
  if (below(4) == 0) text += static_cast<char>('a' + below(3));
  static const char* const kinds[] = {"_alpha", "_beta", "_pre", "_rc", "_p"};
  for (unsigned n = below(3); n > 0; --n) {
    text += kinds[below(5)];
    if (below(2)) text += number();
  }
  if (below(3) == 0) text += "-r" + number();
  return text;
}

// PMS 3.3 word by word, to hold the byte keys against.
namespace reference {

std::string_view stripped(std::string_view digits) {
  size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view{} : digits.substr(first);
}

int compare_integers(std::string_view a, std::string_view b) {
  a = stripped(a);
  b = stripped(b);
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

struct Parts {
  std::vector<std::string> numbers;
  std::string letter;
  std::vector<std::pair<int, std::string>> suffixes;
  std::string revision;
};

Parts split(std::string text) {
  Parts parts;
  if (size_t at = text.find("-r"); at != std::string::npos) {
    parts.revision = text.substr(at + 2);
    text.resize(at);
  }
  while (text.find('_') != std::string::npos) {
    size_t at = text.rfind('_');
    std::string suffix = text.substr(at + 1);
    text.resize(at);
    std::string kind = suffix.substr(0, suffix.find_first_of("0123456789"));
    int rank = kind == "alpha" ? 0 : kind == "beta" ? 1 : kind == "pre" ? 2 : kind == "rc" ? 3 : 4;
    parts.suffixes.insert(parts.suffixes.begin(), {rank, suffix.substr(kind.size())});
  }
  if (text.back() >= 'a') {
    parts.letter = text.back();
    text.pop_back();
  }
  for (size_t at = 0; at != std::string::npos;) {
    size_t dot = text.find('.', at);
    parts.numbers.push_back(text.substr(at, dot == std::string::npos ? dot : dot - at));
    at = dot == std::string::npos ? dot : dot + 1;
  }
  return parts;
}

int compare_further(std::string a, std::string b) {
  if (a[0] != '0' && b[0] != '0') return compare_integers(a, b);
  while (a.ends_with('0')) a.pop_back();
  while (b.ends_with('0')) b.pop_back();
  return a.compare(b);
}

int compare_suffixes(const Parts& a, const Parts& b) {
  constexpr int p = 4;
  for (size_t i = 0; i < std::min(a.suffixes.size(), b.suffixes.size()); ++i) {
    if (a.suffixes[i].first != b.suffixes[i].first) return a.suffixes[i].first - b.suffixes[i].first;
    if (int order = compare_integers(a.suffixes[i].second, b.suffixes[i].second)) return order;
  }
  if (a.suffixes.size() > b.suffixes.size()) return a.suffixes[b.suffixes.size()].first == p ? 1 : -1;
  if (a.suffixes.size() < b.suffixes.size()) return b.suffixes[a.suffixes.size()].first == p ? -1 : 1;
  return 0;
}

int compare(const std::string& left, const std::string& right) {
  Parts a = split(left), b = split(right);
  if (int order = compare_integers(a.numbers[0], b.numbers[0])) return order;
  for (size_t i = 1; i < std::min(a.numbers.size(), b.numbers.size()); ++i)
    if (int order = compare_further(a.numbers[i], b.numbers[i])) return order;
  if (a.numbers.size() != b.numbers.size()) return a.numbers.size() < b.numbers.size() ? -1 : 1;
  if (int order = a.letter.compare(b.letter)) return order;
  if (int order = compare_suffixes(a, b)) return order;
  return compare_integers(a.revision, b.revision);
}

}  // namespace reference

TEST(Version, AgreesWithTheAlgorithmOfTheSpecification) {
  std::mt19937 random(11);
  for (int i = 0; i < 40000; ++i) {
    std::string a = random_version(random), b = random_version(random);
    if (i % 2) b = a.substr(0, a.size() - random() % a.size());
    if (!Version::is_valid(b)) continue;
    ASSERT_EQ(version(a) <=> version(b), reference::compare(a, b) <=> 0) << a << " and " << b;
  }
}

TEST(Version, IsTotallyOrdered) {
  std::mt19937 random(7);
  for (int i = 0; i < 10000; ++i) {
    Version a = version(random_version(random)), b = version(random_version(random)),
            c = version(random_version(random));
    ASSERT_EQ(a <=> a, std::strong_ordering::equal);
    ASSERT_EQ(a<b, b> a) << a.text() << " " << b.text();
    ASSERT_EQ((a < b) + (a == b) + (a > b), 1) << a.text() << " " << b.text();
    if (a <= b && b <= c) {
      ASSERT_LE(a, c) << a.text() << " " << b.text() << " " << c.text();
    }
    ASSERT_TRUE(a.has_prefix(a));
  }
}

}  // namespace
}  // namespace cooper::ebuild
