// Drives a fuzz target without libFuzzer: every corpus file as it is, then mutations of it from a fixed seed.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {
void feed(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

std::string mutate(std::string input, const std::vector<std::string>& seeds, std::mt19937& random) {
  for (unsigned step = 1 + random() % 6; step > 0; --step) {
    size_t at = input.empty() ? 0 : random() % input.size();
    switch (random() % 5) {
      case 0:
        if (!input.empty()) input[at] = static_cast<char>(random());
        break;
      case 1: input.insert(at, 1, static_cast<char>(random() % 128)); break;
      case 2:
        if (!input.empty()) input.erase(at, 1 + random() % 8);
        break;
      case 3: input.resize(at); break;
      default: {
        const std::string& other = seeds[random() % seeds.size()];
        if (!other.empty()) input.insert(at, other.substr(random() % other.size(), 1 + random() % 32));
      }
    }
  }
  return input;
}
}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> seeds;
  for (int i = 1; i < argc; ++i)
    for (const auto& file : std::filesystem::recursive_directory_iterator(argv[i])) {
      std::ifstream in(file.path(), std::ios::binary);
      if (file.is_regular_file())
        seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  if (seeds.empty()) {
    std::fprintf(stderr, "no corpus files\n");
    return 1;
  }
  for (const std::string& seed : seeds) feed(seed);
  std::mt19937 random(20260101);
  const char* runs = std::getenv("COOPER_FUZZ_RUNS");
  for (int i = runs ? std::atoi(runs) : 3000; i > 0; --i) feed(mutate(seeds[random() % seeds.size()], seeds, random));
}
