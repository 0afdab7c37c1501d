// A small HTTP/1.1 server on the loopback that can misbehave in every way that mirrors do.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cooper::fetch::testing_server {

struct Page {
  std::string body;
  int status = 200;
  bool ranges = true;  // answers Range with 206
  int failures = 0;    // so many requests get `failure_status` first
  int failure_status = 503;
  size_t cut_after = 0;  // the connection breaks after so many bytes of the body (0: never), `cuts` times
  int cuts = 1000;
  int pause_ms = 0;         // before each piece of 1000 bytes
  std::string location;     // for redirects
  size_t range_shift = 0;   // answers a Range with another place
  bool tell_length = true;  // Content-Length
};

struct Seen {
  std::string path, range;
};

class Server {
 public:
  Server() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(socket_, 64);
    socklen_t length = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    accepter_ = std::thread([this]() { accept_all(); });
  }
  ~Server() {
    stop_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    accepter_.join();
    ::close(socket_);
    for (std::thread& thread : threads_) thread.join();
  }

  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  void set(const std::string& path, Page page) {
    std::lock_guard lock(mutex_);
    pages_[path] = std::move(page);
  }
  std::vector<Seen> seen() {
    std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  void accept_all() {
    while (!stop_) {
      int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      timeval patience{2, 0};
      ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      threads_.emplace_back([this, client]() {
        serve(client);
        ::close(client);
      });
    }
  }

  // One request for each connection: simple, and what breaks a connection breaks nothing else.
  void serve(int client) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      ssize_t n = ::recv(client, buffer, sizeof buffer, 0);
      if (n <= 0) return;
      request.append(buffer, n);
    }
    std::string path = request.substr(4, request.find(' ', 4) - 4);
    std::string range;
    if (size_t at = request.find("Range: bytes="); at != std::string::npos)
      range = request.substr(at + 13, request.find("\r\n", at) - at - 13);
    Page page;
    int failure = 0;
    bool cut = false;
    {
      std::lock_guard lock(mutex_);
      seen_.push_back({path, range});
      auto found = pages_.find(path);
      if (found == pages_.end()) {
        page.status = 404;
        page.body = "no such page";
      } else {
        if (found->second.failures > 0) --found->second.failures, failure = found->second.failure_status;
        page = found->second;
        cut = failure == 0 && page.cut_after > 0 && found->second.cuts-- > 0;
      }
    }
    if (failure != 0) page.status = failure, page.body = "trouble";
    size_t from = 0;
    std::string extra;
    if (!range.empty() && page.ranges && page.status == 200) {
      from = std::strtoull(range.c_str(), nullptr, 10) + page.range_shift;
      if (from >= page.body.size()) {
        page.status = 416, page.body = "", from = 0;
      } else {
        page.status = 206;
        extra = "Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(page.body.size() - 1) + "/" +
                std::to_string(page.body.size()) + "\r\n";
      }
    }
    if (!page.location.empty()) extra += "Location: " + page.location + "\r\n";
    std::string body = page.body.substr(from);
    if (page.tell_length) extra += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(client, "HTTP/1.1 " + std::to_string(page.status) + " Answer\r\nConnection: close\r\n" + extra + "\r\n");
    if (cut) body.resize(std::min(body.size(), page.cut_after));
    for (size_t at = 0; at < body.size() && !stop_; at += 1000) {
      if (page.pause_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(page.pause_ms));
      if (!send(client, body.substr(at, 1000))) return;
    }
  }

  static bool send(int client, const std::string& text) {
    for (size_t sent = 0; sent < text.size();) {
      ssize_t n = ::send(client, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += n;
    }
    return true;
  }

  int socket_;
  int port_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::map<std::string, Page> pages_;
  std::vector<Seen> seen_;
  std::thread accepter_;
  std::vector<std::thread> threads_;
};

}  // namespace cooper::fetch::testing_server
