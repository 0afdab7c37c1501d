#include "fetch/transfer.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "fetch/libcurl.h"
#include "util/file.h"

namespace cooper::fetch {

struct Transfer::Handle {
  CURL* curl = nullptr;
  ~Handle() {
    if (curl) ::curl_easy_cleanup(curl);
  }
};

namespace {

// The state of one transfer, seen by libcurl's callbacks.
struct Running {
  const TransferRequest& request;
  CURL* curl;
  int fd;
  uint64_t asked_from = 0;  // the Range asked for
  uint64_t have = 0;        // bytes in the file
  uint64_t received = 0;
  bool started = false;  // the first bytes of the body came
  bool wrong_range = false, too_large = false;
  int write_error = 0;
  uint64_t range_start = 0;  // Content-Range
  bool has_range_start = false;
};

bool cancelled(const Running& running) { return running.request.cancel && running.request.cancel->load(); }

size_t on_header(char* data, size_t size, size_t count, void* user) {
  auto& running = *static_cast<Running*>(user);
  std::string line(data, size * count);
  std::transform(line.begin(), line.end(), line.begin(), [](unsigned char c) { return std::tolower(c); });
  if (line.starts_with("http/")) running.has_range_start = false;  // a new answer, after a redirect
  constexpr std::string_view name = "content-range:";
  if (line.starts_with(name)) {
    size_t at = line.find("bytes", name.size());
    if (at != std::string::npos) {
      running.range_start = std::strtoull(line.c_str() + at + 5, nullptr, 10);
      running.has_range_start = true;
    }
  }
  return size * count;
}

// The body begins: does it go on from where the file ends, or is it the whole?
bool start_body(Running& running) {
  running.started = true;
  if (running.asked_from == 0) return true;
  long code = 0;
  ::curl_easy_getinfo(running.curl, CURLINFO_RESPONSE_CODE, &code);
  if (code == 206) {
    running.wrong_range = running.has_range_start && running.range_start != running.asked_from;
    return !running.wrong_range;
  }
  // The server does not know ranges and sends everything.
  running.have = 0;
  running.asked_from = 0;
  if (::ftruncate(running.fd, 0) != 0) running.write_error = errno;
  return running.write_error == 0;
}

size_t on_body(char* data, size_t size, size_t count, void* user) {
  auto& running = *static_cast<Running*>(user);
  size_t bytes = size * count;
  if (!running.started && !start_body(running)) return 0;
  if (running.have + bytes > running.request.size) {
    running.too_large = true;
    return 0;
  }
  for (size_t done = 0; done < bytes;) {
    ssize_t n = ::pwrite(running.fd, data + done, bytes - done, static_cast<off_t>(running.have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      running.write_error = errno;
      return 0;
    }
    done += static_cast<size_t>(n);
    running.have += static_cast<uint64_t>(n);
  }
  running.received += bytes;
  return bytes;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& running = *static_cast<Running*>(user);
  if (cancelled(running)) return 1;
  if (running.started && running.request.progress) running.request.progress(running.have);
  return 0;
}

void set_certificates(CURL* curl) {
  // The library, other than the curl program, does not look at these itself.
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"})
    if (const char* file = std::getenv(name); file && *file) {
      ::curl_easy_setopt(curl, CURLOPT_CAINFO, file);
      break;
    }
  if (const char* folder = std::getenv("SSL_CERT_DIR"); folder && *folder)
    ::curl_easy_setopt(curl, CURLOPT_CAPATH, folder);
}

void set_options(CURL* curl, Running& running, char* error) {
  const TransferRequest& request = running.request;
  ::curl_easy_reset(curl);
  ::curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,ftp,file");
  ::curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https,ftp");
  ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  ::curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  ::curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_USERAGENT, "cooper");
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.connect_seconds));
  ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 64L);
  ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_seconds));
  ::curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  ::curl_easy_setopt(curl, CURLOPT_HEADERDATA, &running);
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &running);
  ::curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  ::curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  ::curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &running);
  if (!request.proxy.empty()) ::curl_easy_setopt(curl, CURLOPT_PROXY, request.proxy.c_str());
  set_certificates(curl);
}

