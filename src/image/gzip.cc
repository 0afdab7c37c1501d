#include "image/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace cooper::image {

namespace {

constexpr size_t block_size = 512 << 10;
constexpr size_t window = 32 << 10;

// One block on its way: filled by the writer, deflated by a thread, written in order by the writer.
struct Block {
  std::string dictionary, input, output;
  bool last = false, done = false;
};

std::string deflate_block(const Block& block, int level) {
  z_stream stream{};
  // Negative: raw deflate. Memory level 9 is the most; both are part of the result and so fixed.
  if (::deflateInit2(&stream, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  if (!block.dictionary.empty())
    ::deflateSetDictionary(&stream, reinterpret_cast<const Bytef*>(block.dictionary.data()),
                           static_cast<uInt>(block.dictionary.size()));
  std::string output(::deflateBound(&stream, block.input.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.input.data()));
  stream.avail_in = static_cast<uInt>(block.input.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  ::deflate(&stream, block.last ? Z_FINISH : Z_SYNC_FLUSH);
  output.resize(output.size() - stream.avail_out);
  ::deflateEnd(&stream);
  return output;
}

std::string little_endian(uint32_t value) {
  std::string out;
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

}  // namespace

struct GzipWriter::State {
  Sink out;
  int level;
  size_t most_in_flight;
  std::string buffer, dictionary;
  uLong crc = ::crc32(0, nullptr, 0);
  uint64_t size = 0;
  std::deque<std::shared_ptr<Block>> in_flight;  // in order; the writer's alone

  std::mutex mutex;
  std::condition_variable work_changed, done_changed;
  std::deque<std::shared_ptr<Block>> work;
  bool stop = false;
  std::vector<std::thread> threads;

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      work_changed.wait(lock, [&] { return stop || !work.empty(); });
      if (work.empty()) return;
      std::shared_ptr<Block> block = work.front();
      work.pop_front();
      lock.unlock();
      block->output = deflate_block(*block, level);
      lock.lock();
      block->done = true;
      done_changed.notify_all();
    }
  }

  void start_block(bool last) {
    auto block = std::make_shared<Block>();
    block->dictionary = std::move(dictionary);
    block->input = std::move(buffer);
    block->last = last;
    buffer = {};
    dictionary = block->input.substr(block->input.size() - std::min(window, block->input.size()));
    in_flight.push_back(block);
    std::lock_guard lock(mutex);
    work.push_back(block);
    work_changed.notify_one();
  }

  // Waits until at most `most` blocks are on their way.
  Result<> drain(size_t most) {
    while (in_flight.size() > most) {
      std::shared_ptr<Block> block = in_flight.front();
      {
        std::unique_lock lock(mutex);
        done_changed.wait(lock, [&] { return block->done; });
      }
      in_flight.pop_front();
      TRY(out(block->output));
    }
    return {};
  }
};

GzipWriter::GzipWriter(Sink out, int level, unsigned threads) : state_(std::make_unique<State>()) {
  threads = std::clamp(threads, 1u, 32u);
  state_->out = std::move(out);
  state_->level = level;
  state_->most_in_flight = 2 * threads + 1;
  for (unsigned i = 0; i < threads; ++i) state_->threads.emplace_back([state = state_.get()] { state->run(); });
}

GzipWriter::~GzipWriter() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stop = true;
    state_->work.clear();
  }
  state_->work_changed.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

Result<> GzipWriter::write(std::string_view bytes) {
  State& state = *state_;
  // Header: magic, deflate, no flags, no time, "best compression", unknown system.
  if (state.size == 0 && !bytes.empty()) TRY(state.out(std::string_view("\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10)));
  state.crc = ::crc32_z(state.crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  state.size += bytes.size();
  while (!bytes.empty()) {
    size_t take = std::min(bytes.size(), block_size - state.buffer.size());
    state.buffer.append(bytes.substr(0, take));
    bytes.remove_prefix(take);
    if (state.buffer.size() < block_size) break;
    state.start_block(false);
    TRY(state.drain(state.most_in_flight));
  }
  return {};
}

Result<> GzipWriter::finish() {
  State& state = *state_;
  if (state.size == 0) TRY(state.out(std::string_view("\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10)));
  state.start_block(true);
  TRY(state.drain(0));
  return state.out(little_endian(static_cast<uint32_t>(state.crc)) + little_endian(static_cast<uint32_t>(state.size)));
}

Result<> gunzip_file(const std::filesystem::path& path, const Sink& sink) {
  gzFile file = ::gzopen(path.c_str(), "rbe");
  if (!file) return fail_errno("cannot open file", path);
  ::gzbuffer(file, 1 << 18);
  std::string buffer(1 << 18, '\0');
  Result<> result;
  for (;;) {
    int n = ::gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()));
    if (n == 0) break;
    if (n < 0) {
      int code = 0;
      result = fail(ErrorKind::failed, "a layer is damaged", path, ::gzerror(file, &code));
      break;
    }
    result = sink({buffer.data(), static_cast<size_t>(n)});
    if (!result) break;
  }
  int closed = ::gzclose(file);
  if (result && closed != Z_OK) return fail(ErrorKind::failed, "a layer is damaged", path, "its end is missing");
  return result;
}

}  // namespace cooper::image
