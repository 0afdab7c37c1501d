// Small text helpers: splitting, trimming, joining, nearest names.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::util {

// The parts between white space (space, tab, newline, …); no empty parts.
std::vector<std::string_view> words(std::string_view text);

// The parts between each `separator`; "a,,b" gives three, "" gives one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

// The lines without their newline; a last line without newline counts, an empty text has none.
std::vector<std::string_view> lines(std::string_view text);

std::string_view trim(std::string_view text);

std::string join(std::span<const std::string> parts, std::string_view separator);

// Levenshtein distance in bytes.
size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `wanted`, or "" where none is a likely slip; of "category/name" both parts must be near.
std::string nearest(std::string_view wanted, std::span<const std::string> candidates);

// "1 package", "3 packages".
std::string count(size_t n, std::string_view singular, std::string_view plural = {});

// Text of somebody else's for the user's terminal: without escape sequences and other control characters but tabs and
// newlines.
std::string printable(std::string_view text);

// 1536 → "1.5 kB", 80'000'000 → "80.0 MB" (powers of 1000).
std::string human_size(uint64_t bytes);

// 75.2 → "1m15s", 3.24 → "3.2s".
std::string human_time(double seconds);

}  // namespace cooper::util