TransferAnswer answer_of(CURLcode code, const Running& running, const char* error) {
  using Kind = TransferAnswer::Kind;
  TransferAnswer answer;
  answer.resumed = running.asked_from > 0;
  answer.received = running.received;
  if (code == CURLE_OK) return answer;
  long status = 0;
  ::curl_easy_getinfo(running.curl, CURLINFO_RESPONSE_CODE, &status);
  answer.text = *error ? error : ::curl_easy_strerror(code);
  if (cancelled(running)) {
    answer.kind = Kind::cancelled;
  } else if (running.too_large) {
    answer.kind = Kind::refused;
    answer.text = fmt::format("it is larger than the {} bytes of the Manifest", running.request.size);
  } else if (running.wrong_range || status == 416) {
    answer.kind = Kind::broken_off;
    answer.text = "the server resumes at another place";
  } else if (code == CURLE_HTTP_RETURNED_ERROR) {
    bool may_go_better = status >= 500 || status == 408 || status == 425 || status == 429;
    answer.kind = may_go_better ? Kind::broken_off : Kind::refused;
    answer.text = fmt::format("HTTP {}", status);
  } else if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
             code == CURLE_COULDNT_CONNECT || code == CURLE_SSL_CONNECT_ERROR ||
             (status == 0 && running.received == 0 && code == CURLE_OPERATION_TIMEDOUT)) {
    answer.kind = Kind::unreachable;
  } else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
             code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT ||
             code == CURLE_FILE_COULDNT_READ_FILE || code == CURLE_REMOTE_FILE_NOT_FOUND ||
             code == CURLE_REMOTE_ACCESS_DENIED || code == CURLE_LOGIN_DENIED || code == CURLE_TOO_MANY_REDIRECTS) {
    answer.kind = Kind::refused;
  } else {
    answer.kind = Kind::broken_off;
    long connect = 0;
    ::curl_easy_getinfo(running.curl, CURLINFO_HTTP_CONNECTCODE, &connect);
    if (connect >= 400)
      answer.kind = Kind::unreachable, answer.text = fmt::format("the proxy answers HTTP {}", connect);
  }
  return answer;
}

}  // namespace

Transfer::Transfer() : handle_(std::make_unique<Handle>()) {
  static const CURLcode started = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started == CURLE_OK) handle_->curl = ::curl_easy_init();
}

Transfer::~Transfer() = default;

Result<TransferAnswer> Transfer::run(const TransferRequest& request) {
  CURL* curl = handle_->curl;
  if (!curl)
    return fail(ErrorKind::failed, "cannot start libcurl", {}, libcurl_error(),
                libcurl_error().empty() ? "" : "install libcurl4");
  util::Fd fd(::open(request.part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  struct stat st;
  if (!fd || ::fstat(fd.get(), &st) != 0) return fail_errno("cannot write distfile", request.part);
  Running running{request, curl, fd.get()};
  running.have = static_cast<uint64_t>(st.st_size);
  // Nothing of a local file needs resuming, and what has all bytes and is still wanted is wrong.
  if (running.have >= request.size || request.url.starts_with("file:")) {
    if (::ftruncate(fd.get(), 0) != 0) return fail_errno("cannot write distfile", request.part);
    running.have = 0;
  }
  running.asked_from = running.have;
  char error[CURL_ERROR_SIZE] = "";
  set_options(curl, running, error);
  std::string range = fmt::format("{}-", running.asked_from);
  if (running.asked_from > 0) ::curl_easy_setopt(curl, CURLOPT_RANGE, range.c_str());
  CURLcode code = ::curl_easy_perform(curl);
  TransferAnswer answer = answer_of(code, running, error);
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  if (running.write_error != 0) {
    errno = running.write_error;
    return fail_errno("cannot write distfile", request.part);
  }
  if (running.wrong_range || answer.text == "the server resumes at another place") {
    if (::ftruncate(fd.get(), 0) != 0) return fail_errno("cannot write distfile", request.part);
  }
  if (answer.kind == TransferAnswer::Kind::complete && running.have < request.size) {
    // A server that told the length has sent what it has: another file. Otherwise the connection may have been cut.
    curl_off_t told = -1;
    ::curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &told);
    answer.kind = told >= 0 ? TransferAnswer::Kind::refused : TransferAnswer::Kind::broken_off;
    answer.text = fmt::format("it ends after {} of {} bytes", running.have, request.size);
    if (told >= 0 && ::ftruncate(fd.get(), 0) != 0) return fail_errno("cannot write distfile", request.part);
  }
  return answer;
}

}  // namespace cooper::fetch
